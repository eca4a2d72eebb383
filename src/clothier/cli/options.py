"""The options that several commands share: where the data come from and how they are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from clothier import data, plots
from clothier.cli import screen
from clothier.errors import InputError
from clothier.system.files import check_file_place, check_folder_place, write_atomic
from clothier.values import Dataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure


# The panels of options that many commands share.
DATA, MODEL, TRAINING, OUTPUT, SPEED = "Data", "Model", "Training", "Output", "Speed"

DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder that holds Fashion-MNIST's files, in place of the environment variable CLOTHIER_DATA.",
        metavar="FOLDER",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
ValidationName = Literal["article", "stratified", "none"]
Validation = Annotated[
    ValidationName | None,
    typer.Option(
        help="How validation images are held out where the data have none.",
        show_default="the source's own",
        rich_help_panel=DATA,
    ),
]
ImageSize = Annotated[
    str | None,
    typer.Option(
        help="Side in pixels, or HEIGHTxWIDTH, for folders of photos.",
        metavar="SIZE",
        show_default="64",
        rich_help_panel=DATA,
    ),
]
CropName = Literal["pad", "centre", "doctor"]
Crop = Annotated[
    CropName | None,
    typer.Option(
        help="How photos are fitted to that size: pad adds white, centre cuts the edges off, doctor removes "
        "the background.",
        show_default="pad",
        rich_help_panel=DATA,
    ),
]
SkipBad = Annotated[
    bool,
    typer.Option("--skip-bad", help="Leave out unreadable pictures, and name them.", rich_help_panel=DATA),
]
Resplit = Annotated[
    bool,
    typer.Option(
        "--resplit",
        help="Draw the test images anew, by the seed, from all training and test images.",
        rich_help_panel=DATA,
    ),
]
Group = Annotated[
    str,
    typer.Option(
        help="Put all images of a product into one split. Products are told by `folder` (below the class folder), a "
        "regular expression for the file's path whose first group is the product, or a column of the table.",
        metavar="folder|REGEX|COLUMN",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
DropDuplicates = Annotated[
    bool,
    typer.Option(
        "--drop-duplicates",
        help="Leave out training images that are also in another split, or there twice, pixel for pixel.",
        rich_help_panel=DATA,
    ),
]
Labels = Annotated[
    Path | None,
    typer.Option(
        help="Apply the decisions about labels in this file, which `clothier label` writes.",
        metavar="FILE",
        show_default=False,
        rich_help_panel=DATA,
    ),
]
SplitName = Literal["train", "validation", "test"]
WhichSplit = Annotated[
    SplitName, typer.Option("--split", help="Which images of the data set.", rich_help_panel=DATA)
]
WeightsName = Literal["last", "best"]
Weights = Annotated[
    WeightsName,
    typer.Option(
        help="The weights after the last epoch, or those with the best validation loss.",
        rich_help_panel=MODEL,
    ),
]
Format = Annotated[
    Literal["png", "svg"], typer.Option(help="The format of the figures.", rich_help_panel=OUTPUT)
]
Dpi = Annotated[int, typer.Option(help="Dots per inch.", min=20, max=1200, rich_help_panel=OUTPUT)]
Threads = Annotated[
    int | None,
    typer.Option(help="CPU threads.", show_default="all cores", min=1, max=1024, rich_help_panel=SPEED),
]
Verbose = Annotated[
    int | None,
    typer.Option(
        help="0 prints nothing, 1 a bar, 2 a line per epoch.",
        min=0,
        max=2,
        show_default="1 on a terminal, else 2",
        rich_help_panel=OUTPUT,
    ),
]
Whole = Annotated[
    bool,
    typer.Option(
        "--whole", help="Use the whole photo: cut nothing out and nothing off.", rich_help_panel=DATA
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=OUTPUT)]


def load_data(source: str, options: dict[str, Any], usual_validation: str = "default") -> Dataset:
    """The data set, with a progress bar, warnings on stderr and its notice said. `options` are those of
    data.load as JSON holds them, `usual_validation` as there."""
    with screen.counting() as progress:
        read = data.LoadOptions.from_json(options, progress=progress, warn=screen.notice)
        dataset = data.load(source, read, usual_validation)
    screen.notice(dataset.notice)
    return dataset


def as_options(
    data_dir: Path | None,
    validation: str | None,
    image_size: str | None,
    crop: str | None,
    skip_bad: bool,
    resplit_by: int | None = None,
    group: str = "",
    drop_duplicates: bool = False,
    labels: Path | None = None,
) -> dict[str, Any]:
    """The options of data.load as JSON can hold them; `resplit_by` is the seed of a re-split, None for none."""
    return {
        "data_dir": str(data_dir.absolute()) if data_dir else None,
        "validation": validation or "default",
        "image_size": parse_size(image_size),
        "crop": crop or "pad",
        "skip_bad": skip_bad,
        "group": group,
        "drop_duplicates": drop_duplicates,
        **({"labels": str(labels)} if labels else {}),
        **({} if resplit_by is None else {"resplit": True, "seed": resplit_by}),
    }


def check_out(*, file: Path | None = None, folder: Path | None = None) -> None:
    """WriteError where a command could not write its file, or files into its folder, before it begins its work."""
    if file is not None:
        check_file_place(file)
    elif folder is not None:
        check_folder_place(folder)


def write_figure(path: Path, figure: Figure, word: str, dpi: int) -> None:
    """The figure in that file; WriteError where it cannot be written."""
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
