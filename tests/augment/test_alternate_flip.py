from __future__ import annotations

import numpy as np

from clothier import augment
from clothier.augment import Visit, alternate_flip
from clothier.training.batches import batches
from clothier.values import Split

IMAGES = np.random.default_rng(0).integers(0, 256, (200, 5, 7, 3), dtype=np.uint8)


def test_each_image_is_turned_over_with_each_epoch() -> None:
    rng = np.random.default_rng(0)
    rows = rng.permutation(200)
    thrown = [alternate_flip.throw_for(rng, IMAGES, Visit(rows, epoch, seed=7)) for epoch in (1, 2, 3)]
    assert (thrown[0] == ~thrown[1]).all()
    assert (thrown[0] == thrown[2]).all()
    assert 60 < thrown[0].sum() < 140
    other = alternate_flip.throw_for(rng, IMAGES, Visit(rows, 1, seed=8))
    assert 60 < (thrown[0] == other).sum() < 140


def test_an_image_keeps_its_coin_whatever_batch_it_is_in() -> None:
    rng = np.random.default_rng(0)
    whole = alternate_flip.throw_for(rng, IMAGES, Visit(np.arange(200), 1, seed=7))
    for rows in (np.array([3]), np.array([150, 2, 77])):
        np.testing.assert_array_equal(
            alternate_flip.throw_for(rng, IMAGES[rows], Visit(rows, 1, 7)), whole[rows]
        )


def test_pixels() -> None:
    dice = alternate_flip.throw(np.random.default_rng(0), IMAGES)
    moved = alternate_flip.move(IMAGES, dice)
    for image, result, flip in zip(IMAGES, moved, dice, strict=True):
        np.testing.assert_array_equal(result, np.flip(image, 1) if flip else image)


def test_two_epochs_show_both_sides_of_every_image_joined_or_not() -> None:
    split = Split(IMAGES, np.arange(200))
    for name in ("alternate-flip", "alternate-flip+shift"):
        seen: dict[int, list[bytes]] = {n: [] for n in range(200)}
        for epoch in (1, 2):
            for images, labels in batches(split, 64, seed=1, epoch=epoch, policy=augment.get(name)):
                assert isinstance(labels, np.ndarray)
                for image, label in zip(images, labels.tolist(), strict=True):
                    seen[label].append(image.tobytes())
        if name == "alternate-flip":  # a shift of a 28th rounds to nothing here
            expected = {n: {IMAGES[n].tobytes(), IMAGES[n, :, ::-1].tobytes()} for n in range(200)}
            assert {n: set(both) for n, both in seen.items()} == expected
        assert all(len(set(both)) == 2 for both in seen.values())
