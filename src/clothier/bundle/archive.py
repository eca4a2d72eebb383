"""The zip around a model file's members: written byte for byte the same each time, read within bounds.

Nothing is unpacked to disk, so a member's name leads nowhere; names outside the list are refused all the same.
"""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from clothier.bundle.manifest import FORMAT, REWRITE, Member
from clothier.errors import BundleError

MANIFEST, GRAPH = "manifest.json", "model.onnx"
STATISTICS, LOOKALIKES = "statistics.safetensors", "lookalikes.safetensors"
NAMES = (MANIFEST, GRAPH, STATISTICS, LOOKALIKES)
_FIRST_FORMAT = "weights.safetensors"  # a member of files of format version 1 alone

Source = Path | BinaryIO

_MOST_FILE = 2**31 - 1  # bytes; beyond, zips are zip64
_END = struct.Struct("<4s4H2LH")  # the last 22 bytes of a zip without a comment
_ZIP64 = b"PK\x06\x07"
_MOST_DIRECTORY = 4096  # bytes of the table of contents
_MOST_RATIO = 50  # unpacked to packed; trained weights give 1.1, JSON 10
_SMALL = 2**20  # what may be packed more tightly
_LARGE = 128 * 2**20  # what may not be packed: so much to read must be there
_BLOCK = 2**20
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip's earliest date: equal contents, equal bytes

_WANTED = "wanted a model file that clothier wrote"
_REMEDY = "clothier reads model files alone; export a run with `clothier export MODEL --format clothier`"
_FOREIGN = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (.h5)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"PK\x05\x06", "an empty zip archive"),
)


def is_pickle(start: bytes) -> bool:
    """Whether a file of those first bytes is a pickle of protocol 2 or later, which runs code when it is loaded."""
    return len(start) > 1 and start[0] == 0x80 and 2 <= start[1] <= 9


@contextmanager
def opened(source: Source) -> Iterator[Archive]:
    """The archive, open for reading. Raises BundleError for what is no file, no zip, or a zip that promises more than
    it may."""
    if not isinstance(source, Path):
        yield Archive(source)
        return
    try:
        if not stat.S_ISREG(source.stat().st_mode):
            kind = "a folder" if source.is_dir() else "not an ordinary file"
            raise BundleError(f"is {kind}; {_WANTED}; {_REMEDY}")
        with source.open("rb") as file:
            yield Archive(file)
    except OSError as error:
        raise BundleError(f"cannot be read ({error.strerror or error}); {_WANTED}") from error


class Archive:
    """An open model file. `sizes` are those that its members unpack to, by name, as the archive states them: `read`
    and `check` hold them to that."""

    def __init__(self, file: BinaryIO) -> None:
        _check_kind(file)
        _check_end(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
            raise BundleError(f"is a damaged zip ({error}); {_WANTED}") from error
        entries = self._zip.infolist()
        names = [entry.filename for entry in entries]
        _check_foreign(names)
        for entry in entries:
            _check_entry(entry)
        if len(set(names)) < len(names):
            raise BundleError(f"holds a member twice; {_WANTED}")
        for name in (MANIFEST, GRAPH):
            if name not in names:
                raise BundleError(f"has no {name}; {_WANTED}")
        self._entries = dict(zip(names, entries, strict=True))
        self.sizes = {name: entry.file_size for name, entry in self._entries.items()}

    def read(self, name: str, most: int) -> bytes:
        """The member's bytes; BundleError, before any of it is read, where there are more than `most`."""
        if self.sizes[name] > most:
            raise BundleError(f"{name} has {self.sizes[name]:,} bytes; wanted at most {most:,}")
        # It gives its bytes away without a copy of them, where joining blocks holds all twice; and asked for its whole
        # size at once, it leaves no gaps behind that it has grown out of.
        made = io.BytesIO()
        made.seek(self.sizes[name])
        made.write(b"\0")
        made.seek(0)
        for block in self._blocks(name):
            made.write(block)
        made.truncate()
        return made.getvalue()

    def check(self, name: str, member: Member) -> None:
        """BundleError where size or SHA-256 are not those of the manifest. Memory stays flat."""
        total = hashlib.sha256()
        if self.sizes[name] == member.bytes:
            for block in self._blocks(name):
                total.update(block)
        if total.hexdigest() != member.sha256:
            raise BundleError(
                f"{name} is not what manifest.json says (its SHA-256 differs); copy the file again"
            )

    def _blocks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(self._entries[name]) as file:
                left = self.sizes[name]
                while block := file.read(min(_BLOCK, max(left, 1))):
                    left -= len(block)
                    if left < 0:
                        raise BundleError(f"{name} unpacks to more than it states; {_WANTED}")
                    yield block
            if left:
                raise BundleError(f"{name} ends early; copy the file again")
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise BundleError(f"{name} is damaged ({error}); copy the file again") from error


def _check_kind(file: BinaryIO) -> None:
    file.seek(0)
    start = file.read(16)
    for first, kind in _FOREIGN:
        if start.startswith(first):
            raise BundleError(f"is {kind}, whatever its name says; {_WANTED}; {_REMEDY}")
    if is_pickle(start):
        raise BundleError(f"is a pickle, which can run code when it is opened; {_WANTED}; {_REMEDY}")
    if start[:4] != b"PK\x03\x04":
        raise BundleError(f"is not a zip archive; {_WANTED}; {_REMEDY}")


def _check_end(file: BinaryIO) -> None:
    """The table of contents must be small, and lie right at the end, with nothing before, between or behind: then
    there is one way to read it, and reading it costs little."""
    size = file.seek(0, io.SEEK_END)
    if size > _MOST_FILE:
        raise BundleError(f"has {size:,} bytes; wanted at most {_MOST_FILE:,}")
    file.seek(max(0, size - _END.size))
    end = file.read(_END.size)
    if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
        raise BundleError(f"is a zip that is cut short or has something behind it; {_WANTED}; copy it again")
    _, _, _, here, entries, length, offset, comment = _END.unpack(end)
    if comment or here != entries or length > _MOST_DIRECTORY or offset + length + _END.size != size:
        raise BundleError(f"is a zip with an unusual table of contents; {_WANTED}")
    file.seek(offset)
    if _ZIP64 in file.read(length):
        raise BundleError(f"is a zip64 archive; {_WANTED}")


def _check_foreign(names: list[str]) -> None:
    """Raise BundleError if the archive is one of another known format."""
    if "model.weights.h5" in names or {"config.json", "metadata.json"} & set(names):
        raise BundleError(
            f"is a Keras archive (.keras), which can run code when it is opened; {_WANTED}; {_REMEDY}"
        )
    if any(name.endswith(".pkl") for name in names):
        raise BundleError(f"holds a pickle, which can run code when it is opened; {_WANTED}; {_REMEDY}")
    if any(name.endswith(".npy") for name in names):
        raise BundleError(f"is a NumPy archive (.npz); {_WANTED}; {_REMEDY}")
    if _FIRST_FORMAT in names:
        raise BundleError(f"has format version 1; wanted {FORMAT}; {REWRITE}")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.filename not in NAMES:
        raise BundleError(f"has a member {ascii(entry.filename)[:80]}; wanted none but {', '.join(NAMES)}")
    if entry.flag_bits & 0x1:
        raise BundleError(f"has {entry.filename} encrypted; {_WANTED}")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleError(
            f"has {entry.filename} packed by method {entry.compress_type}; wanted stored or deflated"
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BundleError(f"has {entry.filename} as a link; {_WANTED}")
    if entry.file_size > max(_SMALL, _MOST_RATIO * entry.compress_size):
        raise BundleError(
            f"has {entry.filename} packed {entry.file_size // max(entry.compress_size, 1):,} to 1, "
            f"as a zip bomb is; wanted at most {_MOST_RATIO} to 1"
        )
    if entry.file_size > _LARGE and entry.compress_type != zipfile.ZIP_STORED:
        raise BundleError(
            f"has {entry.filename} of {entry.file_size:,} bytes packed; wanted more than {_LARGE:,} stored"
        )


def pack(members: Mapping[str, bytes]) -> bytes:
    """The zip of those members, in the order of NAMES, each that is not large deflated where that saves a tenth."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in NAMES:
            if name not in members:
                continue
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            data = members[name]
            small = len(data) <= _LARGE and len(zlib.compress(data[:_SMALL], 6)) < 0.9 * len(data[:_SMALL])
            entry.compress_type = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
            archive.writestr(entry, data, compresslevel=6)
    return made.getvalue()


def member_of(data: bytes) -> Member:
    """What the manifest says of a member."""
    return Member(hashlib.sha256(data).hexdigest(), len(data))
