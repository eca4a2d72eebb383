"""The source folder:DIR: photos in one directory per class, perhaps under train, validation and test."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from clothier.data import photos
from clothier.data.cache import Photo
from clothier.data.options import LoadOptions
from clothier.data.photos import SPLIT_NAMES
from clothier.errors import DataError
from clothier.photo import FORMAT_WORDS, SUFFIXES
from clothier.values import Dataset
from clothier.values.names import in_order


def load(argument: str, options: LoadOptions, default_split: str) -> Dataset:
    """The data set of the folder `argument`, classes named by its directories, in the order of `in_order`.

    Hidden files are ignored, and other files that are no pictures by name, which is told. Raises DataError for
    a folder that cannot be read or holds no classes, for a class without pictures, and as `photos.load`.
    """
    root = Path(argument).expanduser()
    places = _split_folders(root)
    others: Counter[str] = Counter()
    files = {
        split: {folder.name: _pictures(folder, others) for folder in _folders(place)}
        for split, place in places.items()
    }
    for split, place in places.items():
        if not files[split]:
            raise DataError(
                f"{place} holds no folders; wanted one folder per class with pictures in it; add them"
            )
    if others:
        counted = ", ".join(f"{ending} ({count})" for ending, count in sorted(others.items()))
        options.tell(f"ignored files that are no pictures by name: {counted}")
    class_names = in_order({name for classes in files.values() for name in classes})
    listed = {
        split: [
            Photo(path, str(path.relative_to(root)), class_names.index(name))
            for name, paths in classes.items()
            for path in paths
        ]
        for split, classes in files.items()
    }
    for pictures in listed.values():  # by file name, so that the first rows are not all of one class
        pictures.sort(key=lambda picture: (picture.path.name, picture.label))
    flat = places == {"train": root}
    return photos.load(f"folder:{argument}", listed, class_names, options, default_split, hold_out_test=flat)


def _split_folders(root: Path) -> dict[str, Path]:
    """The folders that hold the classes, by split: those named so if there are no others, else `root` itself."""
    names = {folder: SPLIT_NAMES.get(folder.name.lower()) for folder in _folders(root)}
    if "train" not in names.values() or None in names.values():
        return {"train": root}
    places: dict[str, Path] = {}
    for folder, split in names.items():
        if split is None:
            continue
        if split in places:
            raise DataError(
                f"{root} has two {split} folders, {places[split].name} and {folder.name}; wanted one"
            )
        places[split] = folder
    return places


def _folders(place: Path) -> list[Path]:
    return [path for path in _entries(place) if _is_folder(path)]


def _pictures(folder: Path, others: Counter[str]) -> list[Path]:
    """The pictures in a class's folder; the endings of other files are counted in `others`."""
    files = [path for path in _entries(folder) if not _is_folder(path)]
    pictures = [path for path in files if path.suffix.lower() in SUFFIXES]
    others.update(path.suffix.lower() or path.name for path in files if path.suffix.lower() not in SUFFIXES)
    if not pictures:
        raise DataError(
            f"class '{folder.name}' is empty: {folder} holds no pictures; wanted {FORMAT_WORDS} files "
            "directly in it; add some, remove the folder, or name the folder that holds the classes"
        )
    return pictures


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise DataError(
            f"cannot read the folder {folder}: {error.strerror}; check the name and the permissions"
        ) from error


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; check the permissions") from error
