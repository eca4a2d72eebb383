"""The data of a run: where its recipe.json says they are, or where the command line says they are now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from clothier import data
from clothier.cli import completion, options, screen
from clothier.errors import DataError, InputError, RunError
from clothier.runs import DataDescription, Run
from clothier.values import Dataset

Data = Annotated[
    str | None,
    typer.Option(
        help="Where the run's data are now: a source from `clothier data list`.",
        metavar="SOURCE",
        autocompletion=completion.source,
        show_default="where they were",
        rich_help_panel=options.DATA,
    ),
]
ImageSize = Annotated[
    str | None,
    typer.Option(
        help="Side in pixels, or HEIGHTxWIDTH, of the run's photos.",
        metavar="SIZE",
        show_default="the run's",
        rich_help_panel=options.DATA,
    ),
]
Crop = Annotated[
    options.CropName | None,
    typer.Option(
        help="How the run's photos were cropped.", show_default="the run's", rich_help_panel=options.DATA
    ),
]


@dataclass(frozen=True)
class DataOptions:
    """What the command line says of a run's data, each as the option of its name."""

    data: str | None = None
    data_dir: Path | None = None
    image_size: str | None = None
    crop: str | None = None
    skip_bad: bool = False
    labels: Path | None = None

    @property
    def are_any(self) -> bool:
        return self != DataOptions()


def load(run: Run, data_options: DataOptions) -> Dataset:
    """The data a run was trained on, read as they were then. RunError where they are others now, cannot be found, or
    where the options contradict what the run was trained with."""
    own = run.description().data
    _check(run, own, data_options)
    source = data_options.data or _place(run, own)
    dataset = options.load_data(source, read_as(own, source, data_options))
    run.check_data(dataset.fingerprint)
    return replace(dataset, name=own.name)


def load_any(run: Run, data_options: DataOptions) -> Dataset:
    """As `load`; or other data, where --data names another source than the run's own, read as these were."""
    own = run.description().data
    if data_options.data is None or data_options.data in (own.reading.source, own.reading.absolute):
        return load(run, data_options)
    read = read_as(own, data_options.data, data_options)
    # Other photos have other names.
    of_own_data = {"group": "", "drop_duplicates": False, "labels": data_options.labels, "labels_rows": None}
    return options.load_data(data_options.data, read | of_own_data)


def try_load(run: Run, data_options: DataOptions, otherwise: str) -> Dataset | None:
    """As `load`, but None where the data cannot be had and no option names them; `otherwise` is then told."""
    if data_options.are_any:
        return load(run, data_options)
    try:
        return load(run, data_options)
    except InputError as error:
        screen.notice(f"{otherwise}: {error}")
        return None


def read_as(own: DataDescription, source: str, data_options: DataOptions) -> dict[str, Any]:
    """The options of data.load by which that source is read like a run's own data, where it is of their kind."""
    kind, own_kind = source.partition(":")[0], own.reading.source.partition(":")[0]
    is_photos = kind in ("folder", "csv")
    # A re-split gives the same splits from any source that holds the same images.
    fits = kind == own_kind or (is_photos and not own_kind) or own.reading.options.get("resplit")
    read = dict(own.reading.options) if fits else {}
    if kind == "folder" and not read.get("image_size"):
        read["image_size"] = list(own.image_shape[:2])
    if data_options.data_dir is not None:
        read["data_dir"] = str(data_options.data_dir.absolute())
    if data_options.image_size is not None:
        read["image_size"] = options.parse_size(data_options.image_size)
    if data_options.crop is not None:
        read["crop"] = data_options.crop
    if data_options.skip_bad:
        read["skip_bad"] = True
    if data_options.labels is not None:
        read["labels"] = str(data_options.labels)
    return read


def _check(run: Run, own: DataDescription, data_options: DataOptions) -> None:
    height, width, _ = own.image_shape
    size, crop = data_options.image_size, data_options.crop
    if size is not None and options.parse_size(size) != [height, width]:
        raise RunError(
            f"{run.path} was trained on images of {height}x{width}, not --image-size {size}; leave it out"
        )
    if crop is not None and own.reading.source and crop != own.reading.crop:
        raise RunError(f"{run.path} was trained with --crop {own.reading.crop}, not {crop}; leave it out")


def _place(run: Run, own: DataDescription) -> str:
    """The source from which the data can be read here: by its absolute path, or as it was typed, from this folder."""
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
        f"{run.path} was trained on {reading.source}, and {', '.join(missing)} does not exist; wanted the same data; "
        f"say where they are now, such as --data {reading.source.partition(':')[0]}:PLACE"
    )
