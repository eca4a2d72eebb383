"""Vectors against Keras itself, and what comes with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from clothier import backend, embed, models
from clothier.errors import InputError, RunError
from clothier.models import features
from clothier.runs import Run, trained
from clothier.system import hardware
from clothier.values import Dataset, Floats, Images


def _keras(run: Run, layer: str, images: Images) -> Floats:
    model = trained.load(run)
    part = keras.Model(model.input, model.get_layer(layer).output)
    return np.asarray(part(images, training=False)).reshape(len(images), -1)


def test_pixels_are_images_as_rows(tiny: Dataset) -> None:
    made = embed.extract(embed.of_split(tiny))
    assert made.vectors.dtype == np.float32
    np.testing.assert_array_equal(
        np.rint(made.vectors * 255).reshape(90, 12, 12, 1), tiny.split("test").images
    )
    assert (made.vectors.min(), made.vectors.max()) == (0, 1)
    assert (made.source, made.predictions, made.class_names) == ("pixels, tiny test", None, tiny.class_names)
    np.testing.assert_array_equal(made.labels, tiny.split("test").labels)


@pytest.mark.parametrize("layer", [None, "conv1", "flatten", "logits", "images"])
def test_a_layer_gives_what_keras_says(
    run: Run, tiny: Dataset, layer: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "rows_at_once", lambda model: 40)  # the last batch is the smallest
    told: list[tuple[str, int, int]] = []
    made = embed.extract(embed.of_split(tiny), run, layer, report=lambda *words: told.append(words))
    name = layer or "dense1"
    wanted = _keras(run, name, tiny.split("test").images)
    np.testing.assert_allclose(made.vectors, wanted, rtol=1e-5, atol=1e-5)
    assert made.source == f"cnn1-1 {name}, tiny test"
    assert told == [(f"computing {name}", done, 90) for done in (40, 80, 90)]
    predictions = trained.predict(run, tiny.split("test").images)
    np.testing.assert_array_equal(made.predictions, predictions.labels)
    assert made.confidence == pytest.approx(predictions.probabilities.max(axis=1), rel=1e-5)


def test_other_weights_give_other_vectors(run: Run, tiny: Dataset) -> None:
    pictures = embed.of_split(tiny)
    last, best = embed.extract(pictures, run), embed.extract(pictures, run, which="best")
    images = tiny.split("test").images
    np.testing.assert_array_equal(best.predictions, trained.predict(run, images, "best").labels)
    best_epoch = max(run.best_checkpoints()).name
    assert np.array_equal(last.vectors, best.vectors) == (best_epoch == "best-0002.safetensors")


def test_a_recipe_of_more_views_predicts_from_all_and_shows_the_image_itself(
    make: Callable[..., Run], tiny: Dataset
) -> None:
    run = make("cnn1", tiny, views="mirror+shift", epochs=1)
    images = tiny.split("test").images
    made = embed.extract(embed.of_split(tiny), run)
    np.testing.assert_allclose(made.vectors, _keras(run, "dense1", images), rtol=1e-5, atol=1e-5)
    predictions = trained.predict(run, images)
    np.testing.assert_array_equal(made.predictions, predictions.labels)
    assert made.confidence == pytest.approx(predictions.probabilities.max(axis=1), rel=1e-5)


def test_a_network_on_a_frozen_base_has_the_layers_of_both(
    make: Callable[..., Run], run: Run, photos: Dataset
) -> None:
    upper = make("transfer", photos, base=str(run.path), model="cnn1", epochs=1)
    images = photos.split("test").images
    for layer, name in ((None, "head1_dense"), ("conv1", "conv1")):
        made = embed.extract(embed.of_split(photos), upper, layer)
        assert made.source == f"transfer-1 {name}, photos test"
        np.testing.assert_allclose(made.vectors, _keras(upper, name, images), rtol=1e-4, atol=1e-4)
        np.testing.assert_array_equal(made.predictions, trained.predict(upper, images).labels)


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("cnn1", "dense1"),
        ("cnn1_dropout", "dense1"),
        ("cnn3", "dense1"),
        ("cnn4", "norm6"),
        ("fastnet", "flatten"),
    ],
)
def test_the_default_layer_is_what_the_logits_are_made_of(name: str, layer: str) -> None:
    model = models.build(name, (20, 20, 1), 3)
    assert features(model) is model.get_layer(layer).output
    images = np.random.default_rng(1).integers(0, 256, (4, 20, 20, 1), dtype=np.uint8)
    outputs = [model.get_layer(layer).output, model.get_layer("logits").output]
    vectors, logits = keras.Model(model.input, outputs)(images, training=False)
    weights = [np.asarray(weight) for weight in model.get_layer("logits").weights]
    np.testing.assert_allclose(
        np.asarray(vectors) @ weights[0] + sum(weights[1:]), logits, rtol=1e-4, atol=1e-4
    )


def test_classes_are_matched_by_name(run: Run, tiny: Dataset) -> None:
    pictures = embed.of_split(tiny)
    own = embed.extract(pictures, run)
    other = dataclasses.replace(pictures, class_names=("column", "spot", "none"))
    made = embed.extract(other, run)
    assert made.class_names == ("column", "spot", "none", "row")
    assert own.predictions is not None
    assert made.predictions is not None
    names = [own.class_names[label] for label in own.predictions]
    assert [made.class_names[label] for label in made.predictions] == names
    assert set(names) == {"row", "column", "none"}


def test_photos_go_through_a_run(run: Run, photos_folder: Path) -> None:
    made = embed.extract(embed.of_photos(photos_folder, (12, 12), channels=1), run)
    assert made.class_names == ("bags", "coats", "row", "column", "none")
    assert made.predictions is not None
    assert made.predictions.min() >= 2
    assert made.labels.tolist() == [-1, 0, 1, 1]


def test_what_cannot_be_extracted_is_refused(
    run: Run, tiny: Dataset, photos: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = embed.of_split(tiny)

    def refusal(*words: object) -> str:
        with pytest.raises(InputError) as caught:
            embed.extract(*words)  # type: ignore[arg-type]  # of many kinds
        return str(caught.value)

    assert refusal(pictures, run, "dense") == (
        "unknown layer 'dense'; known: conv1, dense1, dropout1, flatten, images, logits, logits_float32, pool1, "
        "scale; did you mean 'dense1'?"
    )
    assert refusal(pictures, None, "dense1") == (
        "layer 'dense1' is given without a run; wanted a run, which has layers; name it with --model"
    )
    assert refusal(embed.of_split(photos), run) == (
        "images of photos test are 24 x 24 x 3, cnn1-1 was trained on 12 x 12 x 1; wanted the same; photos are "
        "fitted to the model by --photos FOLDER"
    )
    bare = Run(tmp_path)
    bare.write_description(run.description())
    with pytest.raises(RunError, match=r"last\.safetensors is missing; wanted a checkpoint"):
        embed.extract(pictures, bare)
    monkeypatch.setattr(hardware, "machine", lambda: {"memory_gib": 0.001})
    monkeypatch.setattr(backend.Activations, "of", None)  # nothing is computed
    assert refusal(pictures, run, "conv1") == (
        "layer conv1 has 3,200 numbers per image, 0.0011 GiB for 90 images; wanted at most 0.0005 GiB, half of this "
        "machine's memory; take fewer with --sample, or a smaller layer"
    )
    monkeypatch.setattr(hardware, "machine", lambda: {"memory_gib": 1e-5})
    assert refusal(pictures).startswith("a vector of pixels has 144 numbers per image, ")
