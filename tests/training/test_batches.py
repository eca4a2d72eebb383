from __future__ import annotations

import numpy as np
import pytest

from clothier import augment
from clothier.training.batches import batches
from clothier.values import Mixed, Split

NUMBERS = np.arange(1000)
SPLIT = Split((NUMBERS % 256).astype(np.uint8).reshape(-1, 1, 1, 1).repeat(5, 1).repeat(5, 2), NUMBERS)


@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(256, [256, 256, 256, 232]), (500, [500, 500]), (9999, [1000])]
)
def test_every_image_once_with_its_label(batch_size: int, sizes: list[int]) -> None:
    made = list(batches(SPLIT, batch_size, seed=1, epoch=1))
    assert [len(labels) for _, labels in made] == sizes
    labels = np.concatenate([labels for _, labels in made])
    images = np.concatenate([images for images, _ in made])
    assert sorted(labels) == NUMBERS.tolist()
    np.testing.assert_array_equal(images[:, 2, 2, 0], labels % 256)
    assert (labels != NUMBERS).mean() > 0.9


def test_order_is_a_function_of_seed_and_epoch() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        return [
            int(n) for _, labels in batches(SPLIT, 100, seed=seed, epoch=epoch) for n in np.asarray(labels)
        ]

    assert order(1, 1) == order(1, 1)
    assert len({tuple(order(1, 1)), tuple(order(1, 2)), tuple(order(2, 1))}) == 3


def test_augmentation_repeats_and_differs_from_batch_to_batch() -> None:
    image = np.random.default_rng(0).integers(0, 256, (1, 16, 16, 1), dtype=np.uint8)
    same = Split(image.repeat(64, 0), np.zeros(64, np.int64))
    policy = augment.get("article")
    first, again = (
        [images for images, _ in batches(same, 32, seed=1, epoch=3, policy=policy)] for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(np.concatenate(first), axis=0)) == 64


def test_mixed_labels_travel_with_their_images() -> None:
    made = list(batches(SPLIT, 256, seed=1, epoch=1, policy=augment.get("mixup")))
    assert [len(targets) for _, targets in made] == [256, 256, 256, 232]
    own = []
    for images, targets in made:
        assert isinstance(targets, Mixed)
        share = targets.shares.astype(np.float64)
        expected = share * (targets.labels % 256) + (1 - share) * (targets.others % 256)
        assert np.abs(images[:, 2, 2, 0] - expected).max() <= 0.5 + 1e-4
        own += targets.labels.tolist()
    assert sorted(own) == NUMBERS.tolist()


def test_an_error_in_the_other_thread_reaches_the_caller() -> None:
    def broken(*_: object) -> np.ndarray:
        raise ZeroDivisionError

    policy = augment.Policy(throw=broken, move=broken)

    with pytest.raises(ZeroDivisionError):
        list(batches(SPLIT, 100, seed=1, epoch=1, policy=policy))
