"""The source folder:DIR: photos in one directory per class, perhaps under train, validation and test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clothier.data import groups, photos
from clothier.data.cache.photos import Photo
from clothier.data.options import LoadOptions
from clothier.data.photos import SPLIT_NAMES, Listed
from clothier.errors import DataError, command
from clothier.photo import FORMAT_WORDS, Found, walk
from clothier.values import Dataset
from clothier.values.names import in_order
from clothier.values.wording import counted

Classes = Mapping[str, Sequence[Path]]  # the pictures of each class


@dataclass(frozen=True)
class _Sorted:
    """The pictures of a split: by class, how many of those lie in folders within the class's, and how many lie beside
    the class folders."""

    classes: Classes
    num_deeper: int
    num_loose: int

    def __len__(self) -> int:
        return sum(map(len, self.classes.values()))


def load(argument: str, options: LoadOptions, default_validation: str) -> Dataset:
    """The data set of the folder `argument`, classes named by its directories, in the order of `in_order`.

    Photos are found by `photo.walk`; those in folders within a class's folder are of that class. What is left out is
    told: other files, photos in no class, and a validation or test folder without class folders. Raises DataError for a
    folder that cannot be read or holds no classes, for a class without pictures, and as `photos.load`.
    """
    listed = pictures(argument, options, needs_train=True)
    return photos.load(f"folder:{argument}", listed, options, default_validation)


def pictures(argument: str, options: LoadOptions, *, needs_train: bool = False) -> Listed:
    """The labelled photos of the folder `argument`, not decoded. Errors as `load`; with `needs_train` also where there
    are validation or test photos and none to train on."""
    groups.check_no_column(options.group, f"folder:{argument}")
    root = Path(argument).expanduser()
    found = walk(root)
    if not options.skip_bad:
        found.refuse_closed()
    places = _split_folders(root, found, needs_train)
    sorted_out = _sorted_out(places, found, options)
    if "train" in sorted_out:
        _refuse_one_too_high(argument, sorted_out["train"])
    beside = sum(path.parent == root for path in found.pictures) if root not in places.values() else 0
    _tell_left_out(root, found, list(sorted_out.values()), beside, options)
    class_names = in_order({name for of_split in sorted_out.values() for name in of_split.classes})
    is_divided = places != {"train": root}
    listed = {
        split: _listed(root, of_split.classes, class_names, int(is_divided))
        for split, of_split in sorted_out.items()
    }
    return Listed(listed, tuple(class_names), is_divided)


def _sorted_out(places: Mapping[str, Path], found: Found, options: LoadOptions) -> dict[str, _Sorted]:
    """The pictures of each split by class; what has no class folders is told, or refused."""
    sorted_out: dict[str, _Sorted] = {}
    for split, place in places.items():
        of_split = _sort(place, found)
        if of_split.classes:
            sorted_out[split] = of_split
        elif split == "train" or not of_split.num_loose:
            left_out = ", ".join(found.left_out())
            what = f"folders of photos ({left_out})" if left_out else "folders"
            raise DataError(
                f"{place} holds no {what}; wanted one folder per class with pictures in it; add them"
            )
        else:
            options.tell(
                f"{place} holds {counted(of_split.num_loose, 'photo')} and no class folders, so it is left out; "
                f"classify them with: {command('predict', place)}"
            )
    return sorted_out


def _split_folders(root: Path, found: Found, needs_train: bool) -> dict[str, Path]:
    """The folders that hold the classes, by split: those named so if no others hold pictures, else `root` itself.

    Raises DataError for two folders of one split, and where it cannot be told whether they are splits or classes.
    """
    names = {folder: SPLIT_NAMES.get(folder.name.lower()) for folder in _folders(root, found)}
    if "train" not in names.values():
        divided = _named_like_splits(names, found)
        if needs_train:
            _refuse_no_train(root, divided)
        if not divided:
            return {"train": root}
    others = [folder for folder in names if not names[folder] and found.below(folder).pictures]
    if others:
        if {path.parent for path in found.pictures} & {folder for folder in names if names[folder]}:
            return {"train": root}  # a class that is named like a split
        raise DataError(
            f"{root} holds {', '.join(folder.name for folder in names)}, of which '{others[0].name}' is not a split; "
            "wanted train, validation and test alone, or one folder per class; move it elsewhere"
        )
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


def _named_like_splits(names: Mapping[Path, str | None], found: Found) -> dict[Path, str]:
    """The folders that are named like a split and hold folders of photos, as splits do, with those splits."""
    with_photos = {path.parent for path in found.pictures}
    return {
        folder: split
        for folder, split in names.items()
        if split and folder not in with_photos and found.below(folder).pictures
    }


def _refuse_no_train(root: Path, divided: Mapping[Path, str]) -> None:
    """DataError for splits without one to train on. Taken for classes, the folders would give a network that tells
    splits apart."""
    for folder, split in divided.items():
        raise DataError(
            f"{root} has a {split} folder, {folder.name}, with folders in it, and no train folder; wanted train, "
            "validation and test, or one folder per class; name the folder of the training photos 'train'"
        )


def _sort(place: Path, found: Found) -> _Sorted:
    """The pictures in and below each folder in `place`, by its name; DataError for a folder without any."""
    classes: dict[str, list[Path]] = {folder.name: [] for folder in _folders(place, found)}
    above = place.parts
    depth, num_deeper, num_loose = len(above), 0, 0
    for path in found.pictures:
        parts = path.parts
        if parts[:depth] == above:
            num_deeper += len(parts) > depth + 2
            if len(parts) > depth + 1:
                classes[parts[depth]].append(path)
            else:
                num_loose += 1
    for name, pictures in classes.items():
        if not pictures:
            left_out = ", ".join(found.below(place / name).left_out())
            raise DataError(
                f"class '{name}' is empty: {place / name} holds no pictures{f' ({left_out})' if left_out else ''}; "
                f"wanted {FORMAT_WORDS} files in it; add some, or remove the folder"
            )
    return _Sorted(classes, num_deeper, num_loose)


def _folders(place: Path, found: Found) -> list[Path]:
    return [folder for folder in found.folders if folder.parent == place]


def _listed(root: Path, classes: Classes, class_names: list[str], depth: int) -> list[Photo]:
    """The pictures in the order of their file names, so that the first rows are not all of one class. Class folders lie
    `depth` folders below the root."""
    pictures = []
    for name, paths in classes.items():
        label = class_names.index(name)
        for path in paths:
            file = path.relative_to(root)
            deeper = file.parts[depth + 1 : -1]
            group = "/".join([name, *deeper]) if deeper else ""
            pictures.append(Photo(path, file.as_posix(), label, group))
    return sorted(pictures, key=lambda picture: (picture.path.name, picture.label, picture.name))


def _refuse_one_too_high(argument: str, train: _Sorted) -> None:
    """DataError for a folder that seems to hold the one that is meant."""
    if len(train.classes) == 1 and train.num_deeper == len(train):
        (name,) = train.classes
        raise DataError(
            f"folder:{argument} has a single class, '{name}', with folders in it; wanted one folder per class; "
            f"did you mean folder:{Path(argument) / name}?"
        )


def _tell_left_out(
    root: Path, found: Found, splits: Sequence[_Sorted], beside: int, options: LoadOptions
) -> None:
    """Report what is not part of the data, and what is part of them although it lies deeper than expected."""
    num_loose = beside + sum(of_split.num_loose for of_split in splits)
    loose = [f"{counted(num_loose, 'photo')} beside the class folders"] if num_loose else []
    if left_out := loose + found.left_out():
        options.tell(f"{root}: left out {', '.join(left_out)}")
    if num_deeper := sum(of_split.num_deeper for of_split in splits):
        all_photos = counted(sum(map(len, splits)), "photo")
        options.tell(
            f"{root}: {num_deeper:,} of {all_photos} are in folders inside a class folder and belong to that class"
        )
