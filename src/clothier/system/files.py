"""Writing that survives a power cut, as far as the file system offers that; files told from pipes; names of files, and
what tells figures of ours."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from clothier.errors import InputError, InputTypeError, WriteError
from clothier.system import locks

# What a file system answers that does not offer what is asked for: syncing, or mapping a file into memory.
_NOT_OFFERED = {errno.EINVAL, errno.ENODEV, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_TEMPORARY = ".tmp"
_STALE = 60  # seconds after which a temporary file that nobody holds is what a killed process left

SOFTWARE = "clothier"  # what each PNG that clothier draws names as its software, perhaps with a word after it


def is_figure(path: Path) -> bool:
    """Whether the file there is a PNG that clothier drew, by the mark at its beginning."""
    try:
        with path.open("rb") as file:
            begin = file.read(512)
    except OSError:
        return False
    return begin.startswith(b"\x89PNG") and f"tEXtSoftware\0{SOFTWARE}".encode() in begin


def slug(text: str) -> str:
    """A name for a file or a folder from any text, such as a path: letters, digits, dots and dashes, and short enough
    to get an ending."""
    return shortened(re.sub(r"[^\w.-]+", "-", text).strip("-"))


def shortened(name: str, most: int = 200) -> str:
    """The name in at most `most` bytes (file systems allow 255).

    A name that is cut ends with a digest, which distinguishes it from others with the same start.
    """
    whole = os.fsencode(name)
    if len(whole) <= most:
        return name
    digest = hashlib.sha256(whole).hexdigest()[:8]
    while len(os.fsencode(name)) > most - 9:
        name = name[:-1]
    return f"{name}-{digest}"


def as_path(value: object, name: str) -> Path:
    """The path; InputTypeError for what is neither text nor path, InputError for an empty text. `name` is what errors
    call it."""
    if not isinstance(value, str | os.PathLike) or not isinstance(os.fspath(value), str):
        raise InputTypeError(f"{name} is of type {type(value).__name__}; wanted a path (str or Path)")
    if not os.fspath(value):
        raise InputError(f"{name} is an empty text; wanted a path")
    return Path(value)


def check_regular(path: Path) -> None:
    """OSError, whose strerror says why, for anything but a file that can be read to its end: a folder, a pipe, which
    might never end, a link that leads to itself."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a file of at most that many; OSError as `check_regular`, and for a larger one."""
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return content


def write_atomic(path: Path, content: bytes | str, *, private: bool = False) -> None:
    """Put `content` at `path` as `writing` does. Raises WriteError naming the path."""
    with writing(path, private=private) as file:
        # A path in another encoding than UTF-8 comes with characters that UTF-8 has not.
        file.write(content.encode(errors="backslashreplace") if isinstance(content, str) else content)


@contextmanager
def writing(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A file to write that stands at `path` when the block ends well: a reader, or a machine that loses power, sees the
    old file or the new one. It keeps the old one's permissions, and a link to it stays a link. A `private` file can be
    read and written by this user alone, and takes the place of a link.

    Temporary name in the same folder, fsync, rename, fsync of the folder. Raises WriteError naming the path, also for
    an OSError in the block; no temporary file is left behind, and what killed processes left of this path goes.
    """
    temporary = None
    try:
        place = path if private else path.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{shortened(place.name)}."
        _remove_stale(place.parent, prefix)
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=prefix, suffix=_TEMPORARY)
        with os.fdopen(handle, "wb") as file:
            locks.takes(handle, exclusive=True)
            yield file
            sync(file)
        if not private:  # as mkstemp makes them
            with suppress(OSError):  # a file system without permissions
                Path(temporary).chmod(_mode(place))
        Path(temporary).replace(place)
        temporary = None
        sync_folder(place.parent)
    except OSError as error:
        raise WriteError(path, error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _mode(place: Path) -> int:
    """The permissions of the file there, or else those of new files."""
    try:
        return stat.S_IMODE(place.stat().st_mode)
    except OSError:
        return 0o666 & ~_umask()


def _remove_stale(folder: Path, prefix: str) -> None:
    """Remove temporary files with that prefix which no process writes any more."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(prefix) or not entry.name.endswith(_TEMPORARY):
                continue
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_mtime < time.time() - _STALE:
                    with open(entry.path, "rb") as file:  # noqa: PTH123 - an entry is no Path
                        free = locks.takes(file.fileno(), exclusive=True)
                    if free:
                        os.unlink(entry.path)  # noqa: PTH108


def sync(file: IO[bytes]) -> None:
    """Make what was written to `file` survive a power cut, where the file system can."""
    file.flush()
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if not not_offered(error):
            raise


def check_folder_of(path: Path) -> None:
    """WriteError where the file's folder does not exist: for where making it would hide a mistyped name."""
    if not path.parent.is_dir():
        fault = OSError(errno.ENOENT, f"the folder {path.parent} does not exist")
        raise WriteError(path, fault, "make the folder first, or choose another place")


def check_file_place(path: Path) -> None:
    """WriteError where no file can be put at `path`, so that long work does not end with it: a folder, a pipe or a
    device is there, or its folder cannot be made or written."""
    with _as_write_error(path):
        if path.is_dir():
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, f"it is {special_kind(path.stat().st_mode)}")
        _check_folder(path.parent)


def check_folder_place(path: Path) -> None:
    """WriteError where no files can be put into the folder `path`, which need not be there yet."""
    with _as_write_error(path):
        _check_folder(path)


@contextmanager
def _as_write_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(path, error) from error


def _check_folder(path: Path) -> None:
    there = next(folder for folder in (path, *path.absolute().parents) if os.path.lexists(folder))
    if not there.is_dir():
        raise OSError(errno.ENOTDIR, f"{there} is not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        fault = errno.EROFS if _is_read_only(there) else errno.EACCES
        raise OSError(fault, os.strerror(fault))


def _is_read_only(folder: Path) -> bool:
    """Whether the file system of the folder is read-only."""
    return os.name == "posix" and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in `folder` survive a power cut, where the file system can (POSIX; elsewhere nothing is
    done)."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # files may be put into it, but it may not be listed
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if not not_offered(error) and error.errno != errno.EBADF:  # EBADF: folders alone cannot be synced
            raise
    finally:
        os.close(descriptor)


def check_room(folder: Path, num_bytes: int, what: str) -> None:
    """Raise OSError if `num_bytes` do not fit on the folder's disk, before they are computed."""
    usage = shutil.disk_usage(folder)
    if usage.total and usage.free < num_bytes:  # some file systems do not tell their size
        raise OSError(errno.ENOSPC, f"{num_bytes / 1e6:,.1f} MB of {what} do not fit on the disk")


def not_offered(error: OSError) -> bool:
    """Whether a call failed because the file system does not offer what was asked for."""
    return error.errno in _NOT_OFFERED


def check_file(path: Path, error: type[InputError] = InputError) -> None:
    """That error where `path` is a pipe, a device or a socket: opening one might wait for ever. What is not there is
    left to whoever opens it."""
    try:
        kind = special_kind(path.stat().st_mode)
    except (OSError, ValueError):
        return
    if kind:
        raise error(f"{path} is {kind}; wanted a file; save what it gives in one and name that")


def special_kind(mode: int) -> str:
    """ "a pipe", "a device" or "a socket" for a mode of os.stat that is one of these, else ""."""
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else ""


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
