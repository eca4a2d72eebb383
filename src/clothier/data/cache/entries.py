"""What lies in a cache: listed, removed, and kept within a bound."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clothier.data.cache import manifest
from clothier.errors import InputError
from clothier.system.locks import held
from clothier.values.wording import counted

COMPUTED = ("photos", "features", "projections")  # the kinds that are computed again when they are asked for
VARIABLE = "CLOTHIER_CACHE_LIMIT"
DEFAULT_LIMIT = "20 GB"
_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True)
class Entry:
    """One thing in a cache: its `kind`, what it is `about` in words, its `files`, their size, and when it was last
    used, in seconds since 1970. What was left by a process that was killed has no words."""

    kind: str
    about: str
    files: tuple[Path, ...]
    num_bytes: int
    used: float

    def remove(self) -> bool:
        """Whether it is gone; not while another process writes it."""
        locks = [self.files[0].parent / "lock", *(path for path in self.files if path.suffix == ".lock")]
        if not all(map(_is_free, locks)):
            return False
        # The manifest goes first: without it the rest counts for nothing.
        for path in sorted(self.files, key=lambda path: path.suffix != ".json"):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        return not any(map(os.path.lexists, self.files))


def entries(roots: Sequence[Path]) -> list[Entry]:
    """All that lies in those caches, last used first. Downloads and compiled code are one entry a kind."""
    found = [entry for root in roots for folder in _folders(root) for entry in _entries(folder)]
    return sorted(found, key=lambda entry: -entry.used)


def limit() -> int:
    """The bytes that a cache may hold, from the environment variable VARIABLE, such as "5 GB"; InputError for a value
    that is no size."""
    text = os.environ.get(VARIABLE) or DEFAULT_LIMIT
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([MGT]B)\s*", text, re.IGNORECASE)
    if not match:
        raise InputError(f"{VARIABLE} is '{text}'; wanted a size in MB, GB or TB, such as '{DEFAULT_LIMIT}'")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def trim(root: Path, tell: Callable[[str], None]) -> None:
    """Remove what was not used for longest until the cache holds no more than `limit`; what was used last stays, and
    `tell` is told what went."""
    most, kept = limit(), entries([root])
    total, removed = sum(entry.num_bytes for entry in kept), []
    for entry in reversed(kept[1:]):
        if total <= most:
            break
        if entry.kind in COMPUTED and entry.remove():
            removed.append(entry)
            total -= entry.num_bytes
    if removed:
        num_bytes = sum(entry.num_bytes for entry in removed)
        oldest = time.strftime("%Y-%m-%d", time.localtime(max(entry.used for entry in removed)))
        tell(
            f"the cache {root} held more than {size(most)}, so {counted(len(removed), 'entry', 'entries')} "
            f"({size(num_bytes)}) unused since {oldest} went; {VARIABLE} sets the limit"
        )


def size(num_bytes: int) -> str:
    """Such as "4.2 MB"."""
    unit = next((unit for unit in reversed(_UNITS) if num_bytes >= _UNITS[unit]), "MB")
    return f"{num_bytes / _UNITS[unit]:,.1f} {unit}"


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(path for path in root.iterdir() if path.is_dir())
    except OSError:
        return []


def _entries(folder: Path) -> Iterator[Entry]:
    if folder.name not in COMPUTED:
        files = tuple(path for path in sorted(folder.rglob("*")) if path.is_file())
        if files:
            yield Entry(folder.name, "", files, *_size_and_time(files))
        return
    by_name: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != "lock":
            by_name.setdefault(path.stem, []).append(path)
    for paths in by_name.values():
        about = next((manifest.about(path) for path in paths if path.suffix == ".json"), "")
        yield Entry(folder.name, about, tuple(paths), *_size_and_time(paths))


def _size_and_time(files: Sequence[Path]) -> tuple[int, float]:
    num_bytes, used = 0, 0.0
    for path in files:
        with suppress(OSError):
            status = path.stat()
            num_bytes, used = num_bytes + status.st_size, max(used, status.st_mtime)
    return num_bytes, used


def _is_free(lock: Path) -> bool:
    if not lock.exists():
        return True
    with held(lock) as free:
        return free
