"""Photos, decoded once into an array on disk and mapped into memory from then on.

Two files a set: the pixels (.npy) and, written last, a manifest (.json) without which the pixels count for nothing.
It holds a digest of the photos' bytes, which decides whether they are the photos that are asked for, and digests of
their state, by which that is told without reading them. The pixels are compared with their digest each time: 500 MB
take 0.3 s, and whoever then trains on them finds them in memory. Pixels are appended with ordinary writes: memory stays
flat however many photos there are, and a full disk is an error, not a crash.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import PIL

from clothier import photo
from clothier.data import contents, unreadable
from clothier.data.cache import checked, location, manifest, trust
from clothier.errors import DamagedError, DataError, WriteError
from clothier.photo import doctor
from clothier.photo.doctor import Diagnosis
from clothier.system.files import check_room, not_offered, writing
from clothier.system.locks import locked
from clothier.values import Images, Report, Tell

FORMAT = 5  # count up when the same photos would give other pixels
_STATES = 8  # that a manifest remembers: of copies, and of mounts without stable inodes

Splits = Mapping[str, Sequence["Photo"]]


@dataclass(frozen=True)
class Photo:
    """A picture file, its name in messages (relative to the data set, no two alike), its class, and what its source
    says of its group: the folders below its class's, or the cell of a column."""

    path: Path
    name: str
    label: int
    group: str = ""


@dataclass(frozen=True)
class DecodedPhotos:
    """Photos as arrays, by split: views of the mapped file, and the SHA-256 of their bytes.

    `left_out` says why, by name, of each photo that could not be read; it has no row in `images`. `truncated` says of
    each that was read as far as possible what is missing. `is_new` says whether they were decoded just now, `path`
    where they lie.
    """

    images: dict[str, Images]
    digests: dict[str, str]
    left_out: dict[str, str]
    truncated: dict[str, str]
    path: Path
    is_new: bool = False


@dataclass(frozen=True)
class _Order:
    """What is asked for. `kind` is a digest of names, sizes and everything else but the bytes of the photos; `state`
    is a digest of the state of each photo, from which its bytes can be told."""

    splits: Splits
    size: tuple[int, int]
    crop: str
    kind: str
    state: str

    def paths(self) -> list[Path]:
        return [entry.path for photos in self.splits.values() for entry in photos]

    def about(self) -> str:
        paths, (height, width) = [os.path.abspath(path) for path in self.paths()], self.size  # noqa: PTH100
        return f"{len(paths):,} photos of {os.path.commonpath(paths)} at {height}x{width}, {self.crop}"


def decoded(
    splits: Splits,
    size: tuple[int, int],
    crop: str,
    folders: Sequence[Path],
    report: Report,
    tell: Tell = lambda sentence: None,
) -> DecodedPhotos:
    """The photos of each split, in order, uint8 (n, height, width, channels): 1 channel where all are grey, else 3.

    Decoded when first asked for, on all cores, and kept in the first of `folders` that can be used, of which `tell` is
    told where it is another than the first. They are decoded again when the bytes of a photo, its name or their order
    change, and where what is kept is not what was written, of which `tell` is told. Raises WriteError where no folder
    can be written, and DataError where no photo can be read.
    """
    order = _order(splits, size, crop)
    found = location.find(folders, lambda folder: _by_state(folder, order, tell), tell)
    if found is None:
        similar: list[Path] | None = location.find(
            folders, lambda folder: _manifests(folder, order) or None, tell
        )
        found = _by_bytes(folders, order, report, tell) if similar else None
    return found or location.put(folders, lambda folder: _make(folder, order, report, tell), tell)


def _order(splits: Splits, size: tuple[int, int], crop: str) -> _Order:
    # Other versions of Pillow may resize or decode a little differently, and what is installed later reads more.
    kind = hashlib.sha256(json.dumps([FORMAT, PIL.__version__, *photo.FORMATS, size, crop]).encode())
    state = hashlib.sha256(os.fsencode(_working_folder()) + b"\0")
    for split, photos in splits.items():
        for entry in photos:
            num_bytes, seen = contents.state(entry.path)
            kind.update(os.fsencode(f"{split}\0{entry.name}\0{num_bytes}\0"))
            state.update(os.fsencode(entry.path) + b"\0" + seen)
    return _Order(splits, size, crop, kind.hexdigest()[:16], state.hexdigest()[:32])


def _working_folder() -> str:
    try:
        return str(Path.cwd())  # paths may be relative to it
    except OSError:  # it was removed
        return ""


def _manifests(folder: Path, order: _Order) -> list[Path]:
    return sorted(folder.glob(f"{order.kind}-*.json"))


def _search(
    folder: Path, order: _Order, fits: Callable[[dict[str, Any]], bool], tell: Tell
) -> DecodedPhotos | None:
    """The first whole set in the folder of which `fits` says that it is the one. One that is damaged is told, and
    counts for nothing from then on."""
    for file in _manifests(folder, order):
        try:
            known = manifest.read(file)
            if known is not None:
                _check(file, known, order)
                if fits(known):
                    return _opened(file, known, order)
        except DamagedError as error:
            location.tell_damaged(error, tell)
            with suppress(OSError):
                file.unlink(missing_ok=True)
        except (OSError, ValueError):  # it is gone, or may be another user's
            continue
    return None


def _check(file: Path, known: dict[str, Any], order: _Order) -> None:
    """DamagedError where the manifest is not of the photos that its name promises."""
    try:
        left_out, rows = known["left_out"], known["rows"]
        read = {
            split: sum(entry.name not in left_out for entry in photos)
            for split, photos in order.splits.items()
        }
        fits = (
            read == rows
            and known["shape"][1:3] == list(order.size)
            and known["shape"][0] == sum(rows.values())
        )
        fits = fits and known["shape"][3:] in ([1], [3]) and set(known["sha256"]) == set(rows)
        fits = fits and all(isinstance(known[field], dict) for field in ("left_out", "truncated"))
        fits = fits and isinstance(known["states"], list) and "photos" in known
    except (KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise DamagedError(file, "it does not say what was written")


def _by_state(folder: Path, order: _Order, tell: Tell) -> DecodedPhotos | None:
    """The set that was decoded in that folder from the same photos, if their state is unchanged."""
    return _search(folder, order, lambda known: order.state in known["states"], tell)


def _by_bytes(folders: Sequence[Path], order: _Order, report: Report, tell: Tell) -> DecodedPhotos | None:
    """The set that was decoded from the same bytes, wherever they were."""
    wanted = _digest(contents.digests(order.paths(), report))

    def read(folder: Path) -> DecodedPhotos | None:
        return _search(folder, order, lambda known: known["photos"] == wanted, tell)

    return location.find(folders, read, tell)


def _digest(digests: Iterable[str]) -> str:
    """One digest of the photos' digests, in order."""
    return hashlib.sha256(b"".join(json.dumps(each).encode() + b"\n" for each in digests)).hexdigest()


def _opened(file: Path, known: dict[str, Any], order: _Order) -> DecodedPhotos:
    """The set of that manifest. Raises DamagedError where its pixels are not those that were written."""
    path = file.with_suffix(".npy")
    if reason := trust.distrust(path):
        raise ValueError(reason)
    header = _header(known)
    pixels = math.prod(known["shape"][1:])
    digests = [(known["rows"][split] * pixels, known["sha256"][split]) for split in known["rows"]]
    blocks = [(len(header), hashlib.sha256(header).hexdigest()), *digests]
    if os.path.lexists(path) and checked.num_whole(path, blocks) < len(blocks):
        raise DamagedError(path, "its pixels are not those that were written")
    found = _mapped(path, known)
    manifest.mark_used(file)
    if order.state not in known["states"]:
        states = [*known["states"][1 - _STATES :], order.state]
        with suppress(WriteError):  # for the sake of time alone
            manifest.write(file, {**known, "states": states}, known[manifest.ABOUT])
    return found


def _mapped(path: Path, known: dict[str, Any], is_new: bool = False) -> DecodedPhotos:
    shape, offset = tuple(known["shape"]), len(_header(known))
    try:
        pixels: Images = np.memmap(path, np.uint8, "r", offset, shape)
    except OSError as error:
        if not not_offered(error):
            raise
        pixels = np.fromfile(path, np.uint8, offset=offset).reshape(
            shape
        )  # a file system that cannot map files
        pixels.setflags(write=False)
    pixels = pixels.view(np.ndarray)  # numpy.memmap's own methods behave differently in places
    images, start = {}, 0
    for name, rows in known["rows"].items():
        images[name] = pixels[start : start + rows]
        start += rows
    return DecodedPhotos(images, known["sha256"], known["left_out"], known["truncated"], path, is_new)


def _make(folder: Path, order: _Order, report: Report, tell: Tell) -> DecodedPhotos:
    with locked(folder / "lock") as alone:
        # Another process may have decoded them while this one waited.
        if found := _by_state(folder, order, tell):
            return found
        if alone:
            for leftover in folder.glob("*.tmp"):  # of a process that was killed: the living hold the lock
                leftover.unlink(missing_ok=True)
        file = folder / f"{order.kind}-{order.state[:16]}.json"
        path = file.with_suffix(".npy")
        file.unlink(missing_ok=True)  # first: it would not fit the pixels that are put beside it
        known = {**_write(path, order, report), "states": [order.state]}
        manifest.write(file, known, order.about())
    return _mapped(path, known, is_new=True)


def _write(path: Path, order: _Order, report: Report) -> dict[str, Any]:
    """Decode everything to `path`; returns what the manifest says of it."""
    paths = order.paths()
    channels = 1 if all(map(photo.may_be_grey, paths)) else 3
    check_room(path.parent, len(paths) * channels * math.prod(order.size), "decoded photos")
    rows: dict[str, int] = {}
    digests: dict[str, str] = {}
    left_out: dict[str, str] = {}
    truncated: dict[str, str] = {}
    known: list[str] = []
    with writing(path, private=True) as file:
        _write_header(file, (len(paths), *order.size, channels))
        for name, photos in order.splits.items():
            rows[name], digest = 0, hashlib.sha256()
            for entry, photo_digest, result in _decode(photos, order, channels):
                known.append(photo_digest)
                if isinstance(result, DataError):
                    left_out[entry.name] = str(result)
                else:
                    pixels, warnings = result
                    if missing := photo.missing(warnings):
                        truncated[entry.name] = missing
                    row = pixels.tobytes()
                    file.write(row)
                    digest.update(row)
                    rows[name] += 1
                report("decoding photos", len(known), len(paths))
            digests[name] = digest.hexdigest()
        if not any(rows.values()):
            raise DataError(
                f"none of the {len(paths)} pictures can be read: {unreadable.describe(left_out)}; replace them"
            )
        shape = (sum(rows.values()), *order.size, channels)
        _write_header(file, shape)
    return {
        "shape": shape,
        "rows": rows,
        "sha256": digests,
        "left_out": left_out,
        "truncated": truncated,
        "photos": _digest(known),
    }


def _decode(
    photos: Sequence[Photo], order: _Order, channels: int
) -> Iterator[tuple[Photo, str, Diagnosis | DataError]]:
    """Yield each photo with the digest of its bytes, or the reason why they cannot be read, and with its pixels, or
    the reason why it has none."""

    def read(entry: Photo) -> tuple[Photo, str, Diagnosis | DataError]:
        content, digest = contents.read(entry.path)
        if content is None:
            return entry, digest, DataError(digest)
        if channels == 1 and not photo.may_be_grey(content):
            raise DataError(
                f"{entry.name} was changed while photos were read; start again when nothing writes to it"
            )
        return entry, digest, doctor.attempt(content, order.crop, order.size, channels)

    # On threads 3,409 photos took 2.2 s on two cores, on processes, which would have to be started first, 2.0 s.
    return photo.ahead(read, photos)


def _write_header(file: IO[bytes], shape: tuple[int, ...]) -> None:
    """Write the header at the start of the file and go to its end; NumPy makes it equally long for any number of
    rows."""
    file.seek(0)
    file.write(_header({"shape": shape}))
    file.seek(0, os.SEEK_END)


def _header(known: Mapping[str, Any]) -> bytes:
    """What stands before the pixels of that manifest."""
    header = {"descr": "|u1", "fortran_order": False, "shape": tuple(known["shape"])}
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, header)
    return content.getvalue()
