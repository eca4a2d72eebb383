"""Tensors from a file of torch.save -> NumPy arrays, without PyTorch and without running what the file says.

Python's unpickler calls what a file names. This reader knows the few instructions that a dictionary of tensors needs,
refuses all others, and checks every size against the file before it makes an array, so that a file of unknown origin
costs no more than its own size. It reads both of PyTorch's forms, the one from before version 1.6 and the zip.

Source: torch/serialization.py of PyTorch 2, `_legacy_load` and `_load`.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from clothier.errors import InputError
from clothier.training.transfer.torch_pickle import Machine, Tensor, WrongFileError
from clothier.values.names import escaped
from clothier.values.wording import listed

# What Python's modules for pickles and zips raise; RuntimeError where a member is said to be encrypted.
_DAMAGED = (EOFError, IndexError, KeyError, OverflowError, RuntimeError, ValueError, zipfile.BadZipFile)
MOST_BYTES = 2**31  # of a file
_ENTRY, _MOST_ENTRIES = b"PK\x01\x02", 10_000  # begins an entry in a zip's table of contents
_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001  # begin a file of the older form

Array = npt.NDArray[Any]


def read(path: Path, sha256: str = "") -> dict[str, Array]:
    """The tensors by name, as arrays that lie in the file, read-only. With a `sha256`, the file must have it.

    Raises InputError for a file that cannot be read, has another digest, or holds anything but tensors by name.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size > MOST_BYTES:
                raise WrongFileError(f"it has more than {MOST_BYTES:,} bytes")
            data = file.read()
        if sha256 and (digest := hashlib.sha256(data).hexdigest()) != sha256:
            raise WrongFileError(f"its SHA-256 begins with {digest[:12]}, not with {sha256[:12]}")
        return _of_zip(data) if data[:4] == b"PK\x03\x04" else _of_older_form(data)
    except OSError as error:
        _refuse(path, error.strerror or "it cannot be read", error)
    except WrongFileError as error:
        _refuse(path, str(error), error)
    except _DAMAGED as error:
        _refuse(path, "it is damaged, or no file of torch.save", error)


def arrange(
    path: Path, tensors: Mapping[str, Array], wanted: Iterable[tuple[str, tuple[int, ...]]]
) -> list[Array]:
    """float32 copies of the tensors of those names and shapes, in that order; others are left out. InputError for one
    that is missing, has another shape, or holds what is no finite number."""
    pairs = list(wanted)
    if missing := [name for name, _ in pairs if name not in tensors]:
        _refuse(path, f"it lacks {listed(missing, 3)}")
    arrays = []
    for name, shape in pairs:
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype.kind != "f":
            _refuse(path, f"{name} is {tensor.dtype} of shape {tensor.shape}, not float32 of shape {shape}")
        array = np.array(tensor, np.float32)
        if not np.isfinite(array).all():
            _refuse(path, f"{name} holds numbers that are not finite")
        arrays.append(array)
    return arrays


def _refuse(path: Path, what: str, cause: Exception | None = None) -> NoReturn:
    raise InputError(
        f"cannot take weights from {path}: {escaped(what)}; wanted a file of torch.save with the network's weights by "
        "name; download it again"
    ) from cause


def _of_older_form(data: bytes) -> dict[str, Array]:
    """Pickles of a magic number, a version, the machine, the tensors and the keys of their storages; then each storage
    behind its length."""
    file = io.BytesIO(data)
    if (Machine(file).run(), Machine(file).run()) != (_MAGIC, _VERSION):
        raise WrongFileError("it does not begin as files of torch.save do")
    machine = Machine(file).run()
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise WrongFileError("it was written on a big-endian machine")
    reading = Machine(file)
    tensors = _by_name(reading.run())
    keys = Machine(file).run()
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise WrongFileError("it does not say where its storages are")
    if len(set(keys)) != len(keys) or set(keys) != set(reading.storages):
        raise WrongFileError("its storages are not those that its tensors lie in")
    places, place, whole = {}, file.tell(), memoryview(data)
    for key in keys:
        storage = reading.storages[key]
        length = int.from_bytes(data[place : place + 8], "little")
        end = place + 8 + storage.length * np.dtype(storage.kind).itemsize
        if length != storage.length or end > len(data):
            raise WrongFileError(
                f"its storage {key:.20} is cut off, or of another length than its tensors say"
            )
        places[key], place = whole[place + 8 : end], end
    return {name: _array(tensor, places) for name, tensor in tensors.items()}


def _of_zip(data: bytes) -> dict[str, Array]:
    """A member data.pkl, and one for each storage, none of them compressed."""
    if (count := data.count(_ENTRY)) > _MOST_ENTRIES:  # Python makes an object of each as it opens the zip
        raise WrongFileError(f"it has {count:,} members")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: info for info in archive.infolist()}
        if any(info.compress_type != zipfile.ZIP_STORED for info in members.values()):
            raise WrongFileError("its members are compressed, which torch.save never does")
        if sum(info.file_size for info in members.values()) > len(data):
            raise WrongFileError("its members are larger than the file")
        pickles = [name for name in members if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise WrongFileError(f"it has {len(pickles)} members data.pkl, not one")
        folder = pickles[0].removesuffix("data.pkl")
        if f"{folder}byteorder" in members and archive.read(f"{folder}byteorder") != b"little":
            raise WrongFileError("it was written on a big-endian machine")
        reading = Machine(io.BytesIO(archive.read(pickles[0])))
        tensors, places = _by_name(reading.run()), {}
        for key, storage in reading.storages.items():
            place = archive.read(f"{folder}data/{key}")
            if len(place) != storage.length * np.dtype(storage.kind).itemsize:
                raise WrongFileError(f"its storage {key:.20} is of another length than its tensors say")
            places[key] = memoryview(place)
    return {name: _array(tensor, places) for name, tensor in tensors.items()}


def _by_name(content: object) -> dict[str, Tensor]:
    if not isinstance(content, dict) or not content:
        raise WrongFileError("it holds no tensors by name")
    if others := [name for name, value in content.items() if not isinstance(value, Tensor)]:
        raise WrongFileError(f"{others[0]:.60} is no tensor")
    return content


def _array(tensor: Tensor, places: Mapping[str, memoryview]) -> Array:
    """NumPy checks offset, shape and strides against the storage, and all are 0 or more by now."""
    kind = np.dtype(tensor.storage.kind)
    strides = [stride * kind.itemsize for stride in tensor.strides]
    array: Array = np.ndarray(
        tensor.shape, kind, places[tensor.storage.key], tensor.offset * kind.itemsize, strides
    )
    array.flags.writeable = False
    return array
