"""What Python users hand to a model -> pictures and images: paths, PIL images, arrays, and lists of these."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clothier.errors import InputError, InputTypeError
from clothier.predict.photos import find
from clothier.values import Images
from clothier.values.pictures import as_bytes, is_masked, suspicion

TYPES = "a path (str or Path), a PIL image, a NumPy array, or a list of these"
SHAPES = "(height, width), (height, width, 1, 3 or 4) or (n, height, width, 1, 3 or 4)"

# Pictures that are still to be prepared, or images in the model's own shape, (n, height, width, channels).
Group = list[Path | Image.Image] | Images


def groups(
    inputs: Any, image_shape: tuple[int, int, int], warn: Callable[[str], None] | None = None
) -> list[Group]:
    """The inputs in their order, neighbours of one kind together.

    A str or a Path is a file, a folder or a pattern, as `find` takes it. Arrays are uint8 or floats in [0, 1]; those in
    `image_shape` are images as the model takes them, others are pictures to be prepared like a photo. `warn` is told
    what was left out of a folder. Raises InputTypeError for other types, InputError for other shapes, values or paths.
    """
    found: list[Group] = []
    items = _items(inputs, image_shape, warn)
    for is_ready, neighbours in groupby(items, lambda item: isinstance(item, np.ndarray)):
        group: list[Any] = list(neighbours)
        if is_ready:
            found.append(np.concatenate(group) if len(group) > 1 else group[0])
        else:
            found.append(group)
    return found


def _items(
    inputs: Any, image_shape: tuple[int, int, int], warn: Callable[[str], None] | None
) -> Iterator[Path | Image.Image | Images]:
    if isinstance(inputs, str | os.PathLike):
        yield from find([os.fspath(inputs)], warn)
    elif isinstance(inputs, Image.Image):
        yield inputs
    elif isinstance(inputs, list | tuple):
        for item in inputs:
            yield from _items(item, image_shape, warn)
    elif hasattr(inputs, "__array__"):
        if is_masked(inputs):
            raise InputError("an array holds masked values; wanted none; fill them, such as images.filled(0)")
        array = np.asarray(inputs)
        if array.dtype.kind in "OU" and array.ndim == 1:  # a column of paths or pictures
            yield from _items(array.tolist(), image_shape, warn)
        else:
            yield from _images(array, image_shape, warn)
    else:
        raise InputTypeError(f"got an input of type {type(inputs).__name__}; wanted {TYPES}")


def _images(
    array: npt.NDArray[Any], image_shape: tuple[int, int, int], warn: Callable[[str], None] | None
) -> Iterator[Image.Image | Images]:
    stack = _stacked(array, image_shape)
    if stack.shape[0] == 0:
        return
    if stack.size == 0:
        raise InputError(f"an array has the shape {array.shape}, which holds no pixel; wanted one or more")
    pixels = stack if stack.dtype == np.uint8 else as_bytes(stack, "images", suspect=False)
    if warn:
        if doubt := suspicion(stack):
            warn(f"images are {stack.dtype} from {stack.min():g} to {stack.max():g}, and {doubt}")
        if array.ndim == 2 and array.shape[1] == np.prod(image_shape):
            warn(f"an array of shape {array.shape} is one grey picture; {_reshaped(image_shape)}")
    if pixels.shape[1:] == image_shape:
        yield pixels
    else:
        for image in pixels:
            yield Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)


def _stacked(array: npt.NDArray[Any], image_shape: tuple[int, int, int]) -> npt.NDArray[Any]:
    """(n, height, width, channels) of an array in one of the shapes that are taken."""
    height, width, channels = image_shape
    if array.ndim == 2:
        return array[np.newaxis, ..., np.newaxis]
    if array.ndim == 3 and array.shape[2] in (1, 3, 4):
        return array[np.newaxis]
    if array.ndim == 3 and channels == 1 and array.shape[1:] == (height, width):
        return array[..., np.newaxis]
    if array.ndim == 4 and array.shape[3] in (1, 3, 4):
        return array
    raise InputError(f"an array has the shape {array.shape}; wanted {SHAPES}{_advice(array, image_shape)}")


def _advice(array: npt.NDArray[Any], image_shape: tuple[int, int, int]) -> str:
    """What to do with an array of a shape that is not taken; "" where that is not known."""
    if array.ndim == 4 and array.shape[1] in (1, 3, 4):
        return "; the channels seem to be first; move them to the end: np.moveaxis(images, 1, -1)"
    if array.ndim == 3 and array.shape[0] in (1, 3, 4):
        return "; the channels seem to be first; move them to the end: np.moveaxis(image, 0, -1)"
    if array.ndim == 3:
        return "; for grey pictures, add an axis of channels: images[..., np.newaxis]"
    if array.ndim == 1 and array.size == np.prod(image_shape):
        return f"; {_reshaped(image_shape)}"
    return ""


def _reshaped(image_shape: tuple[int, int, int]) -> str:
    return f"reshape flattened images: np.reshape(images, {(-1, *image_shape)})"
