"""Where what was computed is kept on disk: in the user's cache or, where that cannot be used, under TMPDIR.

What lies there becomes pixels and numbers without being computed again. So a folder to which another user can write,
or that belongs to one, is not used.
"""

from __future__ import annotations

import atexit
import errno
import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from clothier.data.cache import entries, trust
from clothier.errors import DamagedError, WriteError
from clothier.values import Tell

T = TypeVar("T")

REMEDY = "set XDG_CACHE_HOME to a folder that you can write to"

_told: set[str] = set()


def of_user(kind: str) -> list[Path]:
    """The folders for that kind of thing, best first; they may not be there yet."""
    import platformdirs  # belongs to clothier[train]

    try:
        folders = [platformdirs.user_cache_path("clothier") / kind]
    except RuntimeError:  # there is no home folder; earlier versions give this path
        folders = [Path("~/.cache/clothier") / kind]
    with suppress(FileNotFoundError):  # no folder for temporary files can be written
        folders.append(_temporary(Path(tempfile.gettempdir())) / kind)
    return folders


def roots() -> list[Path]:
    """The user's caches, best first."""
    return [folder.parent for folder in of_user("photos")]


def find(
    folders: Sequence[Path], read: Callable[[Path], T | None], tell: Tell = lambda sentence: None
) -> T | None:
    """The first thing that `read` finds in a folder that no other user can have filled; None where there is none. Where
    `read` raises DamagedError, `tell` is told so."""
    for folder in folders:
        if trust.distrust(folder):
            continue
        try:
            found = read(folder)
        except DamagedError as error:
            tell_damaged(error, tell)
            continue
        if found is not None:
            return found
    return None


def tell_damaged(error: DamagedError, tell: Tell) -> None:
    """Tell that what is kept there counts for nothing."""
    tell(f"{error}, so what it keeps is made anew")


def put(folders: Sequence[Path], write: Callable[[Path], T], tell: Tell) -> T:
    """What `write` gives for the first folder that it can write to; each is made if need be, for this user alone.

    Where that is not the first of them, `tell` is told so, once. What was not used for longest then makes room, where
    the user's cache has grown beyond its bound. Raises WriteError where none can be written, and as `entries.limit`.
    """
    entries.limit()  # a wrong one is told before the work, not after it
    failures: list[WriteError] = []
    for folder in folders:
        try:
            _prepare(folder)
            result = write(folder)
        except WriteError as error:
            failures.append(error)
        except OSError as error:
            failures.append(WriteError(folder, error))
        else:
            if failures:
                tell_once(
                    f"the cache folder {folders[0].parent} cannot be used ({failures[0].reason}), so {folder.parent} "
                    f"is used in its place; {REMEDY}",
                    tell,
                )
            if folder in of_user(folder.name):
                entries.trim(folder.parent, tell)
            return result
        if isinstance(failures[-1].cause, BrokenPipeError):  # whoever was told of progress is gone
            raise failures[-1].cause
    if len(folders) == 1:
        raise failures[0]
    cause = failures[0].cause
    raise WriteError(failures[0].path, cause, f"make room, or {REMEDY}") from cause


def tell_once(sentence: str, tell: Tell) -> None:
    """Tell it, unless this process has told it before."""
    if sentence not in _told:
        _told.add(sentence)
        tell(sentence)


def _prepare(folder: Path) -> None:
    """Make the folder, and those above it, for this user alone. Raises OSError where it cannot be made, or trusted."""
    if folder.parts[0] == "~":
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder")
    for path in reversed([path for path in folder.parents if not path.exists()]):
        path.mkdir(0o700, exist_ok=True)
    folder.mkdir(0o700, exist_ok=True)
    reason = trust.distrust(folder)
    if reason:
        raise PermissionError(errno.EPERM, reason)


@functools.cache
def _temporary(root: Path) -> Path:
    """A folder there that no other user can have prepared: the same for all commands or, where another user took its
    name, one for this process alone."""
    if os.name != "posix":
        return root / "clothier"  # the folder for temporary files is the user's own
    folder = root / f"clothier-{os.geteuid()}"
    if folder.is_symlink() or trust.distrust(folder):
        folder = Path(tempfile.mkdtemp(prefix="clothier-", dir=root))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
