"""Whether images are Fashion-MNIST's, told by their contents: in whatever files they lie, and in whatever order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

import numpy as np

from clothier.values import Dataset, Split

# `set_digest` of all 70,000 images and of the 10,000 official test images, from the files that
# `fashion_mnist.SHA256` names.
ALL = "351d8a0dfa69e8972a2e97b98087377468f313c00ef208b3277f0ce6bf1e636c"
OFFICIAL_TEST = "3028651fe4e445623bad270836e03c7f78cbf6d4e7a825790beffe2fb50256eb"
NUM_IMAGES, NUM_TEST = 70_000, 10_000
SHAPE = (28, 28, 1)

TestImages = Literal["official", "redrawn", ""]


def image_digests(split: Split) -> list[bytes]:
    """16 bytes for each image and its label: equal for equal pixels and labels, on every platform."""
    labels = np.ascontiguousarray(split.labels, "<i8")
    return [
        hashlib.blake2b(image.tobytes() + label.tobytes(), digest_size=16).digest()
        for image, label in zip(split.images, labels, strict=True)
    ]


def set_digest(splits: Iterable[Split]) -> str:
    """SHA-256 hex digest of the images and labels as a set: neither splits nor order matter."""
    digests = sorted(digest for split in splits for digest in image_digests(split))
    return hashlib.sha256(b"".join(digests)).hexdigest()


def is_fashion_mnist(splits: Iterable[Split]) -> bool:
    """Whether these are the 70,000 images of Fashion-MNIST with their labels, 0 to 9."""
    splits = list(splits)
    fits = sum(map(len, splits)) == NUM_IMAGES and all(split.images.shape[1:] == SHAPE for split in splits)
    return fits and set_digest(splits) == ALL


def test_images(dataset: Dataset) -> TestImages:
    """Which of Fashion-MNIST's images a data set tests on: its "official" test images, or 10,000 others ("redrawn"),
    as Kaggle's table does. "" for a data set that is not all of Fashion-MNIST, or tests on another number."""
    test = dataset.test
    if test is None or len(test) != NUM_TEST or not is_fashion_mnist(dataset.splits().values()):
        return ""
    return "official" if set_digest([test]) == OFFICIAL_TEST else "redrawn"
