"""The options that several commands share: where the data come from and how they are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clothier.cli import screen
from clothier.errors import InputError, unknown_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from clothier.values import Dataset

FORMATS = ("png", "svg")

DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder that holds Fashion-MNIST's files, in place of the environment variable CLOTHIER_DATA.",
        show_default=False,
    ),
]
Validation = Annotated[
    str,
    typer.Option(
        help="How validation images are held out where the data bring none: article, stratified, none; default: the "
        "source's own.",
    ),
]
ImageSize = Annotated[
    str | None,
    typer.Option(help="Side in pixels, or HEIGHTxWIDTH, for folders of photos.", show_default="64"),
]
Crop = Annotated[
    str | None,
    typer.Option(
        help="How photos become that shape: pad; centre cuts the edges off, doctor the background.",
        show_default="pad",
    ),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out unreadable pictures, and name them.")]
RunFolder = Annotated[Path, typer.Argument(help="A run folder, such as runs/cnn1-1.", show_default=False)]
WhichSplit = Annotated[str, typer.Option("--split", help="Which images: train, validation or test.")]
Weights = Annotated[str, typer.Option(help="last, or best by validation loss.")]
Format = Annotated[str, typer.Option(help="png or svg.")]
Dpi = Annotated[int, typer.Option(help="Dots an inch.", min=20, max=1200)]


def load_data(source: str, options: dict[str, Any], usual_validation: str = "default") -> Dataset:
    """The data set, with a progress bar, warnings on stderr and its notice said. `options` are those of
    data.load as JSON holds them, `usual_validation` as there."""
    from clothier import data

    with screen.counting() as progress:
        read = data.LoadOptions.from_json(options, progress=progress, warn=screen.notice)
        dataset = data.load(source, read, usual_validation)
    screen.notice(dataset.notice)
    return dataset


def as_options(
    data_dir: Path | None, validation: str, image_size: str | None, crop: str | None, skip_bad: bool
) -> dict[str, Any]:
    """The options of data.load as JSON can hold them."""
    return {
        "data_dir": str(data_dir.absolute()) if data_dir else None,
        "validation": validation,
        "image_size": parse_size(image_size),
        "crop": crop or "pad",
        "skip_bad": skip_bad,
    }


def check_out(*, file: Path | None = None, folder: Path | None = None) -> None:
    """WriteError where a command could not write its file, or files into its folder, before it begins its work."""
    from clothier.files import check_file_place, check_folder_place

    if file is not None:
        check_file_place(file)
    elif folder is not None:
        check_folder_place(folder)


def check_format(word: str) -> None:
    """InputError for a figure format that is none, before anything is read."""
    if word not in FORMATS:
        raise unknown_name("figure format", word, FORMATS)


def write_figure(path: Path, figure: Figure, word: str, dpi: int) -> None:
    """The figure in that file; WriteError where it cannot be written."""
    from clothier import plots
    from clothier.files import write_atomic

    write_atomic(path, plots.render(figure, word, dpi))


def parse_size(text: str | None) -> list[int] | None:
    """[height, width] from "64" or "64x48"."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", text)
    if not match or "0" in match.groups():
        raise InputError(
            f"--image-size is '{text}'; wanted a side in pixels or HEIGHTxWIDTH, such as 64 or 64x48"
        )
    return [int(match[1]), int(match[2] or match[1])]


def settings(given: list[str]) -> dict[str, Any]:
    """Recipe fields by name from words such as "learning_rate=3e-4"."""
    changes = {}
    for setting in given:
        field, equals, value = setting.partition("=")
        if not equals:
            raise InputError(f"--set got '{setting}'; wanted FIELD=VALUE, such as --set learning_rate=3e-4")
        changes[field.strip()] = value.strip()
    return changes
