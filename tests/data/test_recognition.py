from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from clothier.data import LoadOptions, classes, fashion_mnist, idx, load, recognition
from clothier.data.resplit import divide_again
from clothier.values import Dataset, Split


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A data set of 70 images that stands for the 70,000."""
    rng = np.random.default_rng(0)
    labels = (np.arange(70) % 10).astype(np.int64)
    images = rng.integers(0, 256, (70, 28, 28, 1), np.uint8)
    train, test = Split(images[:60], labels[:60]), Split(images[60:], labels[60:])
    monkeypatch.setattr(recognition, "ALL", recognition.set_digest([train, test]))
    monkeypatch.setattr(recognition, "OFFICIAL_TEST", recognition.set_digest([test]))
    monkeypatch.setattr(recognition, "NUM_IMAGES", 70)
    monkeypatch.setattr(recognition, "NUM_TEST", 10)
    return Dataset(train, None, test, tuple("abcdefghij"), "f" * 64, "small")


def rows(split: Split, chosen: slice) -> Split:
    return Split(split.images[chosen], split.labels[chosen])


def test_neither_names_nor_order_nor_validation_images_matter(small: Dataset) -> None:
    assert recognition.test_images(small) == "official"
    turned = replace(
        small,
        train=rows(small.train, slice(49, None, -1)),
        validation=rows(small.train, slice(50, None)),
        test=rows(small.split("test"), slice(None, None, -1)),
    )
    assert recognition.test_images(turned) == "official"


def test_other_test_images_are_redrawn(small: Dataset) -> None:
    train, test = divide_again(small.train, small.split("test"), 13)
    assert recognition.test_images(replace(small, train=train, test=test)) == "redrawn"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: replace(data, test=None),
        lambda data: replace(data, train=rows(data.train, slice(59))),
        lambda data: replace(data, train=Split(255 - data.train.images, data.train.labels)),
        lambda data: replace(data, train=Split(data.train.images, (data.train.labels + 1) % 10)),
    ],
    ids=["no test images", "an image less", "other pixels", "other labels"],
)
def test_other_data_are_not_recognised(small: Dataset, change: Callable[[Dataset], Dataset]) -> None:
    assert recognition.test_images(change(small)) == ""


@pytest.mark.skipif(not fashion_mnist.DEBIAN_FOLDER.is_dir(), reason="Fashion-MNIST is not on this machine")
def test_the_genuine_files_are_recognised_by_another_name() -> None:
    folder = fashion_mnist.DEBIAN_FOLDER
    dataset = load(f"idx:{folder}", LoadOptions(resplit=True, seed=7))
    assert dataset.class_names == classes.FASHION_MNIST  # which the files do not hold
    assert np.bincount(dataset.split("test").labels).tolist() == [1000] * 10
    assert [len(split) for split in dataset.splits().values()] == [48_000, 12_000, 10_000]
    images = idx.read_images(folder / "t10k-images-idx3-ubyte.gz")
    labels = idx.read_labels(folder / "t10k-labels-idx1-ubyte.gz").astype(np.int64)
    assert recognition.set_digest([Split(images, labels)]) == recognition.OFFICIAL_TEST
