from __future__ import annotations

import numpy as np

from clothier.data.resplit import divide_again
from clothier.values import Split


def drawn(counts: tuple[int, ...], seed: int) -> Split:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    return Split(np.random.default_rng(seed).integers(0, 256, (len(labels), 3, 3, 1), np.uint8), labels)


def images_of(*splits: Split) -> list[bytes]:
    return sorted(image.tobytes() for split in splits for image in split.images)


TRAIN, TEST = drawn((60, 30), 0), drawn((10, 5), 1)


def test_every_image_stays_with_its_label_in_one_of_the_splits() -> None:
    train, test = divide_again(TRAIN, TEST, 13)
    assert images_of(train, test) == images_of(TRAIN, TEST)
    labels = {
        image.tobytes(): label
        for split in (TRAIN, TEST)
        for image, label in zip(split.images, split.labels, strict=True)
    }
    for split in (train, test):
        assert [labels[image.tobytes()] for image in split.images] == split.labels.tolist()


def test_the_test_split_has_as_many_of_each_class_from_both_old_splits() -> None:
    train, test = divide_again(TRAIN, TEST, 13)
    assert np.bincount(train.labels).tolist() == [60, 30]
    assert np.bincount(test.labels).tolist() == [10, 5]
    assert 0 < len(set(images_of(test)) & set(images_of(TEST))) < 15
    assert test.labels.tolist() != sorted(test.labels)  # classes are mixed


def test_seed_and_images_alone_decide() -> None:
    order = np.random.default_rng(2).permutation(90)
    shuffled = Split(TRAIN.images[order], TRAIN.labels[order])
    once, elsewhere, other = (
        divide_again(*splits) for splits in ((TRAIN, TEST, 13), (shuffled, TEST, 13), (TRAIN, TEST, 14))
    )
    for one, same in zip(once, elsewhere, strict=True):
        assert np.array_equal(one.images, same.images)
        assert np.array_equal(one.labels, same.labels)
    assert images_of(once[1]) != images_of(other[1])
