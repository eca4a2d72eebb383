"""The source idx:DIR: the four IDX files of MNIST, KMNIST, EMNIST and their like in one folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from clothier.data import idx
from clothier.data.classes import RawLabels, class_values, to_classes
from clothier.data.options import LoadOptions
from clothier.data.split import from_arrays
from clothier.errors import DataError
from clothier.system.files import check_file
from clothier.values import Dataset, Images, Split

FILE_NAME = re.compile(
    r"(?:(?P<prefix>.+)-)?(?P<split>train|t10k|test)-(?P<kind>images|labels)[-.]idx[134]-ubyte(?:\.gz)?",
    re.IGNORECASE,
)
CLASSES_FILE = "classes.txt"

Files = dict[tuple[str, str], Path]  # by (train or test, images or labels)


def load(argument: str, options: LoadOptions, default_validation: str) -> Dataset:
    """The data set of the folder `argument`. Raises DataError for files that are missing or damaged.

    Files are named as MNIST's (train-images-idx3-ubyte, t10k-labels-idx1-ubyte, ..., packed with gzip or not), or
    as EMNIST's with the set's name before and `test` for `t10k`, in small letters or large. EMNIST stores its images
    transposed; files whose names begin with `emnist` are turned upright. Without test files the test split is held out.
    Classes are named by the lines of classes.txt in the folder, else by the label values.
    """
    options.refuse_photo_options("idx")
    folder = Path(argument).expanduser()
    files = _find(folder)
    names = _class_names(folder)
    images, labels = _read(files, "train")
    values = class_values(labels, names)
    train = Split(images, to_classes(labels, values, _where(files["train", "labels"])))
    test = None
    if ("test", "images") in files:
        images, labels = _read(files, "test")
        test = Split(images, to_classes(labels, values, _where(files["test", "labels"])))
    return from_arrays(
        f"idx:{argument}",
        train,
        test,
        names or [str(v) for v in values],
        options=options,
        default_validation=default_validation,
    )


def _find(folder: Path) -> Files:
    try:
        paths = sorted(folder.iterdir(), reverse=True)  # x.gz before x, so that the unpacked file wins
    except OSError as error:
        raise DataError(f"cannot read the folder {folder}: {error.strerror}; wanted idx:DIR") from error
    files: Files = {}
    prefixes = set()
    for path in paths:
        if match := FILE_NAME.fullmatch(path.name):
            prefixes.add((match["prefix"] or "").lower())
            part = "train" if match["split"].lower() == "train" else "test"
            files[part, match["kind"].lower()] = path
    if len(prefixes) > 1:
        sets = ", ".join(sorted(prefixes - {""})) + (" and one without a prefix" if "" in prefixes else "")
        raise DataError(f"{folder} holds several sets ({sets}); wanted one; give each a folder of its own")
    wanted = [("train", "images"), ("train", "labels")]
    wanted += [("test", kind) for kind in ("images", "labels") if any(split == "test" for split, _ in files)]
    for split, kind in wanted:
        if (split, kind) not in files:
            name = f"{'train' if split == 'train' else 't10k'}-{kind}-idx{3 if kind == 'images' else 1}-ubyte"
            raise DataError(
                f"{folder} holds no {split} {kind}; wanted a file named {name} or {name}.gz; add it"
            )
    return files


def _class_names(folder: Path) -> list[str] | None:
    path = folder / CLASSES_FILE
    if not path.exists():
        return None
    check_file(path, DataError)
    try:
        names = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {error}; wanted one class name per line, in UTF-8") from error
    if len(set(names)) != len(names) or not names or len(names) > 255:
        raise DataError(f"{path} holds {len(names)} names; wanted 1 to 255 that all differ, one per line")
    return names


def _read(files: Files, split: str) -> tuple[Images, RawLabels]:
    images_file, labels_file = files[split, "images"], files[split, "labels"]
    images, labels = idx.read_images(images_file), idx.read_labels(labels_file)
    if len(images) != len(labels):
        raise DataError(
            f"{images_file} holds {len(images)} images and {labels_file.name} {len(labels)} labels; "
            "wanted as many; get both files again"
        )
    if images_file.name.lower().startswith("emnist"):
        images = images.swapaxes(1, 2).copy()
    return images, labels


def _where(path: Path) -> Callable[[int], str]:
    return lambda position: f"{path}, label number {position} (counted from 0)"
