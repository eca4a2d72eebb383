"""Arrays in safetensors form."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import safetensors.numpy
from support.model_files import headed

from clothier.bundle import tensors
from clothier.errors import BundleError

ARRAYS: dict[str, npt.NDArray[Any]] = {
    "b": np.arange(6, dtype=np.int64).reshape(2, 3),
    "a/kernel": np.array(1.5, np.float32),
    "c": np.zeros((0, 4), np.uint8),
}


def test_there_and_back() -> None:
    data = tensors.dump(ARRAYS)
    back = tensors.load(data, "it")
    assert list(back) == sorted(ARRAYS)
    for name, array in ARRAYS.items():
        assert back[name].dtype == array.dtype
        assert np.array_equal(back[name], array)
    assert data == tensors.dump(dict(reversed(list(ARRAYS.items()))))


def test_the_header_tells_what_the_library_reads() -> None:
    data = safetensors.numpy.save(ARRAYS, {"made": "by hand"})
    assert tensors.header(data, len(data), "it") == {
        "a/kernel": ("F32", ()), "b": ("I64", (2, 3)), "c": ("U8", (0, 4)),
    }  # fmt: skip


def test_overlapping_arrays_are_refused() -> None:
    entry = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    with pytest.raises(BundleError, match="it is damaged"):
        tensors.load(headed({"a": entry, "b": entry}, bytes(8)), "it")
