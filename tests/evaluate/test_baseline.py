from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from clothier.evaluate import nearest_neighbours
from clothier.evaluate.baseline import NUMBERS, USUAL
from clothier.values import Dataset, Images, Labels


def blurred(num_images: int, seed: int) -> tuple[Images, Labels]:
    """Images of four classes that overlap, so that more neighbours than one are better."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, num_images)
    images = 100 + 12 * labels[:, None, None] + rng.normal(0, 40, (num_images, 4, 3))
    return images.clip(0, 255).astype(np.uint8), labels


def data(with_validation: bool = True, test: bool = True) -> Dataset:
    validation = blurred(150, 2) if with_validation else None
    return Dataset.from_arrays(
        blurred(200, 1),
        validation=validation,
        test=blurred(120, 3) if test else None,
        class_names=["a", "b", "c", "d"],
    )


def test_it_agrees_with_scikit_learns_classifier() -> None:
    dataset = data()
    assert dataset.validation is not None
    assert dataset.test is not None
    told: list[tuple[str, int, int]] = []
    found = nearest_neighbours(dataset, lambda *words: told.append(words))
    train = dataset.train.images.reshape(200, -1).astype(np.float32)

    def theirs(number: int, images: Images) -> Labels:
        model = KNeighborsClassifier(number, algorithm="brute").fit(train, dataset.train.labels)
        return np.asarray(model.predict(images.reshape(len(images), -1).astype(np.float32)))

    validation = dataset.validation
    assert found.tried == {
        number: (theirs(number, validation.images) == validation.labels).mean() for number in NUMBERS
    }
    assert found.tried[found.number] == max(found.tried.values())
    np.testing.assert_array_equal(found.predictions.labels, theirs(found.number, dataset.test.images))
    assert told[-1] == ("comparing images", 270, 270)
    probabilities = found.predictions.uncalibrated_probabilities
    votes = probabilities * (found.number + 4) - 1
    np.testing.assert_allclose(votes, votes.round(), atol=1e-4)
    np.testing.assert_allclose(votes.sum(axis=1), found.number, atol=1e-4)


@pytest.mark.parametrize(("with_validation", "test"), [(False, True), (True, False)])
def test_without_images_to_choose_by_five_are_taken(with_validation: bool, test: bool) -> None:
    found = nearest_neighbours(data(with_validation, test))
    assert (found.number, found.tried) == (USUAL, {})
    assert len(found.predictions.labels) == (120 if test else 150)
