from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clothier.errors import DataError
from clothier.values import Split
from clothier.values.pairs import read_pair

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 4, 5), dtype=np.uint8)
WANTED = "a tuple (images, labels), or a data set that yields (image, label)"


class Indexed:
    """As a data set of torchvision: a length, and pairs by index, which end nowhere."""

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> tuple[Image.Image, np.int64]:
        return Image.fromarray(IMAGES[index % 3]), np.int64(index)


class Iterated:
    """As a data set of TensorFlow: a length, and pairs one after the other."""

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Any:
        return iter(zip(IMAGES, (0, 1, 2), strict=True))


@pytest.mark.parametrize(
    "split",
    [
        (IMAGES, [0, 1, 2]),
        Split(IMAGES[..., np.newaxis], np.arange(3)),
        Indexed(),
        Iterated(),
        [(image, label) for label, image in enumerate(IMAGES)],
    ],
)
def test_a_split_however_it_is_held(split: Any) -> None:
    images, labels = read_pair(split, "train")
    assert np.array_equal(images, IMAGES[..., np.newaxis])
    assert labels.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("split", "message"),
    [
        (IMAGES, f"train is of type ndarray; wanted {WANTED}"),
        ("fashion-mnist", f"train is of type str; wanted {WANTED}"),
        ({"x": IMAGES}, f"train is of type dict; wanted {WANTED}"),
        (7, f"train is of type int; wanted {WANTED}"),
        ((IMAGES, [0], [1]), f"train is a tuple of 3; wanted {WANTED}"),
        ([IMAGES, [0, 1, 2]], f"train is of type list, whose items are not pairs; wanted {WANTED}"),
        ([7, 8], f"train is of type list, whose items are not pairs; wanted {WANTED}"),
        ((IMAGES, [0, 1]), "train has 3 images and 2 labels; wanted one label an image"),
    ],
)  # fmt: skip
def test_what_is_no_split(split: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_pair(split, "train")
