"""Images as arrays, tensors, data frames or lists of pictures -> uint8 (n, height, width, channels)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clothier.errors import DataError
from clothier.values.arrays import Images

_BLOCK = 1000  # images converted together, so that memory stays flat
_MODES = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB"}  # of a picture -> of the image
_SHAPES = "(n, height, width) or (n, height, width, 1 or 3)"
_VALUES = "uint8, or floats in [0, 1]"
_DARK = 1.5 / 255  # the lightest of floats in [0, 1] that seem to have been divided by 255 once more


def as_images(images: Any, what: str = "images", *, suspect: bool = True) -> Images:
    """uint8 (n, height, width, channels) of an array, a tensor, a data frame, or a list of pictures or arrays.

    Shapes (n, height, width) and (n, height, width, 1 or 3) are taken; values are uint8, other integers from 0 to 255,
    or floats in [0, 1], which are rounded to 255ths. `what` names them in errors. Raises DataError for anything else;
    unless `suspect` is false, also for ranges that only a few dark images have, such as integers up to 1.
    """
    array = _pictures(images, what) if _are_pictures(images) else as_array(images, what)
    return as_bytes(_with_channels(array, what), what, suspect=suspect)


def as_array(values: Any, what: str) -> npt.NDArray[Any]:
    """What NumPy makes of the values; a column of arrays or pictures becomes one array. DataError where it is none."""
    if isinstance(values, (str, bytes)) or values is None:
        raise DataError(f"{what} are {values!r:.80}; wanted an array, or a list")
    if is_masked(values):
        raise DataError(
            f"{what} hold masked values, which NumPy would show; wanted none; leave those images out"
        )
    try:
        array = np.asarray(values)
    except Exception as error:  # whatever the object's own __array__ raises
        if isinstance(values, (list, tuple)) and (shapes := _differing(values)):
            raise DataError(
                f"{what} have several shapes, such as {shapes[0]} and {shapes[1]}; wanted one; resize them"
            ) from None
        raise DataError(
            f"{what} are of type {type(values).__name__}, which NumPy cannot convert; wanted an array; convert them "
            "first (of a tensor on a GPU: x.detach().cpu().numpy())"
        ) from error
    if array.ndim == 0:
        raise DataError(f"{what} are of type {type(values).__name__}; wanted an array, or a list")
    if array.dtype == object and array.ndim == 1 and len(array) and not np.isscalar(array[0]):
        rows = list(array)
        return _pictures(rows, what) if _are_pictures(rows) else as_array(rows, what)
    return array


def is_masked(values: Any) -> bool:
    """Whether it is a NumPy array with masked values, or a list with such arrays: `np.asarray` would show what the mask
    hides."""
    if isinstance(values, (list, tuple)):
        return any(isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value) for value in values)
    return bool(np.ma.is_masked(values))


def _are_pictures(images: Any) -> bool:
    return isinstance(images, (list, tuple)) and any(isinstance(image, Image.Image) for image in images)


def _pictures(pictures: Sequence[Any], what: str) -> npt.NDArray[np.uint8]:
    """Pictures of one size and colour as one array."""
    converted: list[Image.Image] = []
    for index, picture in enumerate(pictures):
        if not isinstance(picture, Image.Image):
            raise DataError(
                f"{what}[{index}] is of type {type(picture).__name__}; wanted a picture, as the others"
            )
        if picture.mode not in _MODES:
            raise DataError(
                f"{what}[{index}] is a picture of mode {picture.mode}; wanted L (grey) or RGB; "
                "convert it: picture.convert('RGB')"
            )
        image = picture.convert(_MODES[picture.mode])
        if converted and (image.size, image.mode) != (converted[0].size, converted[0].mode):
            first, this = (f"{each.width}x{each.height} {each.mode}" for each in (converted[0], image))
            raise DataError(
                f"{what}[{index}] is {this} and the first is {first}; wanted one size and mode; resize or convert "
                "them, or put the files in folders and use clothier.load('folder:DIR')"
            )
        converted.append(image)
    return np.stack([np.asarray(image, dtype=np.uint8) for image in converted])


def _differing(values: Iterable[Any]) -> list[tuple[int, ...]]:
    """Two different shapes among those arrays; none where all have one."""
    try:
        shapes = list(dict.fromkeys(np.shape(value) for value in values))
    except Exception:
        return []
    return shapes[:2] if len(shapes) > 1 else []


def _with_channels(array: npt.NDArray[Any], what: str) -> npt.NDArray[Any]:
    """(n, height, width, channels) of one of the shapes that are taken."""
    shape = tuple(array.shape)
    if array.ndim == 3:
        array = array[..., np.newaxis]
    elif array.ndim == 2:
        side = round(shape[1] ** 0.5)
        sides = f"{side}, {side}" if side * side == shape[1] else "height, width"
        raise DataError(
            f"{what} have the shape {shape}; wanted {_SHAPES}; reshape them: np.reshape(images, (-1, {sides}))"
        )
    elif array.ndim == 4 and shape[3] not in (1, 3) and shape[1] in (1, 3):
        raise DataError(
            f"{what} have the shape {shape}, with the channels first; wanted {_SHAPES}; move the channel axis to the "
            "end: np.moveaxis(images, 1, -1)"
        )
    elif array.ndim == 4 and shape[3] == 4:
        raise DataError(
            f"{what} have the shape {shape}; wanted {_SHAPES}; leave the opacity out: images[..., :3]"
        )
    if array.ndim != 4 or array.shape[3] not in (1, 3):
        raise DataError(f"{what} have the shape {shape}; wanted {_SHAPES}")
    if not array.size:
        raise DataError(f"{what} have the shape {shape}, which holds no pixel; wanted one image or more")
    return array


def as_bytes(array: npt.NDArray[Any], what: str, *, suspect: bool = True) -> Images:
    """The pixels of a non-empty array as uint8; DataError for a range that is not taken, as of `as_images`."""
    kind = array.dtype.kind
    if kind not in "uif":
        raise DataError(f"{what} are {_kind(array)}; wanted {_VALUES}; convert them: images.astype('uint8')")
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DataError(f"{what} are {array.dtype} and hold values that are not finite; wanted {_VALUES}")
    told = f"{what} are {array.dtype} from {low:g} to {high:g}; wanted {_VALUES}"
    if kind == "f":
        if low < 0 or high > 1:
            advice = "divide them by 255" if low >= 0 and high <= 255 else "scale them"
            raise DataError(f"{told}; {advice}")
        if suspect and (doubt := suspicion(array)):
            raise DataError(f"{told}, and {doubt}")
        pixels = np.empty(array.shape, np.uint8)
        for start in range(0, len(array), _BLOCK):
            block = np.asarray(array[start : start + _BLOCK], np.float32)
            pixels[start : start + _BLOCK] = np.rint(block * 255)
        return pixels
    if low < 0 or high > 255:
        raise DataError(f"{told}; scale them to 0..255 first")
    if suspect and (doubt := suspicion(array)):
        raise DataError(f"{told}, and {doubt}")
    return np.ascontiguousarray(array, dtype=np.uint8)


def suspicion(array: npt.NDArray[Any]) -> str:
    """Why the pixels may be in another range than they seem to be, and what to do then; "" where nothing says so."""
    high = array.max()
    if array.dtype.kind == "f" and 0 < high <= _DARK:
        return f"floats up to {_DARK:.4f} are nearly black, as after dividing by 255 twice; divide them once"
    if array.dtype.kind in "ui" and high == 1:
        return "integers up to 1 are nearly black; multiply them by 255, or give floats"
    return ""


def _kind(array: npt.NDArray[Any]) -> str:
    return "texts" if array.dtype.kind in "US" else str(array.dtype)
