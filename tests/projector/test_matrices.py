from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clothier.errors import DataError
from clothier.projector import matrices


def test_an_array_comes_back(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(4, 3))
    np.save(tmp_path / "a.npy", numbers)
    np.testing.assert_array_equal(matrices.read(tmp_path / "a.npy"), numbers)


def test_a_header_that_claims_petabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "<f4", "fortran_order": False, "shape": (2**50, 3)}
        )
    with pytest.raises(DataError) as caught:
        matrices.read(path)
    assert str(caught.value) == (
        f"{path} claims more numbers than fit into memory; wanted a file that numpy.save wrote"
    )


def test_a_file_that_holds_no_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    with pytest.raises(DataError) as caught:
        matrices.read(path)
    assert str(caught.value) == f"cannot read {path}: No such file or directory; wanted a .npy file"
    for content in (b"", b"no array", b"\x93NUMPY"):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"wanted one that numpy\.save wrote"):
            matrices.read(path)
    np.save(path, np.array([object()]), allow_pickle=True)
    with pytest.raises(DataError, match="Object arrays cannot be loaded"):
        matrices.read(path)
    with path.open("wb") as file:
        np.savez(file, a=np.zeros(3))
    with pytest.raises(DataError, match="the magic string is not correct"):
        matrices.read(path)


def test_names_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("shoe\n\nÉcharpe\n")
    assert matrices.names(path, 3) == ["shoe", "", "Écharpe"]
    with pytest.raises(DataError) as caught:
        matrices.names(path, 2)
    assert str(caught.value) == f"{path} has 3 lines; the tensor has 2 rows; wanted one name per row"
    path.write_bytes(b"\xff")
    with pytest.raises(DataError) as caught:
        matrices.names(path, 1)
    assert (
        str(caught.value)
        == f"{path} is not UTF-8 (invalid start byte); wanted a text file with one name per line"
    )
    with pytest.raises(DataError) as caught:
        matrices.names(tmp_path / "none", 1)
    assert str(caught.value) == (
        f"cannot read {tmp_path}/none: No such file or directory; wanted a text file with one name per line"
    )
