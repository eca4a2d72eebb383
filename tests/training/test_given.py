"""Networks and policies that are given from Python."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from support.killing import stopped_after
from support.own_networks import spectrum

import clothier
from clothier import bundle, cli, export, models
from clothier.augment import Policy
from clothier.errors import InputError, RunError
from clothier.export import running
from clothier.runs import Run, trained
from clothier.values import Dataset, Images

pytestmark = pytest.mark.usefixtures("quick_page")

WORDS: dict[str, Any] = {"epochs": 1, "augmented_epochs": 2, "batch_size": 64, "verbose": 0}


def small_network(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(16, activation="relu", kernel_regularizer="l2"),
            layers.Dropout(0.3),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )


def wider_network(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    return keras.Sequential(
        [keras.Input(image_shape), layers.Flatten(), layers.Dense(9), layers.Dense(num_classes)]
    )


def throw_flips(rng: np.random.Generator, images: Images) -> Any:
    return rng.random(len(images)) < 0.5


def flip(images: Images, flipped: Any) -> Images:
    return np.where(flipped[:, None, None, None], images[:, :, ::-1], images)


def brighten(images: Images, flipped: Any) -> Images:
    return np.minimum(images, 200)


FLIPS = Policy(throw_flips, flip)


def test_a_run_with_a_network_and_a_policy_of_ones_own(
    tiny: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It trains, resumes to the same weights, is built again without its function, exports, and predicts alike."""
    run = clothier.train("cnn1", tiny, model=small_network, augment=FLIPS, **WORDS)
    assert run.path == Path("runs/small_network-1")
    recipe = run.recipe()
    assert (recipe.name, recipe.model, recipe.augment) == ("small_network", "custom", "custom")
    content = json.loads(run.recipe_file.read_text())["custom"]
    assert content["model"] == f"{__name__}.small_network"
    assert content["augment"] == f"{__name__}.throw_flips + {__name__}.flip"
    assert len(content["architecture_sha256"]) == len(content["augment_sha256"]) == 64

    with stopped_after(2):
        clothier.train("cnn1", tiny, model=small_network, augment=FLIPS, **WORDS)
    stopped = Run.open("runs/small_network-2")
    _wrong_parts_are_refused(stopped, tiny)
    clothier.resume(stopped, tiny, augment=FLIPS, verbose=0)
    digests = [[phase.weights_sha256 for phase in each.read_scores()] for each in (run, stopped)]
    assert digests[0] == digests[1]

    network = trained.load(run)
    assert models.features(network) is network.get_layer("dense1").output
    assert [layer.name for layer in network.layers][-1] == "logits"
    predictions = trained.predict(run, tiny.test.images)  # type: ignore[union-attr]  # tiny has one
    logits = running.onnx_outputs(bundle.read(run.model_file).graph, tiny.test.images, ["logits"])[0]  # type: ignore[union-attr]
    np.testing.assert_allclose(logits, predictions.logits, atol=1e-3)
    assert cli.run(["summary", str(run.path), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["model"], summary["parameters"]) == ("custom", network.count_params())
    assert [layer["name"] for layer in summary["layers"]] == [layer.name for layer in network.layers]
    for name in ("onnx", "keras"):
        assert export.export(run, tiny, name).agreement.difference < 1e-4


def test_a_network_that_cannot_be_exported_is_told_before_its_first_epoch(
    tiny: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    clothier.train("cnn1", tiny, model=spectrum, **{**WORDS, "augmented_epochs": 0, "verbose": 2})
    before, _, after = capsys.readouterr().err.partition("epoch 1/1")
    (told,) = [line for line in before.splitlines() if "model file" in line]
    assert told == (
        "this run will get no model file, and training goes on: layer rfft1 (RFFT) cannot be exported: ONNX Runtime "
        "cannot run what Keras exports of this network (RFFT, Real); wanted layers without loops and random draws; "
        "leave such layers out"
    )
    assert "this run gets no model file" in after


def test_trying_the_export_changes_no_weight(
    tiny: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def digests() -> list[str]:
        run = clothier.train("cnn1", tiny, model=small_network, **WORDS)
        return [phase.weights_sha256 for phase in run.read_scores()]

    tried = digests()
    monkeypatch.setattr(export, "check_exportable", lambda _: None)
    assert digests() == tried


def _wrong_parts_are_refused(run: Run, data: Dataset) -> None:
    with pytest.raises(RunError) as caught:
        clothier.resume(run, data, verbose=0)
    assert str(caught.value) == (
        f"{run.path} was started with the augmentation {__name__}.throw_flips + {__name__}.flip, which is not in its "
        f"folder; wanted it again; continue in Python: clothier.resume('{run.path}', data, augment=...)"
    )
    with pytest.raises(
        RunError, match=r"^.* was started with the augmentation .*flip \(\w{12}\), not with .*brighten "
    ):
        clothier.resume(run, data, augment=Policy(throw_flips, brighten), verbose=0)
    with pytest.raises(
        RunError, match=r"started with the model .*small_network \(\w{12}\), not with .*wider_network "
    ):
        clothier.resume(run, data, model=wider_network, augment=FLIPS, verbose=0)


def with_other_layers(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Rescaling(1 / 255),
            layers.SeparableConv2D(8, 3, activation="gelu"),
            layers.LayerNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(num_classes),
        ]
    )


def test_layers_that_no_model_of_clothier_has(tiny: Dataset) -> None:
    run = clothier.train("cnn1", tiny, model=with_other_layers, epochs=1, verbose=0)
    assert tiny.test is not None
    predictions = clothier.open(run).predict(tiny.test.images)
    expected = trained.predict(run, tiny.test.images)
    np.testing.assert_allclose(predictions.logits, expected.logits, atol=1e-3)


def test_a_run_of_a_named_network_takes_no_other(tiny: Dataset) -> None:
    with stopped_after(1):
        clothier.train("cnn1", tiny, epochs=2, verbose=0, precision="float32")
    with pytest.raises(
        RunError, match=r"^runs/cnn1-1 was started with one of clothier's models, not with .*small_network "
    ):
        clothier.resume("runs/cnn1-1", tiny, model=small_network)


@pytest.mark.parametrize(
    ("recipe", "options", "message"),
    [
        ("cnn1", {"model": 7},
         "model is 7; wanted a function (image_shape, num_classes) -> keras.Model, as each run begins with new "
         "weights"),
        ("vgg19", {"model": small_network},
         "model is a function, and the recipe vgg19 trains a head on the base 'imagenet'; wanted one of the two; "
         "choose a recipe without a base, such as cnn1"),
        ("cnn1", {"augment": FLIPS, "epochs": 2},
         "augment is given, and augmented_epochs is 0; wanted 1 or more, or no augmentation"),
        ("cnn1", {"augment": 7, "augmented_epochs": 2},
         "augment is 7; wanted the name of a policy, or a clothier.augment.Policy(throw, move)"),
    ],
)  # fmt: skip
def test_parts_that_are_not_taken_leave_no_folder(
    recipe: str, options: dict[str, Any], message: str, tiny: Dataset
) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        clothier.train(recipe, tiny, verbose=0, **options)
    assert not list(Path.cwd().glob("runs/*"))
