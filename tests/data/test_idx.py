from __future__ import annotations

import gzip
import hashlib
import io
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clothier.data import idx
from clothier.errors import DataError


def random(*shape: int) -> idx.Bytes:
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


def refusal(path: Path, content: bytes, read: Callable[[Path], object] = idx.read_images) -> str:
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(str(path)), message
    assert "\n" not in message
    return message.removeprefix(f"{path} ")


@pytest.mark.parametrize("name", ["plain", "packed.gz", "packed-under-a-plain-name"])
def test_there_and_back(name: str, tmp_path: Path) -> None:
    images, labels = random(5, 4, 3), random(5)
    for array, read in ((images, idx.read_images), (labels, idx.read_labels)):
        content = idx.header(array.shape) + array.tobytes()
        (tmp_path / name).write_bytes(gzip.compress(content) if "packed" in name else content)
        result = read(tmp_path / name)
        assert result.dtype == np.uint8
        assert np.array_equal(result.reshape(array.shape), array)
    assert idx.read_labels(tmp_path / name).shape == (5,)


def test_images_get_a_channel_axis(tmp_path: Path) -> None:
    for shape in ((5, 4, 3), (5, 4, 3, 1), (5, 4, 3, 3)):
        (tmp_path / "x").write_bytes(idx.header(shape) + random(*shape).tobytes())
        assert idx.read_images(tmp_path / "x").shape == (5, 4, 3, shape[3] if len(shape) == 4 else 1)


def test_the_header_is_that_of_the_format() -> None:
    assert idx.header((60000, 28, 28)) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")
    assert idx.header((10000,)) == bytes.fromhex("00000801 00002710")


def test_sha256_is_that_of_the_unpacked_file() -> None:
    array = random(5, 4, 3)
    content = idx.header(array.shape) + array.tobytes()
    assert idx.sha256(array) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_truncated_and_too_long(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    content = idx.header((5, 4, 3)) + bytes(60)
    assert refusal(tmp_path / "x", pack(content[:-1])) == (
        "is truncated: it announces 60 bytes and holds 59; get the file again"
    )
    assert refusal(tmp_path / "x", pack(content + b"!")) == (
        "holds more than the 60 bytes it announces; get the file again"
    )
    assert refusal(tmp_path / "x", pack(content[:9])) == (
        "is truncated: it ends within its header; get the file again"
    )


def test_damaged_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(idx.header((50, 4, 3)) + random(50, 4, 3).tobytes())
    assert refusal(tmp_path / "x", packed[:-9]) == (
        "is truncated: its gzip stream ends too soon; get the file again"
    )
    wrong_sum = packed[:-8] + bytes(4) + packed[-4:]
    assert refusal(tmp_path / "x", wrong_sum).startswith("is damaged: CRC check failed")
    assert refusal(tmp_path / "x", packed + b"more").startswith("is damaged: Not a gzipped file")
    garbled = packed[:30] + bytes(20) + packed[50:]
    assert refusal(tmp_path / "x", garbled).startswith(
        ("is damaged: ", "is truncated: ", "announces ", "begins ")
    )


class Counting(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        Counting.taken += len(content)
        return content


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = idx.header((5, 4, 3)) + bytes(50_000_000)
    monkeypatch.setattr(idx, "_open", lambda path: Counting(bomb))
    (tmp_path / "x").touch()
    with pytest.raises(DataError, match="holds more than the 60 bytes it announces"):
        idx.read_images(tmp_path / "x")
    assert Counting.taken == 16 + 60 + 1


def test_a_header_that_announces_too_much(tmp_path: Path) -> None:
    for shape, words in (
        ((2**32 - 1, 28, 28), "4294967295 x 28 x 28"),
        ((1, 1, 5000), "1 x 1 x 5000"),
        ((0, 28, 28), "0 x 28 x 28"),
    ):
        assert refusal(tmp_path / "x", idx.header(shape)) == (
            f"announces {words} numbers; wanted at least one, sides of at most 4096 and 4 GiB in all; "
            "get the file again"
        )


def test_a_header_that_lies_takes_no_memory(tmp_path: Path) -> None:
    words = refusal(tmp_path / "x", gzip.compress(idx.header((5_000_000, 28, 28))))
    assert words == "is truncated: it announces 3920000000 bytes and holds 0; get the file again"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (idx.header((5,)) + bytes(5), "00000801"),
        (struct.pack(">HBB", 0, 13, 3) + bytes(12), "00000d03"),
        (b"label,pixel1", "6c616265"),
        (b"", "nothing"),
    ],
)
def test_another_kind_of_file(content: bytes, found: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / "x", content) == (
        f"begins with {found}; wanted 00000803 or 00000804, an IDX file of images; "
        "check that the file is what its name says"
    )


def test_images_where_labels_are_wanted(tmp_path: Path) -> None:
    words = refusal(tmp_path / "x", idx.header((5, 4, 3)) + bytes(60), idx.read_labels)
    assert words.startswith("begins with 00000803; wanted 00000801, an IDX file of labels; ")


def test_channels_are_one_or_three(tmp_path: Path) -> None:
    words = refusal(tmp_path / "x", idx.header((1, 2, 2, 4)) + bytes(16))
    assert words == "has images of 4 channels; wanted 1 or 3"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        idx.read_images(tmp_path / "x")
    assert str(caught.value) == (
        f"cannot read {tmp_path / 'x'}: No such file or directory; check the name and the permissions"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(
        DataError, match=r"pipe is a pipe; wanted a file; save what it gives in one and name that$"
    ):
        idx.read_labels(tmp_path / "pipe")
