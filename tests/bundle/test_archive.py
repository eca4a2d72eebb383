"""The zip around the members."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from support.model_files import made, members

from clothier.bundle import archive, pack
from clothier.errors import BundleError


def test_other_programs_read_it() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(made()))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == list(archive.NAMES)
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_only_what_shrinks_is_packed() -> None:
    noise = np.random.default_rng(0).bytes(5000)
    data = archive.pack({"manifest.json": b"a" * 5000, "model.onnx": noise})
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        kinds = [entry.compress_type for entry in opened.infolist()]
    assert kinds == [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]


def test_a_member_is_read_up_to_a_bound() -> None:
    with archive.opened(io.BytesIO(pack(made()))) as opened:
        size = len(members()["manifest.json"])
        assert opened.read("manifest.json", size) == members()["manifest.json"]
        with pytest.raises(BundleError) as caught:
            opened.read("manifest.json", size - 1)
    assert str(caught.value) == f"manifest.json has {size:,} bytes; wanted at most {size - 1:,}"


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_member_is_held_once_while_it_is_read(packed: bool) -> None:
    size = 8 * 2**20
    data = np.random.default_rng(0).integers(0, 4 if packed else 256, size, np.uint8).tobytes()
    file = io.BytesIO(archive.pack({"manifest.json": b"{}", "model.onnx": data}))
    with archive.opened(file) as opened:
        assert (len(file.getbuffer()) < size / 2) == packed
        tracemalloc.start()
        try:
            assert opened.read("model.onnx", size) == data
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < size + 6 * 2**20  # blocks of a megabyte on their way


def test_what_is_large_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose members are packed could have any of them: reading them would cost more than the file does."""
    members = {"manifest.json": b"{}", "model.onnx": b"ab" * 2**19}
    packed = archive.pack(members)
    monkeypatch.setattr(archive, "_LARGE", 2**20 - 1)
    with pytest.raises(BundleError) as caught, archive.opened(io.BytesIO(packed)):
        pass
    assert str(caught.value) == "has model.onnx of 1,048,576 bytes packed; wanted more than 1,048,575 stored"
    with archive.opened(io.BytesIO(archive.pack(members))) as opened:
        assert opened.read("model.onnx", 2**20) == members["model.onnx"]
