"""A split as people hold it, (images, labels) or a data set that yields (image, label) -> its two arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.values.arrays import Images
from clothier.values.examples import Split
from clothier.values.labelling import as_labels
from clothier.values.pictures import as_images

_WANTED = "a tuple (images, labels), or a data set that yields (image, label)"


def read_pair(given: Any, split: str) -> tuple[Images, npt.NDArray[Any]]:
    """(images uint8 (n, height, width, channels), labels as `as_labels` gives them) of what was given for a split.

    Takes a tuple (images, labels), a Split, or a data set with a length whose items are pairs (image, label), such as
    those of torchvision. Raises DataError for anything else, and as `as_images` and `as_labels`.
    """
    if isinstance(given, Split):
        given = (given.images, given.labels)
    if isinstance(given, tuple) and len(given) == 2:
        images, labels = given
    else:
        images, labels = _columns(given, split)
    read = as_images(images, f"{split} images"), as_labels(labels, f"{split} labels")
    if len(read[0]) != len(read[1]):
        raise DataError(
            f"{split} has {len(read[0]):,} images and {len(read[1]):,} labels; wanted one label an image"
        )
    return read


def _columns(given: Any, split: str) -> tuple[list[Any], list[Any]]:
    """The images and the labels of a data set of pairs."""
    is_pairs = hasattr(given, "__len__") and (hasattr(given, "__getitem__") or hasattr(given, "__iter__"))
    if not is_pairs or isinstance(given, (str, bytes, dict, tuple, np.ndarray)):
        came = f"a tuple of {len(given)}" if isinstance(given, tuple) else f"of type {type(given).__name__}"
        came = "None" if given is None else came
        raise DataError(f"{split} is {came}; wanted {_WANTED}")
    items = (given[index] for index in range(len(given))) if hasattr(given, "__getitem__") else iter(given)
    images, labels = [], []
    try:
        for item in items:
            image, label = item
            images.append(image)
            labels.append(label.item() if hasattr(label, "item") else label)
    except (TypeError, ValueError, KeyError):
        raise DataError(
            f"{split} is of type {type(given).__name__}, whose items are not pairs; wanted {_WANTED}"
        ) from None
    return images, labels
