"""Where a base's weights come from, and what is said where they cannot come."""

from __future__ import annotations

import socket
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from clothier import models, recipes, training
from clothier.errors import InputError, RunError
from clothier.models.bases import places, vgg19
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.runs import Run, trained
from clothier.system import hardware
from clothier.training.transfer import hdf5, imagenet, pretrained
from clothier.values import Dataset

VGG19 = recipes.get("vgg19")


def _recipe(base: str, **changes: Any) -> Recipe:
    return recipes.change(VGG19, {"base": base, **changes})


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """VGG19's weights without its top, drawn at random, in the layout of keras.applications' own file."""
    path = tmp_path_factory.mktemp("weights") / "vgg19_notop.h5"
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        layers = [layer.name for layer in keras.applications.VGG19(weights=None, include_top=False).layers]
        file.attrs["layer_names"] = [name.encode() for name in layers]
        shapes = {name: (kernel, bias) for name, kernel, bias in vgg19.weight_shapes()}
        for name in layers:
            group = file.create_group(name)
            names = [f"{name}_W_1:0", f"{name}_b_1:0"] if name in shapes else []
            group.attrs["weight_names"] = [each.encode() for each in names]
            for each, shape in zip(names, shapes.get(name, ()), strict=True):
                scale = np.sqrt(2 / np.prod(shape[:-1])) if len(shape) == 4 else 1
                group[each] = rng.normal(0, scale, shape).astype(np.float32)
    return path


@pytest.fixture(scope="module")
def run(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run.create("cnn1", tmp_path_factory.mktemp("runs"))
    recipe = recipes.change(recipes.get("cnn1"), {"epochs": 1, "augmented_epochs": 0})
    training.train(recipe, tiny, run)
    return run


def test_a_file_gives_the_features_that_keras_applications_has_from_it(weights_file: Path) -> None:
    base = pretrained.fetch(_recipe(str(weights_file)))
    assert base
    assert (base.kind, base.trunk) == ("file", None)
    ours = models.build_base(Plan.of(VGG19, (28, 28, 1), 10))
    ours.set_weights(list(base.weights.values()))
    literal = keras.applications.VGG19(weights=None, include_top=False, input_shape=(150, 150, 3))
    literal.load_weights(weights_file)
    images = np.random.default_rng(1).integers(0, 256, (2, 28, 28, 1), dtype=np.uint8)
    large = keras.ops.image.resize(np.repeat(images, 3, axis=3).astype(np.float32), (150, 150))
    ready = keras.applications.vgg19.preprocess_input(keras.ops.convert_to_numpy(large).copy())
    theirs = np.asarray(literal(ready, training=False)).reshape(2, -1)
    error = np.linalg.norm(np.asarray(ours(images, training=False)) - theirs) / np.linalg.norm(theirs)
    assert error < 1e-4


def test_imagenet_goes_through_keras_applications(
    weights_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keras's own way from its file to the model; only the download is stood in for."""
    asked: list[tuple[str, str]] = []

    def get_file(name: str, origin: str, **_: Any) -> str:
        asked.append((name, origin))
        print(f"Downloading data from {origin}")  # as Keras does
        return str(weights_file)

    module = sys.modules[keras.applications.VGG19.__module__]
    monkeypatch.setattr(module.file_utils, "get_file", get_file)
    monkeypatch.setattr(imagenet, "_reach", lambda url: None)
    base = pretrained.fetch(_recipe("imagenet"))
    assert base
    for ours, theirs in zip(
        base.weights.values(), hdf5.read_convolutions(weights_file, vgg19.weight_shapes()), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert asked == [("vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", places.url("vgg19"))]
    assert capsys.readouterr().out == ""  # stdout belongs to results


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (urllib.error.URLError("Name or service not known"), "<urlopen error Name or service not known>"),
        (TimeoutError("timed out"), "timed out"),
        (
            Exception("URL fetch failure on https://x: 403 -- Forbidden"),
            "URL fetch failure on https://x: 403 -- Forbidden",
        ),
    ],
)
def test_imagenet_that_cannot_be_fetched_names_the_remedies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failure: Exception, reason: str
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise failure

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(urllib.request, "urlopen", fail)
    with pytest.raises(InputError) as caught:
        pretrained.fetch(VGG19)
    assert str(caught.value) == (
        f"cannot fetch VGG19's ImageNet weights from {places.url('vgg19')} ({reason}); wanted a network that "
        "reaches it; download that file elsewhere and give it with --base FILE, or take --base "
        "efficientnet_lite0, --base random, or `clothier train transfer --base RUN`"
    )


def test_a_network_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(imagenet, "NETWORK_SECONDS", 0.2)
    forever = threading.Event()
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: forever.wait(30))
    before = socket.getdefaulttimeout()
    with pytest.raises(InputError, match=r"\(no answer for 0 s\); wanted a network that reaches it"):
        pretrained.fetch(VGG19)
    forever.set()
    assert socket.getdefaulttimeout() == before


# Keras writes HDF5 in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_files_of_other_networks_give_their_weights(tmp_path: Path) -> None:
    plan = Plan("mobilenet_v3_small", (32, 32, 3), 2)
    network = models.base_module(plan.model).build(plan.model, weights=None, input_shape=(224, 224, 3))
    network.save_weights(tmp_path / "net.weights.h5")
    base = pretrained.fetch(
        replace(recipes.get("transfer"), model=plan.model, base=str(tmp_path / "net.weights.h5"))
    )
    assert base
    assert (base.kind, base.trunk, base.precision) == ("file", None, "float32")
    for ours, theirs in zip(base.weights.values(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(InputError, match=r"wanted a file of Keras with the weights of MobileNetV3-Large"):
        pretrained.fetch(
            replace(
                recipes.get("transfer"), model="mobilenet_v3_large", base=str(tmp_path / "net.weights.h5")
            )
        )


def test_a_file_of_pytorch_gives_its_weights(tmp_path: Path) -> None:
    packaged = places.packaged("efficientnet_lite0")
    if packaged is None:
        pytest.skip("the package of efficientnet_lite0 is not installed")
    (tmp_path / "net.pth").symlink_to(packaged)
    recipe = replace(recipes.get("transfer"), model="efficientnet_lite0", base=str(tmp_path / "net.pth"))
    base, same = pretrained.fetch(recipe), pretrained.fetch(replace(recipe, base="imagenet"))
    assert base
    assert same
    assert base.sha256 == same.sha256
    with pytest.raises(
        InputError, match=r"net\.pth: it lacks _blocks\.16\._expand_conv\.weight, .* and 72 more; wanted"
    ):
        pretrained.fetch(replace(recipe, model="efficientnet_lite2"))


def test_random_weights_are_a_function_of_the_seed() -> None:
    one, again, other = (pretrained.fetch(_recipe("random", seed=seed)) for seed in (1, 1, 2))
    assert one
    assert again
    assert other
    assert one.sha256 == again.sha256 != other.sha256


def test_a_run_gives_its_trunk(run: Run) -> None:
    recipe = recipes.change(recipes.get("transfer"), {"base": str(run.path), "model": "cnn1"})
    base = pretrained.fetch(recipe)
    assert base
    assert base.trunk == Plan.of(recipes.get("cnn1"), (12, 12, 1), 3)
    whole = trained.load(run)
    for ours, theirs in zip(base.weights.values(), whole.get_layer("conv1").get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    longer = pretrained.fetch(recipes.change(recipe, {"base_end": "logits"}))
    assert longer
    assert len(longer.weights) == 4
    assert longer.sha256 != base.sha256


def test_precision_is_chosen_by_the_processor(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipes.change(recipes.get("transfer"), {"base": str(run.path), "model": "cnn1"})
    for has, wanted, chosen in [
        (True, "auto", "bfloat16"),
        (False, "auto", "float32"),
        (False, "bfloat16", "bfloat16"),
        (True, "float32", "float32"),
    ]:
        monkeypatch.setattr(hardware, "has_fast_bfloat16", lambda has=has: has)
        base = pretrained.fetch(recipes.change(recipe, {"base_precision": wanted}))
        assert base
        assert base.precision == chosen


def test_recipes_without_a_base_have_none(run: Run) -> None:
    assert pretrained.fetch(recipes.get("cnn1")) is None
    assert pretrained.restore(run) is None


def test_wrong_bases(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("weights")
    (tmp_path / "empty").mkdir()
    kinds = (
        "wanted a network of `clothier bases`, imagenet, random, a weights file (.h5 of Keras or .pth of PyTorch), or "
        "a run folder such as runs/cnn3-1"
    )
    for base, words in {
        "imagnet": f"the base imagnet does not exist; {kinds}; did you mean 'imagenet'?",
        "efficientnet-lite0": f"the base efficientnet-lite0 does not exist; {kinds}; did you mean "
        "'efficientnet_lite0'?",
        f"{tmp_path}/notes.txt": f"the base {tmp_path}/notes.txt is no weights file by name; {kinds}",
        f"{tmp_path}/empty": f"{tmp_path}/empty is not a run folder (it is empty); wanted one like "
        "runs/cnn1-1; `clothier runs` lists them",
        str(
            run.path
        ): f"the base {run.path} is of the model cnn1, the recipe's model is vgg19; wanted the same; "
        f"use `clothier train transfer --base {run.path}`",
    }.items():
        with pytest.raises(InputError) as caught:
            pretrained.fetch(_recipe(base))
        assert str(caught.value) == words
    with pytest.raises(
        InputError,
        match=r"^the base random does not say of which network, and the recipe's model is cnn3; wanted a",
    ):
        pretrained.fetch(recipes.change(recipes.get("transfer"), {"base": "random"}))


def test_a_run_that_does_not_fit_its_recipe_is_refused(run: Run, tmp_path: Path) -> None:
    copy = Run(tmp_path / "copy")
    own = run.description()
    copy.write_description(replace(own, data=replace(own.data, image_shape=(12, 12, 3))))
    copy.last_checkpoint.parent.mkdir()
    copy.last_checkpoint.write_bytes(run.last_checkpoint.read_bytes())
    recipe = recipes.change(recipes.get("transfer"), {"base": str(copy.path), "model": "cnn1"})
    with pytest.raises(RunError) as caught:
        pretrained.fetch(recipe)
    assert str(caught.value) == (
        f"{copy.path} holds other weights than cnn1 has; use the version that wrote it"
    )


def test_places_of_a_base_whose_layers_are_not_known(run: Run) -> None:
    for changes in ({"base": "random", "model": "vgg19"}, {"base": str(run.path), "model": "cnn1"}):
        with pytest.raises(InputError) as caught:
            pretrained.fetch(recipes.change(recipes.get("transfer"), {**changes, "base_features": "places"}))
        assert str(caught.value) == (
            f"base_features is places, and for the base {changes['model']} it is not known which layer's maps to take; "
            "wanted mean, or one of efficientnet_lite0, efficientnet_lite1, efficientnet_lite2; use --set "
            "base_features=mean"
        )
