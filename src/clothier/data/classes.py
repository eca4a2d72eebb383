"""Labels as files hold them -> class numbers 0, 1, 2, ... and the names of the classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.values import Labels

RawLabels = npt.NDArray[np.uint8]

# Source: the table "Labels" in the README of Fashion-MNIST, https://github.com/zalandoresearch/fashion-mnist
FASHION_MNIST = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def class_values(train_labels: RawLabels, names: Sequence[str] | None = None) -> RawLabels:
    """The label values that stand for class 0, 1, 2, ..., uint8 (num_classes,), ascending.

    Without names these are the values that occur in the training labels. With k names they are 0 to k - 1, or 1
    to k where the training labels run so (EMNIST's letters do).
    """
    if names is None:
        return np.unique(train_labels)
    from_one = len(train_labels) > 0 and train_labels.min() >= 1 and train_labels.max() == len(names)
    return np.arange(len(names), dtype=np.uint8) + np.uint8(from_one)


def to_classes(labels: RawLabels, values: RawLabels, where: Callable[[int], str]) -> Labels:
    """Class numbers int64 (n,). Raises DataError for a label outside `values`; `where(position)` says where."""
    numbers = np.minimum(np.searchsorted(values, labels), len(values) - 1)
    outside = np.flatnonzero(values[numbers] != labels)
    if len(outside):
        first = int(outside[0])
        raise DataError(
            f"{where(first)}: label {labels[first]} is outside the classes; wanted one of "
            f"{_listed(values)}; correct the label, or name all classes"
        )
    return numbers.astype(np.int64)


def _listed(values: RawLabels) -> str:
    numbers = [str(value) for value in values]
    return ", ".join(numbers) if len(numbers) <= 12 else f"{numbers[0]}, {numbers[1]} ... {numbers[-1]}"
