"""What the shell may complete: names from a table, and sources of data with the paths that follow their colon."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from clothier.data import SOURCES


def names(known: Iterable[str]) -> Callable[[str], list[str]]:
    """A completer for those names; the table is read when it is asked."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in known if name.startswith(incomplete)]

    return complete


def source(incomplete: str) -> list[str]:
    """The sources that begin so; after a colon the folders there, and for csv the files that end in .csv."""
    kind, colon, rest = incomplete.partition(":")
    if not colon:
        return [name for name in _sources() if name.startswith(incomplete)]
    if kind not in SOURCES or f"{kind}:" not in _sources():
        return []
    parent = Path(rest) if rest.endswith("/") else Path(rest).parent
    found = (f"{path}/" if path.is_dir() else str(path) for path in _children(parent))
    suffixes = ("/", ".csv") if kind == "csv" else ("/",)
    return [f"{kind}:{path}" for path in found if path.startswith(rest) and path.endswith(suffixes)]


def _sources() -> list[str]:
    """Each source's name, with a colon where more must follow."""
    return [f"{name}:" if entry.syntax.startswith(f"{name}:") else name for name, entry in SOURCES.items()]


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.expanduser().iterdir())
    except OSError:
        return []
