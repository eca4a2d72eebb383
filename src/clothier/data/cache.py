"""Photos, decoded once into an array on disk and mapped into memory from then on.

Two files a set, named by a digest of what they were made from: the pixels (.npy) and, written last, a manifest
(.json) without which the pixels count for nothing. Pixels are appended with ordinary writes: memory stays flat
however many photos there are, and a full disk is an error, not a crash.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import PIL

from clothier import photo
from clothier.errors import DataError, WriteError
from clothier.files import locked, sync_folder, write_atomic
from clothier.photo import doctor
from clothier.values import Images

FORMAT = 1  # count up when the same photos would give other pixels
_CHUNK = 64  # photos decoded ahead of the one being written

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Photo:
    """A picture file, its name in messages (relative to the data set, no two alike), and its class."""

    path: Path
    name: str
    label: int


@dataclass(frozen=True)
class Decoded:
    """Photos as arrays, by split: views of the mapped file, and the SHA-256 of their bytes.

    `left_out` says why, by name, of each photo that could not be read; it has no row in `images`. `made` says
    whether they were decoded just now, `path` where they lie.
    """

    images: dict[str, Images]
    digests: dict[str, str]
    left_out: dict[str, str]
    path: Path
    made: bool = False


def decoded(
    splits: Mapping[str, Sequence[Photo]], size: tuple[int, int], crop: str, folder: Path, report: Report
) -> Decoded:
    """The photos of each split, in order, uint8 (n, height, width, channels): 1 channel where all are grey, else 3.

    Decoded when first asked for, on all cores, and kept in `folder`. They are decoded anew when a file, its size
    or its time changes, or the order of the files. Raises WriteError where `folder` cannot be written, and
    DataError where no photo can be read.
    """
    path = folder / f"{_key(splits, size, crop)}.npy"
    found = _open(path)
    if found is not None:
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / "lock"):
            found = _open(path)  # another process may have decoded them while this one waited
            if found is not None:
                return found
            for leftover in folder.glob("*.tmp"):  # of a process that was killed: the living hold the lock
                leftover.unlink(missing_ok=True)
            manifest = _write(path, splits, size, crop, report)
            write_atomic(_manifest_file(path), json.dumps(manifest))
    except OSError as error:
        raise WriteError(path, error) from error
    return _mapped(path, manifest, made=True)


def _key(splits: Mapping[str, Sequence[Photo]], size: tuple[int, int], crop: str) -> str:
    # Other versions of Pillow may resize or decode a little differently.
    digest = hashlib.sha256(json.dumps([FORMAT, PIL.__version__, size, crop]).encode())
    for split, photos in splits.items():
        for entry in photos:
            digest.update(json.dumps([split, entry.name, *_state(entry.path)]).encode())
    return digest.hexdigest()[:32]


def _state(path: Path) -> list[int]:
    """Size in bytes and time of change in ns; nothing for a file that may not be read: the next time it may."""
    try:
        status = path.stat()
        return [status.st_size, status.st_mtime_ns] if os.access(path, os.R_OK) else []
    except OSError:  # a broken link, say; decoding it will tell
        return []


def _manifest_file(path: Path) -> Path:
    return path.with_suffix(".json")


def _open(path: Path) -> Decoded | None:
    try:
        return _mapped(path, json.loads(_manifest_file(path).read_text()))
    except (OSError, EOFError, ValueError, KeyError, TypeError):  # not there, or damaged: decode anew
        return None


def _mapped(path: Path, manifest: dict[str, Any], made: bool = False) -> Decoded:
    # As a plain array: numpy.memmap's own methods behave differently in places.
    pixels = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    images, start = {}, 0
    for name, rows in manifest["rows"].items():
        images[name] = pixels[start : start + rows]
        start += rows
    if start != len(pixels):
        raise ValueError(f"{path} and its manifest differ")
    return Decoded(images, manifest["sha256"], manifest["left_out"], path, made)


def _write(
    path: Path, splits: Mapping[str, Sequence[Photo]], size: tuple[int, int], crop: str, report: Report
) -> dict[str, Any]:
    """Decode everything to `path`; returns the manifest."""
    total = sum(len(photos) for photos in splits.values())
    channels = 1 if all(_may_be_grey(entry.path) for photos in splits.values() for entry in photos) else 3
    rows: dict[str, int] = {}
    digests: dict[str, str] = {}
    left_out: dict[str, str] = {}
    done = 0
    with _whole_or_nothing(path) as file:
        _write_header(file, (total, *size, channels))
        for name, photos in splits.items():
            rows[name], digest = 0, hashlib.sha256()
            for entry, pixels in _decode(photos, size, crop, channels):
                if isinstance(pixels, DataError):
                    left_out[entry.name] = str(pixels)
                else:
                    file.write(pixels.tobytes())
                    digest.update(pixels.tobytes())
                    rows[name] += 1
                done += 1
                report("decoding photos", done, total)
            digests[name] = digest.hexdigest()
        if not any(rows.values()):
            raise DataError(f"none of the {total} pictures can be read: {describe(left_out)}; replace them")
        _write_header(file, (sum(rows.values()), *size, channels))
    return {"rows": rows, "sha256": digests, "left_out": left_out}


@contextmanager
def _whole_or_nothing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that appears at `path`, synced, when the block ends well, and is gone when it does not."""
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def describe(left_out: Mapping[str, str]) -> str:
    """The first five unreadable pictures with the reason, and how many more there are."""
    named = "; ".join(f"{name} {reason}" for name, reason in list(left_out.items())[:5])
    return named + (f"; and {len(left_out) - 5} more" if len(left_out) > 5 else "")


def _may_be_grey(path: Path) -> bool:
    try:
        return photo.is_grey(path)
    except DataError:
        return True  # an unreadable picture has no say


def _decode(
    photos: Sequence[Photo], size: tuple[int, int], crop: str, channels: int
) -> Iterator[tuple[Photo, Images | DataError]]:
    def read(entry: Photo) -> Images | DataError:
        try:
            return doctor.prepare(entry.path, crop, size, channels)
        except DataError as error:
            return error

    # Threads: Pillow decodes outside the interpreter's lock, and 3,409 photos took 2.2 s on two threads, 2.0 s on
    # two processes, which would have to be started first.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(photos), _CHUNK):
            chunk = photos[start : start + _CHUNK]
            yield from zip(chunk, pool.map(read, chunk), strict=True)


def _write_header(file: IO[bytes], shape: tuple[int, ...]) -> None:
    """Put the header at the start and go to the end; NumPy makes it as long for any number of rows."""
    file.seek(0)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    file.seek(0, os.SEEK_END)
