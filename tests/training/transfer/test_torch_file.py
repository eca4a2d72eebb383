"""Files of torch.save, written here byte by byte: what is read, and what a hostile one gets."""

from __future__ import annotations

import hashlib
import io
import pickle
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.errors import InputError
from clothier.training.transfer import torch_file
from clothier.values import Floats

NUMBERS: Floats = np.arange(24, dtype=np.float32)
MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2)
LITTLE = pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2)


def _text(word: str) -> bytes:
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def _whole(number: int) -> bytes:
    return pickle.dumps(number, 2)[2:-1]


def _tuple(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def _storage(key: str = "7", kind: str = "FloatStorage", length: int = 24, behind: bytes = b"N") -> bytes:
    words = (_text("storage"), b"ctorch\n" + kind.encode() + b"\n", _text(key), _text("cpu"), _whole(length))
    return _tuple(*words, behind) + b"Q"


def _tensor(
    storage: bytes = b"", offset: int = 0, shape: tuple[int, ...] = (4, 6), strides: tuple[int, ...] = (6, 1)
) -> bytes:
    sides = [_tuple(*map(_whole, each)) for each in (shape, strides)]
    arguments = _tuple(
        storage or _storage(), _whole(offset), *sides, b"\x89", b"ccollections\nOrderedDict\n)R"
    )
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"R"


def _named(value: bytes, name: bytes = b"") -> bytes:
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + (name or _text("weight")) + value + b"u."


def _older(tensors: bytes, keys: list[Any] | None = None, storages: bytes | None = None) -> bytes:
    data = struct.pack("<q", 24) + NUMBERS.tobytes() if storages is None else storages
    return MAGIC + LITTLE + tensors + pickle.dumps(["7"] if keys is None else keys, 2) + data


def _zip(tensors: bytes, data: bytes | None = None, compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("net/data.pkl", tensors)
        archive.writestr("net/byteorder", b"little")
        archive.writestr("net/data/7", NUMBERS.tobytes() if data is None else data)
    return file.getvalue()


GOOD = _named(_tensor())


@pytest.mark.parametrize("form", [_older, _zip])
@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (_tensor(), NUMBERS.reshape(4, 6)),
        (_tensor(shape=(6, 4), strides=(1, 6)), NUMBERS.reshape(4, 6).T),
        (_tensor(offset=20, shape=(2, 2), strides=(2, 1)), NUMBERS[20:].reshape(2, 2)),
        (_tensor(shape=(), strides=()), NUMBERS[0]),
        (_tensor(shape=(0, 3), strides=(3, 1)), np.zeros((0, 3))),
    ],
)
def test_tensors_are_read(
    tmp_path: Path, form: Callable[[bytes], bytes], tensor: bytes, expected: Floats
) -> None:
    file = tmp_path / "net.pth"
    file.write_bytes(form(_named(tensor)))
    (read,) = torch_file.read(file).values()
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, expected)
    assert torch_file.read(file, hashlib.sha256(file.read_bytes()).hexdigest()).keys() == {"weight"}


DEEP = b"\x80\x02" + b")" + b"\x85" * 200_000 + b"."
LAUGHS = b"\x80\x02)q\x00" + b"h\x00h\x00\x86q\x00" * 3000 + b"."
HOSTILE: dict[str, tuple[bytes, str]] = {
    "another global": (
        _older(_named(b"cos\nsystem\n" + _tuple(_text("true")) + b"R")),
        "names os.system, which",
    ),
    "another global of torch": (
        _older(_named(b"ctorch.serialization\nload\n)R")),
        "torch.serialization.load",
    ),
    "a global by its name on the stack": (
        _older(_named(_text("os") + _text("system") + b"\x93")),
        "has the instruction STACK_GLOBAL",
    ),
    "an object": (_older(_named(b"ccollections\nOrderedDict\n)\x81")), "has the instruction NEWOBJ"),
    "a storage called as a function": (
        _older(_named(b"ctorch\nFloatStorage\n)R")),
        "its pickle calls something",
    ),
    "a storage larger than the file": (
        _older(_named(_tensor(_storage(length=10**12))), storages=struct.pack("<q", 10**12) + bytes(96)),
        "its storage 7 is cut off",
    ),
    "a storage of another length": (
        _older(GOOD, storages=struct.pack("<q", 23) + bytes(96)),
        "of another length",
    ),
    "a negative length": (_older(_named(_tensor(_storage(length=-1)))), "its storage 7 has -1 numbers"),
    "a storage of another kind": (
        _older(_named(_tensor(_storage(kind="QUInt8Storage")))),
        "names torch.QUInt8",
    ),
    "a storage of two lengths": (
        _older(_named(_tensor() + _text("other") + _tensor(_storage(length=4), shape=(1,), strides=(1,)))),
        "its storage 7 has two lengths",
    ),
    "a part of a storage": (
        _older(_named(_tensor(_storage(behind=_tuple(_text("8")))))),
        "or to a part of one",
    ),
    "a module": (
        _older(_named(_tuple(_text("module"), b"N", b"N", b"N", b"N") + b"Q")),
        "refers to what is no",
    ),
    "a negative offset": (_older(_named(_tensor(offset=-1))), "offset, shape or strides are not"),
    "a negative stride": (_older(_named(_tensor(strides=(-6, 1)))), "offset, shape or strides are not"),
    "a negative side": (_older(_named(_tensor(shape=(-4, 6)))), "offset, shape or strides are not"),
    "strides beyond the storage": (_older(_named(_tensor(strides=(7, 1)))), "of 24 is too small for"),
    "an offset beyond the storage": (_older(_named(_tensor(offset=1))), "of 24 is too small for"),
    "one number as a billion": (
        _older(_named(_tensor(shape=(10**9,), strides=(0,)))),
        "shape (1000000000,) that its storage of 24 is too small for",
    ),
    "more axes than NumPy has": (
        _older(_named(_tensor(shape=(1,) * 99, strides=(1,) * 99))),
        "offset, shape or strides are not",
    ),
    "keys that are no text": (_older(_named(_tensor(), _whole(3))), "has keys that are no text"),
    "deep tuples as a key": (_older(_named(_tensor(), DEEP[2:-1])), "has keys that are no text"),
    "deep tuples": (_older(DEEP), "it holds no tensors by name"),
    "a billion laughs": (_older(LAUGHS), "it holds no tensors by name"),
    "a memo of four billion places": (_older(b"\x80\x02)r\xff\xff\xff\xff."), "it holds no tensors by name"),
    "text longer than the file": (_older(b"\x80\x02X\xff\xff\xff\xffabc"), "it is damaged"),
    "a pop too many": (_older(b"\x80\x02t."), "it is damaged"),
    "no tensors": (_older(b"\x80\x02}."), "it holds no tensors by name"),
    "text for a tensor": (_older(_named(_text("weights"))), "weight is no tensor"),
    "another storage": (_older(GOOD, keys=["8"]), "its storages are not those"),
    "a storage twice": (_older(GOOD, keys=["7", "7"]), "its storages are not those"),
    "keys of another kind": (_older(GOOD, keys=[7]), "does not say where its storages are"),
    "another magic number": (pickle.dumps(1, 2) + pickle.dumps(1001, 2), "does not begin as"),
    "a big-endian machine": (MAGIC + pickle.dumps({"little_endian": False}, 2), "big-endian"),
    "an empty file": (b"", "it is damaged, or no file of torch.save"),
    "text": (b"hello world, this is not a pickle", "it is damaged, or no file of torch.save"),
    "a zip of something else": (b"PK\x03\x04" + bytes(50), "it is damaged, or no file of torch.save"),
    "a compressed zip": (_zip(GOOD, compression=zipfile.ZIP_DEFLATED), "its members are compressed"),
    "a zip of many members": (_zip(GOOD) + b"PK\x01\x02" * 10_000, "it has 10,003 members"),
    "a pickle without an end": (_older(b"\x80\x02" + b"N" * 300_000), "more than 300,000 instructions"),
    "letters that move the cursor": (
        _older(_named(b"cos\x1b[2J\nsystem\n" + _tuple(_text("true")) + b"R")),
        r"names os\x1b[2J.system, which",
    ),
    "a zip with another storage": (_zip(GOOD, data=bytes(8)), "its storage 7 is of another length"),
    "a zip with a storage elsewhere": (
        _zip(_named(_tensor(_storage(key="../data.pkl")))),
        "it is damaged, or no file of torch.save",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_dictionary_of_tensors_is_refused(tmp_path: Path, name: str) -> None:
    """In one line, at once, and without more memory than the file takes a few times."""
    content, words = HOSTILE[name]
    file = tmp_path / "net.pth"
    file.write_bytes(content)
    began = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as caught:
            torch_file.read(file)
        assert tracemalloc.get_traced_memory()[1] < 50 * len(content) + 2**21
    finally:
        tracemalloc.stop()
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"cannot take weights from {file}: ")
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("form", [_older, _zip])
def test_a_file_that_was_cut_off_anywhere_is_refused(tmp_path: Path, form: Callable[[bytes], bytes]) -> None:
    whole, file = form(GOOD), tmp_path / "net.pth"
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"^cannot take weights from "):
            torch_file.read(file)


def test_damaged_bytes_give_tensors_or_one_line(tmp_path: Path) -> None:
    rng, file = np.random.default_rng(0), tmp_path / "net.pth"
    for form in (_older, _zip):
        whole = np.frombuffer(form(GOOD), np.uint8)
        for _ in range(300):
            damaged = whole.copy()
            damaged[rng.integers(0, len(whole), 2)] = rng.integers(0, 256, 2)
            file.write_bytes(damaged.tobytes())
            try:
                torch_file.read(file)
            except InputError as error:
                assert str(error).startswith("cannot take weights from ")


def test_another_digest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "net.pth"
    file.write_bytes(_older(GOOD))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(InputError) as caught:
        torch_file.read(file, "e" * 64)
    assert f"its SHA-256 begins with {digest[:12]}, not with eeeeeeeeeeee; wanted a file" in str(caught.value)
    with pytest.raises(InputError, match=r"nowhere\.pth: No such file or directory; wanted"):
        torch_file.read(tmp_path / "nowhere.pth")


def test_tensors_are_arranged_by_name_and_shape(tmp_path: Path) -> None:
    file, tensors = tmp_path / "net.pth", {"a": NUMBERS, "b": NUMBERS.reshape(4, 6), "c": np.array([np.nan])}
    first, second = torch_file.arrange(file, tensors, [("b", (4, 6)), ("a", (24,))])
    assert (first.shape, second.shape) == ((4, 6), (24,))
    for wanted, words in {
        ("d", (1,)): "it lacks d",
        ("a", (4, 6)): "a is float32 of shape (24,), not float32 of shape (4, 6)",
        ("c", (1,)): "c holds numbers that are not finite",
    }.items():
        with pytest.raises(InputError) as caught:
            torch_file.arrange(file, tensors, [wanted])
        assert words in str(caught.value)
