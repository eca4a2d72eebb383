from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support import linear_network

from clothier.errors import InputError, InputTypeError
from clothier.predict.inputs import groups

SHAPE = (linear_network.SIDE, linear_network.SIDE, 1)


def test_paths_are_files_folders_and_patterns(tmp_path: Path) -> None:
    paths = linear_network.save(tmp_path, linear_network.pictures(3))
    for inputs in (str(tmp_path), tmp_path, f"{tmp_path}/*.png", list(map(str, paths)), np.array(paths)):
        assert groups(inputs, SHAPE) == [paths]
    assert groups(np.array(list(map(str, paths))), SHAPE) == [paths]
    assert groups(str(paths[1]), SHAPE) == [[paths[1]]]


@pytest.mark.parametrize("shape", [(3, 8, 8, 1), (3, 8, 8)])
def test_arrays_of_the_models_shape_are_taken_as_they_are(shape: tuple[int, ...]) -> None:
    images = linear_network.pictures(3)
    for array in (
        images.reshape(shape),
        images.reshape(shape) / 255,
        (images.reshape(shape) / 255).astype("f4"),
    ):
        (stack,) = groups(array, SHAPE)
        assert isinstance(stack, np.ndarray)
        np.testing.assert_array_equal(stack, images)
    for one in (images[0], images[0, ..., 0], list(images[:1])):
        (stack,) = groups(one, SHAPE)
        np.testing.assert_array_equal(stack, images[:1])


@pytest.mark.parametrize(
    ("shape", "mode"),
    [((9, 7), "L"), ((9, 7, 1), "L"), ((9, 7, 3), "RGB"), ((9, 7, 4), "RGBA"), ((8, 8, 3), "RGB")],
)
def test_other_arrays_are_pictures_to_be_prepared(shape: tuple[int, ...], mode: str) -> None:
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    for inputs in (array, array / 255, [array]):
        ((picture,),) = groups(inputs, SHAPE)
        assert isinstance(picture, Image.Image)
        assert picture.mode == mode
        np.testing.assert_array_equal(np.asarray(picture).reshape(shape), array)
    ((first, second),) = groups(np.stack([array.reshape(*shape[:2], -1)] * 2), SHAPE)
    assert isinstance(first, Image.Image)
    assert first == second


def test_neighbours_of_one_kind_stay_together_in_order(tmp_path: Path) -> None:
    images, (path,), picture = (
        linear_network.pictures(4),
        linear_network.save(tmp_path, linear_network.pictures(1)),
        Image.new("L", (5, 5)),
    )
    found = groups([images[0], [images[1:3]], path, picture, images[3]], SHAPE)
    assert [len(group) for group in found] == [3, 2, 1]
    np.testing.assert_array_equal(found[0], images[:3])
    assert found[1] == [path, picture]
    assert groups([], SHAPE) == groups(images[:0], SHAPE) == []


@pytest.mark.parametrize("inputs", [3, None, b"bytes", {"a.png": 1}, [[1.5]]])
def test_other_types_are_named_with_those_that_are_taken(inputs: Any) -> None:
    with pytest.raises(TypeError) as caught:
        groups(inputs, SHAPE)
    assert isinstance(caught.value, InputTypeError)
    kind = "float" if isinstance(inputs, list) else type(inputs).__name__
    assert str(caught.value) == (
        f"got an input of type {kind}; wanted a path (str or Path), a PIL image, a NumPy array, or a list of these"
    )


def test_other_shapes_and_ranges_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"^an array has the shape \(2, 8, 8, 5\); wanted \(height, width\), "
    ):
        groups(np.zeros((2, 8, 8, 5), np.uint8), SHAPE)
    with pytest.raises(
        InputError, match=r"^images are float64 from 0 to 255; wanted uint8, or floats in \[0, 1\]"
    ):
        groups(np.array([[0.0, 255.0]]), SHAPE)


@pytest.mark.parametrize(
    ("shape", "advice"),
    [
        ((2, 3, 8, 8), "; the channels seem to be first; move them to the end: np.moveaxis(images, 1, -1)"),
        ((3, 9, 9), "; the channels seem to be first; move them to the end: np.moveaxis(image, 0, -1)"),
        ((5, 9, 9), "; for grey pictures, add an axis of channels: images[..., np.newaxis]"),
        ((64,), "; reshape flattened images: np.reshape(images, (-1, 8, 8, 1))"),
        ((2, 2, 8, 8, 1), ""),
    ],
)
def test_a_shape_that_is_not_taken_comes_with_what_to_do(shape: tuple[int, ...], advice: str) -> None:
    with pytest.raises(InputError) as caught:
        groups(np.zeros(shape, np.uint8), SHAPE)
    assert str(caught.value) == (
        f"an array has the shape {shape}; wanted (height, width), (height, width, 1, 3 or 4) or "
        f"(n, height, width, 1, 3 or 4){advice}"
    )


def test_masked_values_are_refused() -> None:
    images = linear_network.pictures(2)
    masked = np.ma.MaskedArray(images, images > images.min())
    for inputs in (masked, [masked], [masked[0], linear_network.pictures(1)]):
        with pytest.raises(
            InputError, match=r"^an array holds masked values; wanted none; fill them, such as "
        ):
            groups(inputs, SHAPE)
    (stack,) = groups(masked.filled(0), SHAPE)
    assert len(stack) == 2


@pytest.mark.parametrize(
    ("array", "warning"),
    [
        (np.full((1, 8, 8, 1), 0.004),
         "images are float64 from 0.004 to 0.004, and floats up to 0.0059 are nearly black, as after dividing by 255 "
         "twice; divide them once"),
        (np.ones((8, 8), np.uint8),
         "images are uint8 from 1 to 1, and integers up to 1 are nearly black; multiply them by 255, or give floats"),
        (np.full((5, 64), 7, np.uint8),
         "an array of shape (5, 64) is one grey picture; reshape flattened images: np.reshape(images, (-1, 8, 8, 1))"),
    ],
)  # fmt: skip
def test_what_is_probably_meant_otherwise_is_taken_with_a_warning(array: Any, warning: str) -> None:
    told: list[str] = []
    assert sum(map(len, groups(array, SHAPE, told.append))) == 1
    assert told == [warning]
    assert groups(np.zeros((8, 8)), SHAPE, told.append)
    assert len(told) == 1
