"""The bytes of tensor files, read by TensorBoard's own functions with TensorFlow beside it and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tensorboard.compat import tensorflow_stub
from tensorboard.plugins.projector import projector_plugin

from clothier.errors import DataError
from clothier.projector import tensors
from clothier.values import Floats

WHOLE = np.arange(1, 13, dtype=np.float32).reshape(4, 3)


def _full(four_bytes: bytes) -> Floats:
    return np.full((4, 3), np.frombuffer(four_bytes, np.float32)[0])


TEXT = {
    "zeros": np.zeros((4, 3), np.float32),
    "twos": np.full((4, 3), 2, np.float32),
    "whole": np.array([[2, 3, 8], [9, 10, 11], [12, 2, 8], [8, 8, 9]], np.float32),
    "tiny": np.full((4, 3), 5e-45, np.float32),
    "newlines": _full(b"\n\n\n\n"),
    "a newline in the second byte": _full(b"A\nBC"),
    "a return": _full(b"AB\rC"),
    "whole characters": _full("é".encode() * 2),
    "a zero late in the line": np.array([[2, 2, 2], [0, 2, 2]], np.float32),
}


def _read(path: Path, shape: tuple[int, ...]) -> Floats:
    """As the plugin does, in two lines in the middle of a method."""
    try:
        return np.asarray(projector_plugin._read_tensor_tsv_file(str(path)))
    except UnicodeDecodeError:
        return np.asarray(projector_plugin._read_tensor_binary_file(str(path), shape))


def _check_near(read: Floats, values: Floats) -> None:
    exact = values.astype(np.float64)
    assert (np.abs(read - exact) <= np.maximum(64 * 2**-23 * np.abs(exact), 2e-43)).all()


@pytest.fixture(params=["TensorFlow", "TensorBoard alone"])
def _reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "TensorBoard alone":
        monkeypatch.setattr(projector_plugin, "tf", tensorflow_stub)


@pytest.mark.usefixtures("_reader")
@pytest.mark.parametrize("name", TEXT)
def test_tensorboard_reads_what_would_be_text(tmp_path: Path, name: str) -> None:
    values, path = TEXT[name], tmp_path / "a.bytes"
    path.write_bytes(tensors.encode(values))
    read = _read(path, values.shape)
    _check_near(read, values)
    assert (read != values).sum() == (0 if (values == 0).any() else 1)


@pytest.mark.usefixtures("_reader")
@pytest.mark.parametrize("name", ["zeros", "twos"])
def test_as_they_are_tensorboard_fails_on_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.bytes"
    path.write_bytes(TEXT[name].tobytes())
    with pytest.raises(ValueError, match="could not convert string to float"):
        _read(path, TEXT[name].shape)


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(3, 5)),
        elements=st.one_of(
            st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(-3, 9).map(float)
        ),
    )
)
def test_no_tensor_is_text_and_at_most_one_number_moves(values: npt.NDArray[np.float32]) -> None:
    content = tensors.encode(values)
    assert not tensors.is_text(tensors.first_line(content))
    read = np.frombuffer(content, "<f4").reshape(values.shape)
    _check_near(read, values)
    assert (read != values).sum() <= 1


def test_numbers_that_are_no_text_keep_every_bit() -> None:
    values = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    assert tensors.encode(values) == values.tobytes()


def test_flat_points_get_a_third_column_of_zeros() -> None:
    np.testing.assert_array_equal(tensors.fit("a", WHOLE[:, :2]), np.pad(WHOLE[:, :2], ((0, 0), (0, 1))))
    assert tensors.fit("a", np.ones((5, 1), np.int64)).shape == (5, 3)
    assert tensors.fit("a", WHOLE.astype(np.float64)).dtype == np.float32


NO_TABLE = "wanted numbers of two dimensions, (n, d)"
NOT_FINITE = "a holds numbers that are not finite in float32; wanted finite ones; correct them"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (np.zeros(3), f"a is float64 (3,); {NO_TABLE}"),
        (np.array([["x"]]), f"a is <U1 (1, 1); {NO_TABLE}"),
        (np.zeros((5, 0)), f"a is float64 (5, 0); {NO_TABLE}"),
        (np.zeros((0, 4)), "a: TensorBoard shows 2 rows or more, and there are 0; give more"),
        (np.zeros((1, 4)), "a: TensorBoard shows 2 rows or more, and there are 1; give more"),
        (
            np.zeros((100_001, 1)),
            "a: TensorBoard shows at most 100,000 rows, and there are 100,001; take a part, such as --sample 10000",
        ),
        (np.full((2, 3), 1e39), NOT_FINITE),
        (np.full((2, 3), np.nan), NOT_FINITE),
    ],
)
def test_what_tensorboard_cannot_show_is_refused(numbers: npt.NDArray[Any], words: str) -> None:
    with pytest.raises(DataError) as caught:
        tensors.fit("a", numbers)
    assert str(caught.value) == words
