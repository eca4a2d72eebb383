"""MODEL, as every command takes it: a run folder, a model file, or the name of a model in the box."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from clothier.cli import options, screen
from clothier.errors import InputError
from clothier.predict import MODELS, box
from clothier.runs import Run
from clothier.values import Images

_NAMES = ", ".join(box.files())
_HELP = f"A run folder, a model file, or a model that comes with clothier: {_NAMES}."
_DEFAULT = next(iter(box.files()), "none")
_RUNS = Path("runs")


def parse(word: str | Path) -> Path:
    """The path of what is named so, for the name of a model in the box that of its file. Raises InputError for what is
    not there, naming the nearest run."""
    path, known = Path(word), box.files()
    if word in known:
        return known[str(word)]
    if path.exists():
        return path
    near = difflib.get_close_matches(str(path), [*_runs(path.parent), *_runs(_RUNS), *known], n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise InputError(f"{word} does not exist; wanted {MODELS}{hint}")


def title(model: Path | None) -> str:
    """What to call a model that `parse` found; None is the default one in the box."""
    path = model or box.default()
    return f"the model {name}" if (name := box.name_of(path)) else str(path)


def word(model: Path | None) -> str:
    """The word on the command line that names a model that `parse` found; None is the default one in the box."""
    path = model or box.default()
    return box.name_of(path) or str(path)


def fitting(model: Path | None, content: Images | Sequence[Path | Image.Image]) -> Path | None:
    """The model, or if it is None the one in the box that fits these images or pictures better than the default, which
    is printed. None is the default."""
    if model is not None or (name := box.fitting(content)) is None:
        return model
    screen.notice(box.reason(name))
    return box.files()[name]


def open_run(model: Path, lacks: str) -> Run:
    """The run. RunError where the folder is none; InputError for a model file, which `lacks` what is wanted of it."""
    if model.is_file():
        raise InputError(f"{title(model)} is a model file, which {lacks}; wanted a run folder")
    return Run.open(model)


def complete(incomplete: str) -> list[str]:
    """The names that begin so: models in the box, run folders, model files, and folders that may hold some."""
    parent = Path(incomplete).parent if not incomplete.endswith("/") else Path(incomplete)
    found = [*box.files(), *_runs(_RUNS)]
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
    typer.Argument(help=_HELP, metavar="MODEL", parser=parse, autocompletion=complete, show_default=_DEFAULT),
]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help=_HELP,
        metavar="MODEL",
        parser=parse,
        autocompletion=complete,
        show_default=_DEFAULT,
        rich_help_panel=options.MODEL,
    ),
]
VectorsModel = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help=f"{_HELP[:-1]}; its features are the vectors, without it the pixels.",
        metavar="MODEL",
        parser=parse,
        autocompletion=complete,
        show_default=False,
        rich_help_panel=options.MODEL,
    ),
]
