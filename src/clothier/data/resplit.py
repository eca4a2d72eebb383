"""Training and test images -> the same images, divided anew by a seed."""

from __future__ import annotations

import numpy as np

from clothier.data.recognition import image_digests
from clothier.values import Split


def divide_again(train: Split, test: Split, seed: int) -> tuple[Split, Split]:
    """(train, test) drawn from the images of both; the test split has as many of each class as before.

    Kaggle's table of Fashion-MNIST is such a draw: it has 6,000 and 1,000 images of each class, taken from all 70,000.
    The images are first sorted by their contents, so the result depends on the images and the seed alone, not on the
    files that hold them. Raises DataError, as Split does, for images of two shapes.
    """
    both = Split(np.concatenate([train.images, test.images]), np.concatenate([train.labels, test.labels]))
    digests = image_digests(both)
    rows = np.array(sorted(range(len(both)), key=digests.__getitem__), np.int64)
    order = np.random.default_rng(seed).permutation(rows)
    is_test = np.zeros(len(order), bool)
    for label, count in enumerate(np.bincount(test.labels).tolist()):
        is_test[np.flatnonzero(both.labels[order] == label)[:count]] = True
    new_train, new_test = (
        Split(both.images[part], both.labels[part]) for part in (order[~is_test], order[is_test])
    )
    return new_train, new_test
