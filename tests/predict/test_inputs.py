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
