"""Writing that survives a power cut, locks between processes, and files told from pipes."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from clothier.errors import InputError, WriteError


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


def write_atomic(path: Path, content: bytes | str) -> None:
    """Put `content` at `path` as `writing` does. Raises WriteError naming the path."""
    with writing(path) as file:
        # A path in another encoding than UTF-8 comes with characters that UTF-8 has not.
        file.write(content.encode(errors="backslashreplace") if isinstance(content, str) else content)


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that stands at `path` when the block ends well: a reader, or a machine that loses power, sees the
    old file or the new one.

    Temporary name in the same folder, fsync, rename, fsync of the folder. Raises WriteError naming the path, also for
    an OSError in the block; no temporary file is left behind.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner can read
        Path(temporary).replace(path)
        temporary = None
        sync_folder(path.parent)
    except OSError as error:
        raise WriteError(path, error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in `folder` survive a power cut (POSIX; elsewhere nothing is done)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time holds the lock file `path`; the lock is gone with its process."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Whether no other holds `folder`, which exists; if so this block does, until it ends or its process does."""
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        except OSError:  # a file system without locks
            free = True
        yield free
    finally:
        os.close(descriptor)


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
