"""The script that makes the model clothes: lessons, batches, training, and the model file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clothier import bundle
from clothier.predict import Predictor
from clothier.values import Dataset, Floats, Images
from scripts import make_clothes
from scripts.clothes import lessons, training
from scripts.clothes.lessons import Lesson


def look(images: Images) -> tuple[Floats, Floats]:
    """A teacher that is sure of class 1 and whose features are mean colours."""
    logits = np.tile(np.array([0, 20, 0], np.float32), (len(images), 1))
    return logits, images.reshape(len(images), -1, 3).mean(axis=1).astype(np.float32)


@pytest.fixture
def taught_by(tiny: Dataset) -> list[Lesson]:
    """The images, and labels that a teacher is sure of; and its features."""
    images = tiny.train.images
    sure = np.eye(tiny.num_classes, dtype=np.float32)[tiny.train.labels]
    return [Lesson(images, sure, 3 * sure)]


def test_batches_are_the_same_again_and_targets_are_shares(taught_by: list[Lesson]) -> None:
    first, again = (list(training.batches(taught_by * 4, 3, seed=1)) for _ in range(2))
    assert len(first) == 3
    for (images, (targets, features)), (others, (same, _)) in zip(first, again, strict=True):
        assert images.dtype == np.uint8 and images.shape == (sum(training.PARTS), 12, 12, 1)
        np.testing.assert_array_equal(images, others)
        np.testing.assert_array_equal(targets, same)
        np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_allclose(features, 3 * targets, rtol=1e-5)
    assert (first[0][0] != first[1][0]).any()


def test_drawn_clothes_are_named_by_their_label_and_others_by_no_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "DRAWN", 6)
    drawn = lessons.of_drawn(("dress", "shoes", "skirt"), look, seed=1)
    np.testing.assert_array_equal(
        drawn.targets.argmax(axis=1), [0, 1, 1, 1, 0, 1]
    )  # in the generator's order
    assert drawn.pictures.shape == (6, lessons.SIDE, lessons.SIDE, 3)
    for number in range(5):
        Image.new("RGB", (40, 30), (200, 30, 40 * number)).save(tmp_path / f"{number}.png")
    others = lessons.of_others(tmp_path, 3, look, seed=1)
    assert len(others) == (5 + 1) * lessons.OTHER_VIEWS  # with a drawn bag
    np.testing.assert_allclose(others.targets, 1 / 3)


def test_features_are_reduced_to_their_principal_components(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "FEATURES", 2)
    rng = np.random.default_rng(1)
    features = np.float32(rng.normal(size=(50, 5)) * [3, 2, 0.01, 0.01, 0.01] + [0, 0, 9, 0, 0])
    lesson = Lesson(np.empty((50, 0)), np.empty((50, 0)), features)  # type: ignore[arg-type]
    reduced, again = lessons.reduced([lesson, lesson])
    assert (reduced.features**2).mean() == pytest.approx(1, abs=1e-4)
    kept = np.corrcoef(np.hstack([reduced.features, features]).T)[:2, 2:4]
    assert (np.abs(kept).max(axis=1) > 0.95).all()
    np.testing.assert_array_equal(reduced.features, again.features)


def test_it_learns_and_becomes_a_model_file_with_a_card(
    taught_by: list[Lesson], tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "AVERAGE", 0.8)  # of some forty steps
    training.taught(taught_by, tiny, 8, 3, tmp_path / "kept.npz")
    made = make_clothes.bundled(tiny, tiny, tmp_path / "kept.npz", 10, 3)
    path = tmp_path / "made.clothier"
    bundle.write(path, made)
    assert tiny.validation
    logits, _ = Predictor(bundle.read(path)).outputs(tiny.validation.images)
    right = float((logits.argmax(axis=1) == tiny.validation.labels).mean())
    assert right > 0.6  # of three classes
    assert f"{right:.1%} of {len(tiny.validation)} photos that were not trained on" in made.manifest.card
