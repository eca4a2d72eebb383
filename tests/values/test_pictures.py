from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from clothier.errors import DataError
from clothier.values.pictures import as_images

GREY = np.random.default_rng(0).integers(0, 256, (4, 6, 5), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)


class Tensor:
    """As other libraries' arrays: NumPy can convert it, and knows nothing else of it."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: Any = None) -> npt.NDArray[Any]:
        return self.values


class Unreadable(Tensor):
    def __array__(self, dtype: Any = None, copy: Any = None) -> npt.NDArray[Any]:
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


def column(values: list[Any]) -> npt.NDArray[Any]:
    """A column of objects, as a pandas Series gives them."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


@pytest.mark.parametrize(
    "images",
    [
        GREY,
        GREY[..., np.newaxis],
        GREY.astype(np.int64),
        GREY.astype(np.float64) / 255,
        GREY.astype(np.float32) / 255,
        GREY.tolist(),
        list(GREY),
        Tensor(GREY),
        [Tensor(image) for image in GREY],
        [Image.fromarray(image) for image in GREY],
        column([Image.fromarray(image) for image in GREY]),
        column(list(GREY)),
        np.asfortranarray(GREY),
    ],
)
def test_grey_images_however_they_are_held(images: Any) -> None:
    converted = as_images(images)
    assert converted.dtype == np.uint8
    assert converted.flags.c_contiguous
    assert np.array_equal(converted, GREY[..., np.newaxis])


@pytest.mark.parametrize(
    "images",
    [COLOUR, COLOUR / 255, [Image.fromarray(image) for image in COLOUR], Tensor(COLOUR)],
)
def test_coloured_images_however_they_are_held(images: Any) -> None:
    assert np.array_equal(as_images(images), COLOUR)


def test_floats_are_rounded_to_the_nearest_255th() -> None:
    images = np.array([[[0.0, 0.001, 0.5, 0.999, 1.0]]])
    assert as_images(images).ravel().tolist() == [0, 0, 128, 255, 255]
    many = np.random.default_rng(2).random((2500, 3, 2, 1))
    assert np.array_equal(as_images(many), np.rint(many.astype(np.float32) * 255).astype(np.uint8))


def test_pictures_with_a_palette_or_of_one_bit() -> None:
    palette = Image.fromarray(COLOUR[0]).convert("P", palette=Image.Palette.ADAPTIVE)
    assert np.array_equal(as_images([palette])[0], np.asarray(palette.convert("RGB")))
    assert as_images([Image.new("1", (3, 2), 1)]).tolist() == np.full((1, 2, 3, 1), 255).tolist()


SHAPES = "(n, height, width) or (n, height, width, 1 or 3)"
VALUES = "uint8, or floats in [0, 1]"


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (GREY.astype(np.float32),
         f"images are float32 from 0 to {GREY.max()}; wanted {VALUES}; divide them by 255"),
        (GREY / 127.5 - 1, f"images are float64 from -1 to {GREY.max() / 127.5 - 1:g}; wanted {VALUES}; scale them"),
        (GREY / 255 / 255,
         f"images are float64 from 0 to {GREY.max() / 255**2:g}; wanted {VALUES}, and floats up to "
         "0.0059 are nearly black, as after dividing by 255 twice; divide them once"),
        (GREY.astype(np.int64) - 3,
         f"images are int64 from -3 to {GREY.max() - 3}; wanted {VALUES}; scale them to 0..255 first"),
        (GREY.astype(np.uint16) * 257,
         f"images are uint16 from 0 to {int(GREY.max()) * 257:g}; wanted {VALUES}; scale them to 0..255 first"),
        (GREY % 2,
         f"images are uint8 from 0 to 1; wanted {VALUES}, and integers up to 1 are nearly black; "
         "multiply them by 255, or give floats"),
        (np.full((2, 3, 3), np.nan), f"images are float64 and hold values that are not finite; wanted {VALUES}"),
        (GREY > 9, f"images are bool; wanted {VALUES}; convert them: images.astype('uint8')"),
        (np.full((2, 3, 3), "a"), f"images are texts; wanted {VALUES}; convert them: images.astype('uint8')"),
        (np.moveaxis(COLOUR, 3, 1),
         f"images have the shape (4, 3, 6, 5), with the channels first; wanted {SHAPES}; "
         "move the channel axis to the end: np.moveaxis(images, 1, -1)"),
        (GREY[:, np.newaxis],
         f"images have the shape (4, 1, 6, 5), with the channels first; wanted {SHAPES}; "
         "move the channel axis to the end: np.moveaxis(images, 1, -1)"),
        (np.zeros((2, 5, 5, 4), np.uint8),
         f"images have the shape (2, 5, 5, 4); wanted {SHAPES}; leave the opacity out: images[..., :3]"),
        (np.zeros((5, 784), np.uint8),
         f"images have the shape (5, 784); wanted {SHAPES}; reshape them: np.reshape(images, (-1, 28, 28))"),
        (np.zeros((5, 30), np.uint8),
         f"images have the shape (5, 30); wanted {SHAPES}; reshape them: np.reshape(images, (-1, height, width))"),
        (np.zeros(5, np.uint8), f"images have the shape (5,); wanted {SHAPES}"),
        (np.zeros((0, 5, 5), np.uint8),
         "images have the shape (0, 5, 5), which holds no pixel; wanted one image or more"),
        ("photo.jpg", "images are 'photo.jpg'; wanted an array, or a list"),
        (None, "images are None; wanted an array, or a list"),
        (7, "images are of type int; wanted an array, or a list"),
        ({"a": 1}, "images are of type dict; wanted an array, or a list"),
        (Unreadable(GREY),
         "images are of type Unreadable, which NumPy cannot convert; wanted an array; convert them first "
         "(of a tensor on a GPU: x.detach().cpu().numpy())"),
        ([GREY[0], GREY[1, :3]], "images have several shapes, such as (6, 5) and (3, 5); wanted one; resize them"),
        (column([GREY[0], GREY[1, :3]]),
         "images have several shapes, such as (6, 5) and (3, 5); wanted one; resize them"),
        ([Image.new("RGB", (4, 4)), Image.new("RGB", (4, 5))],
         "images[1] is 4x5 RGB and the first is 4x4 RGB; wanted one size and mode; resize or convert them, or put the "
         "files in folders and use clothier.load('folder:DIR')"),
        ([Image.new("L", (4, 4)), Image.new("RGB", (4, 4))],
         "images[1] is 4x4 RGB and the first is 4x4 L; wanted one size and mode; resize or convert them, or put the "
         "files in folders and use clothier.load('folder:DIR')"),
        ([Image.new("RGBA", (4, 4))],
         "images[0] is a picture of mode RGBA; wanted L (grey) or RGB; convert it: picture.convert('RGB')"),
        ([Image.new("L", (4, 4)), "hat.png"], "images[1] is of type str; wanted a picture, as the others"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_told_in_a_line(images: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        as_images(images)


def test_dark_images_are_taken_where_they_may_be_few() -> None:
    assert as_images(np.full((1, 2, 2), 1 / 255), suspect=False).max() == 1
    assert as_images(np.ones((1, 2, 2), np.uint8), suspect=False).max() == 1


def test_errors_name_the_images() -> None:
    with pytest.raises(DataError, match=r"^test images are float64 from 0 to 2; "):
        as_images(np.array([[[0.0, 2.0]]]), "test images")
