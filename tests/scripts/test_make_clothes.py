"""The script that makes the model clothes: lessons in batches, training, and the model file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clothier import bundle
from clothier.predict import Predictor
from clothier.values import Dataset, Floats, Images
from scripts import make_clothes


@pytest.fixture
def lessons(tiny: Dataset) -> tuple[Images, Floats]:
    """The images and their mirror images, and labels that a teacher is sure of."""
    images = tiny.train.images
    sure = np.eye(tiny.num_classes, dtype=np.float32)[tiny.train.labels]
    return np.stack([images, images[:, :, ::-1]]), np.stack([sure, sure])


def test_batches_are_the_same_again_and_targets_are_shares(lessons: tuple[Images, Floats]) -> None:
    first, again = (list(make_clothes.batches(*lessons, 3, seed=1)) for _ in range(2))
    assert len(first) == 3
    for (images, targets), (others, same) in zip(first, again, strict=True):
        assert images.dtype == np.uint8 and images.shape == (make_clothes.BATCH, 12, 12, 1)
        np.testing.assert_array_equal(images, others)
        np.testing.assert_array_equal(targets, same)
        np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
    assert (first[0][0] != first[1][0]).any()


def test_it_learns_and_becomes_a_model_file_with_a_card(
    lessons: tuple[Images, Floats], tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_clothes, "AVERAGE", 0.8)  # of forty steps
    make_clothes.taught(*lessons, tiny, 10, 3, tmp_path / "kept.npz")
    made = make_clothes.bundled(tiny, tmp_path / "kept.npz", 10, 3)
    path = tmp_path / "made.clothier"
    bundle.write(path, made)
    assert tiny.validation
    logits, _ = Predictor(bundle.read(path)).outputs(tiny.validation.images)
    right = float((logits.argmax(axis=1) == tiny.validation.labels).mean())
    assert right > 0.6  # of three classes
    assert f"{right:.1%} of {len(tiny.validation)} photos that were not trained on" in made.manifest.card
