"""Find the pictures in a folder and in the folders below it. Every command uses this walk.

The walk also follows links to folders, except links to a folder that contains them: such a walk would never end.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clothier.errors import DataError
from clothier.photo.formats import OTHER_FORMATS, SUFFIXES, advice
from clothier.system.files import is_figure
from clothier.values.wording import counted, listed

_SHOWN = 6  # kinds of other files that are named
# Files and folders that operating systems put beside photos, in lower case. Names that begin with a dot are hidden.
_JUNK = frozenset(
    {
        "__macosx",
        "@eadir",
        "#recycle",
        "$recycle.bin",
        "desktop.ini",
        "ehthumbs.db",
        "ehthumbs_vista.db",
        "icon\r",
        "lost+found",
        "system volume information",
        "thumbs.db",
    }
)

_RUN = "recipe.json"  # is in every folder of a run, and nowhere else

_Identity = tuple[int, int]  # device and number of a folder, the same by whichever name it is reached


@dataclass(eq=False)
class Found:
    """What a walk found. `pictures` are files: those of a folder come before those of the folders in it, each sorted by
    name. `folders` are all folders that were searched but the first, in the same order. The other fields hold what was
    left out: pictures of formats that are not read, other files, links that lead nowhere or to a folder that contains
    them, runs and figures of clothier, and folders that cannot be read, each with the reason."""

    pictures: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    other_formats: list[Path] = field(default_factory=list)
    other_files: list[Path] = field(default_factory=list)
    broken_links: list[Path] = field(default_factory=list)
    upward_links: list[Path] = field(default_factory=list)
    runs: list[Path] = field(default_factory=list)
    figures: list[Path] = field(default_factory=list)
    closed: dict[Path, str] = field(default_factory=dict)

    def left_out(self) -> list[str]:
        """What was left out, as phrases with numbers, such as "2 PSD pictures (convert them to JPEG or PNG)"."""
        formats = Counter(OTHER_FORMATS[path.suffix.lower()] for path in self.other_formats)
        phrases = [
            f"{counted(count, f'{name} picture')} ({advice(name, 'them' if count > 1 else 'it')})"
            for name, count in sorted(formats.items())
        ]
        if self.other_files:
            endings = Counter(path.suffix.lower() or path.name for path in self.other_files)
            kinds = [
                kind if len(endings) == 1 else f"{count:,} {kind}" for kind, count in sorted(endings.items())
            ]
            phrases.append(
                f"{counted(len(self.other_files), 'other file')} ({listed(kinds, _SHOWN, 'kind')})"
            )
        for paths, one, several in (
            (self.broken_links, "link that leads nowhere", "links that lead nowhere"),
            (self.upward_links, "link to a folder that holds it", "links to folders that hold them"),
            (self.runs, "run of clothier", "runs of clothier"),
            (self.figures, "figure drawn by clothier", "figures drawn by clothier"),
            (self.closed, "folder that cannot be read", "folders that cannot be read"),
        ):
            if paths:
                phrases.append(counted(len(paths), one, several))
        return phrases

    def below(self, folder: Path) -> Found:
        """What was found in `folder` and below."""
        parts = {
            name: [path for path in paths if folder in path.parents]
            for name, paths in vars(self).items()
            if name != "closed"
        }
        return Found(
            **parts,
            closed={path: reason for path, reason in self.closed.items() if folder in path.parents},
        )

    def refuse_closed(self) -> None:
        """DataError where a folder could not be read."""
        for path, reason in self.closed.items():
            raise unreadable_folder(path, reason, ", or leave it out with --skip-bad")


def walk(root: Path, *, all_formats: bool = False) -> Found:
    """The pictures in `root` and below, recognised by the endings of their names. With `all_formats`, `pictures` also
    holds pictures of formats that are not read.

    The walk skips hidden files and folders, and those that operating systems create. It leaves out runs and figures of
    clothier, so that a command that is started among the photos does not change the data. Raises DataError if `root` is
    not a folder or cannot be read.
    """
    found = Found()
    wanted = SUFFIXES | OTHER_FORMATS.keys() if all_formats else SUFFIXES
    waiting = [(root, frozenset(map(_identity, [root, *_parents(root)])))]
    while waiting:
        folder, holders = waiting.pop()
        try:
            entries = sorted(_entries(folder), key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise unreadable_folder(root, error.strerror or str(error)) from error
            found.closed[folder] = error.strerror or str(error)
            continue
        if folder != root and any(entry.name == _RUN for entry in entries):
            found.runs.append(folder)  # its figures are no photos
            continue
        if folder != root:
            found.folders.append(folder)
        inner = []
        for entry in entries:
            path = folder / entry.name
            if not _is_folder(entry):
                _sort(found, entry, path, wanted)
            elif _identity(path) in holders:
                found.upward_links.append(path)
            else:
                inner.append((path, holders | {_identity(path)}))
        waiting += reversed(inner)
    ours = {holder for path in (*found.runs, *found.figures) for holder in path.parents}
    found.folders = [path for path in found.folders if path not in ours or found.below(path).pictures]
    return found


def unreadable_folder(path: Path, reason: str, otherwise: str = "") -> DataError:
    return DataError(
        f"cannot read the folder {path}: {reason}; check the name and the permissions{otherwise}"
    )


def _sort(found: Found, entry: os.DirEntry[str], path: Path, wanted: frozenset[str]) -> None:
    """Add a file to the pictures, or to what is left out."""
    ending = path.suffix.lower()
    if ending == ".png" and _is_file(entry) and is_figure(path):
        found.figures.append(path)
    elif ending in wanted:  # a link that leads nowhere among them: reading it will tell
        found.pictures.append(path)
    elif entry.is_symlink() and not os.path.exists(path):  # noqa: PTH110 - Path.exists may raise
        found.broken_links.append(path)
    elif ending in OTHER_FORMATS:
        found.other_formats.append(path)
    else:
        found.other_files.append(path)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and entry.name.lower() not in _JUNK:
                yield entry


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or to where nobody may look
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()  # no pipe: opening one might wait for ever
    except OSError:
        return False


def _identity(folder: Path) -> _Identity:
    try:
        status = folder.stat()
    except OSError:  # it went away meanwhile
        return -1, -1
    return status.st_dev, status.st_ino


def _parents(root: Path) -> list[Path]:
    try:
        return list(root.resolve().parents)
    except (OSError, RuntimeError):  # a link to itself: reading it will tell
        return []
