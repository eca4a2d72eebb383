"""Bytes -> Dataset: the table of sources, and `load`.

To add a source: one file with a `load`, one line in SOURCES. Reading data prints nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from clothier.data import drawn, fashion_mnist, folder, mnist_style, relabelling, table
from clothier.data.labelled import of_dataset, of_photos
from clothier.data.options import LoadOptions
from clothier.data.photos import Listed
from clothier.data.relabelling import relabel
from clothier.data.split import absent_classes
from clothier.errors import DataError, InputError, InputTypeError, OwnValidationError, unknown_name
from clothier.values import Dataset, Reading
from clothier.values.labelled import WHOLE, Labelled
from clothier.values.names import escaped


@dataclass(frozen=True)
class Source:
    """Where data may come from. `load` takes what follows the colon, the options and `default_validation`."""

    load: Callable[[str, LoadOptions, str], Dataset]
    description: str
    syntax: str  # brackets around what may be left out
    default_validation: str  # how validation data are held out unless the options say otherwise
    files: Callable[[str], list[Path]] = lambda argument: []  # the folders or files that the argument names
    # the labelled photos that it names, not decoded; None where it holds images of one shape
    pictures: Callable[[str, LoadOptions], Listed | None] = lambda argument, options: None
    # whether data that are no file or folder of the argument's can be had without a download
    is_here: Callable[[LoadOptions], bool] = lambda options: True


SOURCES: dict[str, Source] = {
    "fashion-mnist": Source(
        fashion_mnist.load,
        "70,000 grey pictures of clothes, 28 x 28, ten classes; found on this machine or downloaded",
        "fashion-mnist",
        "article",
        is_here=fashion_mnist.is_here,
    ),
    "idx": Source(
        mnist_style.load,
        "the IDX files of MNIST, KMNIST, EMNIST or any other set of their style, in one folder",
        "idx:DIR",
        "stratified",
        lambda argument: [Path(argument).expanduser()],
    ),
    "csv": Source(
        table.load,
        "a table with the columns label,pixel1,pixel2,... or path,label or path,label,split",
        "csv:FILE[,TEST_FILE]",
        "stratified",
        table.named_files,
        table.pictures,
    ),
    "folder": Source(
        folder.load,
        "photos in one folder per class, perhaps under train, validation and test",
        "folder:DIR",
        "stratified",
        lambda argument: [Path(argument).expanduser()],
        folder.pictures,
    ),
    "generated": Source(
        drawn.load,
        "clothes drawn by clothier's own code, ten classes; needs neither files nor network",
        "generated[:NUM_TRAIN]",
        "stratified",
    ),
}


def load(name: str, options: LoadOptions | None = None, usual_validation: str = "default") -> Dataset:
    """Load the data set of a source, such as "fashion-mnist" or "folder:photos". Its `reading` says how it was read.

    If `options.validation` is "default", `usual_validation` (such as a recipe's) says how to hold out validation
    images, unless the data have their own.

    Raises InputError for an unknown source, a missing argument, or an option for photos if the source has none;
    DataError for data that are missing, damaged or inconsistent; and WriteError if a cache cannot be written.
    """
    source, argument = _source(name)
    options = relabelling.resolved(_options(options))
    if options.resplit and source.pictures(argument, replace(options, skip_bad=True, warn=None)) is not None:
        raise InputError(f"--resplit does not apply to the photos of {name}; leave it out")
    if usual_validation != options.validation == "default":
        options = replace(options, warn=_once(options.warn))  # the second attempt warns of the same again
        try:
            return load(name, replace(options, validation=usual_validation))
        except OwnValidationError:
            pass
    dataset = source.load(argument, options, source.default_validation)
    for sentence in absent_classes(dataset):
        options.tell(sentence)
    return replace(dataset, reading=Reading(name, options.as_json(), located(name)))


def holds_photos(name: str, options: LoadOptions | None = None) -> bool:
    """Whether that source holds photos, which are decoded to a size of one's choice. Errors as `load`."""
    source, argument = _source(name)
    return source.pictures(argument, replace(_options(options), skip_bad=True, warn=None)) is not None


def paths(dataset: Dataset) -> dict[str, Path]:
    """The photo that each name in the `files` of its splits stands for; none where its images came from no photos, or
    from photos that are no longer there."""
    reading = dataset.reading
    place = reading.absolute or reading.source
    if not place or not all(split.files for split in dataset.splits().values()):
        return {}
    source, argument = _source(place)
    try:
        listed = source.pictures(argument, LoadOptions(skip_bad=True))
    except DataError:  # moved since
        return {}
    if listed is None:
        return {}
    found = {photo.name: photo.path for photos in listed.splits.values() for photo in photos}
    return relabelling.added_paths(LoadOptions.from_json(reading.options)) | found


def labelled(name: str, split: str | None = None, options: LoadOptions | None = None) -> Labelled:
    """The labelled images of one split of a source, to judge a model by; photos are not decoded.

    `split` None is the last of train, validation and test that the source brings, or all its images where it brings no
    splits. Another is as training would have it. Raises InputError and DataError as `load`, but data without a train
    split, with a single class or with unreadable photos are taken.
    """
    source, argument = _source(name)
    options = relabelling.resolved(_options(options))
    options = replace(options, skip_bad=False, whole=split is None, warn=_once(options.warn))
    listed = source.pictures(argument, replace(options, skip_bad=True))
    if listed is not None:
        return of_photos(name, listed, split, options, source.default_validation)
    dataset = source.load(argument, options, source.default_validation)
    found = of_dataset(dataset, split)
    is_whole = split is None and list(dataset.splits()) == ["train"]
    return replace(found, source=name, split=WHOLE) if is_whole else found


def _source(name: str) -> tuple[Source, str]:
    """The source of that name, and what follows its colon; InputError as `load`."""
    _check_text(name)
    key, colon, argument = name.partition(":")
    if key not in SOURCES:
        raise _unknown(name, key)
    source = SOURCES[key]
    _, needs, _ = source.syntax.partition(f"{key}:")
    if needs and not argument:
        raise InputError(f"data source '{key}' needs a path; wanted {source.syntax}")
    if colon and source.syntax == key:
        raise InputError(f"data source '{key}' takes no argument and got '{argument}'; wanted {key}")
    return source, argument


def is_here(source: str, options: LoadOptions) -> bool:
    """Whether that source can be read without a download."""
    name, _, _ = source.partition(":")
    return name in SOURCES and SOURCES[name].is_here(options) and all(path.exists() for path in files(source))


def files(name: str) -> list[Path]:
    """The folders or files that a source reads, with the user's folder in the place of ~; none where it names none."""
    key, _, argument = name.partition(":")
    return SOURCES[key].files(argument) if key in SOURCES and argument else []


def located(name: str) -> str:
    """The source with absolute paths, which is the same from every folder."""
    paths = [os.path.abspath(path) for path in files(name)]  # noqa: PTH100 - links stay, and .. goes
    return f"{name.partition(':')[0]}:{','.join(paths)}" if paths else name


def _once(warn: Callable[[str], None] | None) -> Callable[[str], None]:
    """A function that reports each sentence only once."""
    told: set[str] = set()

    def tell(sentence: str) -> None:
        if warn and sentence not in told:
            told.add(sentence)
            warn(sentence)

    return tell


def _unknown(name: str, key: str) -> InputError:
    """The error for an unknown source, which is often a folder or a file without the word before it."""
    kind = ""
    try:
        path = Path(name).expanduser()
        if path.is_dir():
            is_idx = any(mnist_style.FILE_NAME.fullmatch(entry.name) for entry in path.iterdir())
            kind = "idx" if is_idx else "folder"
        elif path.suffix.lower() in (".csv", ".tsv", ".txt") and path.exists():
            kind = "csv"
    except (OSError, RuntimeError):  # closed to us, or ~ and the name of nobody
        pass
    if kind:
        return InputError(f"data source '{name}' has no kind; did you mean {kind}:{name}?")
    return unknown_name("data source", key, [source.syntax for source in SOURCES.values()])


def _options(options: LoadOptions | None) -> LoadOptions:
    if not isinstance(options, LoadOptions | None):
        raise InputTypeError(
            f"options are of type {type(options).__name__}; wanted clothier.LoadOptions, such as "
            "LoadOptions(image_size=(64, 64))"
        )
    return options or LoadOptions()


def _check_text(name: str) -> None:
    """InputError for what is not a text, and for a name that no page and no file of ours could hold."""
    if isinstance(name, os.PathLike):
        raise InputError(
            f"the data source is a path; wanted a text that says how to read it, such as 'folder:{name}'"
        )
    if not isinstance(name, str):
        raise InputError(
            f"the data source is of type {type(name).__name__}; wanted a text such as 'folder:photos'"
        )
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"data source '{escaped(name)}' is not UTF-8; wanted a folder or file whose name is; rename it"
        ) from None
    if "\0" in name:
        raise InputError(
            f"data source '{escaped(name)}' has a null character; wanted a text without one; correct the path"
        )


__all__ = ["SOURCES", "LoadOptions", "Source", "files", "labelled", "load", "located", "paths", "relabel"]
