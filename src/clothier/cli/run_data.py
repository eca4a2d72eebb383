"""The data of a run: where its recipe.json says they are, or where the command line says they are now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clothier.cli import options, screen
from clothier.errors import DataError, InputError, RunError

if TYPE_CHECKING:
    from clothier.runs import DataDescription, Run
    from clothier.values import Dataset

Data = Annotated[
    str | None,
    typer.Option(
        help="Where the run's data are now: a source from `clothier data list`.",
        show_default="where they were",
    ),
]
ImageSize = Annotated[
    str | None,
    typer.Option(help="Side in pixels, or HEIGHTxWIDTH, of the run's photos.", show_default="the run's"),
]
Crop = Annotated[
    str | None, typer.Option(help="How the run's photos were cropped.", show_default="the run's")
]


@dataclass(frozen=True)
class Words:
    """What the command line says of a run's data, each as the option of its name."""

    data: str | None = None
    data_dir: Path | None = None
    image_size: str | None = None
    crop: str | None = None
    skip_bad: bool = False

    @property
    def are_any(self) -> bool:
        return self != Words()


def load(run: Run, words: Words) -> Dataset:
    """The data a run was trained on, read as they were then. RunError where they are others now, cannot be found, or
    where the words contradict what the run was trained with."""
    own = run.description().data
    _check(run, own, words)
    source = words.data or _place(run, own)
    dataset = options.load_data(source, read_as(own, source, words))
    run.check_data(dataset.fingerprint)
    return replace(dataset, name=own.name)


def load_any(run: Run, words: Words) -> Dataset:
    """As `load`; or other data, where --data names another source than the run's own, read as these were."""
    own = run.description().data
    if words.data is None or words.data in (own.reading.source, own.reading.absolute):
        return load(run, words)
    return options.load_data(words.data, read_as(own, words.data, words))


def try_load(run: Run, words: Words, otherwise: str) -> Dataset | None:
    """As `load`, but None where the data cannot be had and no word was said of them; `otherwise` is then told."""
    if words.are_any:
        return load(run, words)
    try:
        return load(run, words)
    except InputError as error:
        screen.notice(f"{otherwise}: {error}")
        return None


def read_as(own: DataDescription, source: str, words: Words) -> dict[str, Any]:
    """The options of data.load by which that source is read like a run's own data, where it is of their kind."""
    kind, own_kind = source.partition(":")[0], own.reading.source.partition(":")[0]
    is_photos = kind in ("folder", "csv")
    read = dict(own.reading.options) if kind == own_kind or (is_photos and not own_kind) else {}
    if kind == "folder" and not read.get("image_size"):
        read["image_size"] = list(own.image_shape[:2])
    if words.data_dir is not None:
        read["data_dir"] = str(words.data_dir.absolute())
    if words.image_size is not None:
        read["image_size"] = options.parse_size(words.image_size)
    if words.crop is not None:
        read["crop"] = words.crop
    if words.skip_bad:
        read["skip_bad"] = True
    return read


def _check(run: Run, own: DataDescription, words: Words) -> None:
    height, width, _ = own.image_shape
    if words.image_size is not None and options.parse_size(words.image_size) != [height, width]:
        raise RunError(
            f"{run.path} was trained on images of {height}x{width}, not --image-size {words.image_size}; leave it out"
        )
    if words.crop is not None and own.reading.source and words.crop != own.reading.crop:
        raise RunError(
            f"{run.path} was trained with --crop {own.reading.crop}, not {words.crop}; leave it out"
        )


def _place(run: Run, own: DataDescription) -> str:
    """The source from which the data can be read here: by its absolute path, or as it was typed, from this folder."""
    from clothier import data

    reading = own.reading
    if not reading.source:
        raise RunError(
            f"{run.path} was trained on arrays given from Python ({own.name}), which only Python can give again; "
            "wanted them from there, or --data with a source that holds the same images"
        )
    for source in (reading.absolute, reading.source):
        if all(path.exists() for path in data.files(source)):
            return source
    missing = [str(path) for path in data.files(reading.absolute) if not path.exists()]
    raise DataError(
        f"{run.path} was trained on {reading.source}, and {', '.join(missing)} is not there; wanted the same data; "
        f"say where they are now, such as --data {reading.source.partition(':')[0]}:PLACE"
    )
