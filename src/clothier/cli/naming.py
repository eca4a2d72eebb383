"""MODEL, as every command takes it: a run folder, a model file, or the word box."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import options
from clothier.errors import InputError
from clothier.predict import BOX, in_the_box
from clothier.runs import Run

_HELP = "A run folder, a model file, or box for the model that comes with clothier."
_RUNS = Path("runs")


def parse(word: str | Path) -> Path:
    """The path of what is named so, for box that of the model file in the box. Raises InputError for what is not
    there, naming the nearest run."""
    path = Path(word)
    if word == BOX:
        return in_the_box()
    if path.exists():
        return path
    near = difflib.get_close_matches(str(path), [*_runs(path.parent), *_runs(_RUNS), BOX], n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise InputError(f"{word} does not exist; wanted a run folder, a model file, or {BOX}{hint}")


def title(model: Path | None) -> str:
    """What to call a model that `parse` found; None is the one in the box."""
    return "the model in the box" if model is None or model == in_the_box() else str(model)


def word(model: Path) -> str:
    """The word on the command line that names it."""
    return BOX if model == in_the_box() else str(model)


def open_run(model: Path, lacks: str) -> Run:
    """The run. RunError where the folder is none; InputError for a model file, which `lacks` what is wanted of it."""
    if model.is_file():
        raise InputError(f"{title(model)} is a model file, which {lacks}; wanted a run folder")
    return Run.open(model)


def complete(incomplete: str) -> list[str]:
    """The names that begin so: box, run folders, model files, and folders that may hold some."""
    parent = Path(incomplete).parent if not incomplete.endswith("/") else Path(incomplete)
    found = [BOX, *_runs(_RUNS)]
    for path in _children(parent):
        if path.is_dir():
            found.append(str(path) if _is_run(path) else f"{path}/")
        elif path.suffix == ".clothier":
            found.append(str(path))
    return sorted({name for name in found if name.startswith(incomplete)})


def _runs(folder: Path) -> list[str]:
    return [str(path) for path in _children(folder) if _is_run(path)]


def _is_run(path: Path) -> bool:
    return Run(path).recipe_file.is_file()


def _children(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError:
        return


Model = Annotated[
    Path,
    typer.Argument(help=_HELP, metavar="MODEL", parser=parse, autocompletion=complete, show_default=False),
]
ModelOrBox = Annotated[
    Path | None,
    typer.Argument(help=_HELP, metavar="MODEL", parser=parse, autocompletion=complete, show_default=BOX),
]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help=_HELP,
        metavar="MODEL",
        parser=parse,
        autocompletion=complete,
        show_default=BOX,
        rich_help_panel=options.MODEL,
    ),
]
VectorsModel = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="A run folder, a model file, or box, whose features are the vectors; without it the pixels are.",
        metavar="MODEL",
        parser=parse,
        autocompletion=complete,
        show_default=False,
        rich_help_panel=options.MODEL,
    ),
]
