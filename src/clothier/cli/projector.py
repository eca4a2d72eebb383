"""`clothier projector`: a folder for TensorBoard's Embedding Projector, a look at what it makes of one, TensorBoard."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from clothier import embed
from clothier.cli import options, pictures, screen
from clothier.embed import Search
from clothier.errors import DataError, InputError, command
from clothier.runs import Run
from clothier.values import Embedding
from clothier.values.wording import counted

if TYPE_CHECKING:
    import numpy.typing as npt

    from clothier.projector import ShownTensor


Pair = tuple[str, str]
_BOOKMARKS, _TABLES = "Bookmarks", "Tables"  # panels of options


@pictures.selecting
def projector(
    selection: pictures.Selection,
    tsne: Annotated[
        int,
        typer.Option(
            help="Dimensions of the t-SNE bookmark: 2, 3, or 0 for none.",
            min=0,
            max=3,
            rich_help_panel=_BOOKMARKS,
        ),
    ] = 2,
    x: Annotated[
        Pair | None,
        typer.Option(
            "--x",
            metavar="LEFT RIGHT",
            help="Bookmark an axis from the images whose label or id contains LEFT to those that contain RIGHT; "
            "/.../ is a regular expression.",
            show_default=False,
            rich_help_panel=_BOOKMARKS,
        ),
    ] = None,
    y: Annotated[
        Pair | None,
        typer.Option(
            "--y",
            metavar="DOWN UP",
            help="The same for the vertical axis.",
            show_default=False,
            rich_help_panel=_BOOKMARKS,
        ),
    ] = None,
    tensor: Annotated[
        list[str] | None,
        typer.Option(
            help="A table of numbers to show: FILE.npy, or RUN:LAYER for a layer's weights; may be repeated.",
            metavar="FILE|RUN:LAYER",
            show_default=False,
            rich_help_panel=_TABLES,
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="A text file with one name per line for the rows of --tensor.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=_TABLES,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="The folder to write.", metavar="FOLDER", rich_help_panel=options.OUTPUT)
    ] = Path("projector"),
    check: Annotated[
        Path | None,
        typer.Option(
            help="Only check whether TensorBoard can read this folder.",
            metavar="FOLDER",
            show_default=False,
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    open_: Annotated[
        bool,
        typer.Option(
            "--open",
            help="Start TensorBoard on the folder; without images, on the one that --out names.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = False,
) -> None:
    """Write images and their vectors as a folder for TensorBoard's Embedding Projector."""
    from clothier import projector as projecting

    if check is not None:
        _check(check)
        return
    if tsne == 1:
        raise InputError("--tsne is 1; wanted 2 or 3 dimensions, or 0 for no t-SNE")
    images = any(word is not None for word in (selection.model, selection.data, selection.photos))
    if images or tensor:
        searches = _searches(x, y)

        projecting.check_ours(out)
        options.check_out(folder=out)
        shown = [_table(word, labels, selection) for word in tensor or []]
        if images:
            shown = [*_embeddings(selection, searches, tsne), *shown]
        _say(out, shown, projecting.write(out, shown))
    elif not open_:
        raise InputError(
            "nothing is given to show; wanted --data, --photos, --model or --tensor, or --check or --open for a folder "
            "that is there; try --data fashion-mnist"
        )
    if open_:
        _open(out)


def _searches(x: Pair | None, y: Pair | None) -> list[tuple[Search, Search]]:
    if y is not None and x is None:
        raise InputError("--y is given without --x; wanted both, or --x alone")
    return [(_search(left), _search(right)) for left, right in filter(None, (x, y))]


def _search(word: str) -> Search:
    expression = len(word) > 2 and word.startswith("/") and word.endswith("/")
    return Search(word[1:-1], regex=True) if expression else Search(word)


def _embeddings(
    selection: pictures.Selection, searches: list[tuple[Search, Search]], dimensions: int
) -> list[ShownTensor]:
    """The run's vectors, if there is a run, before the pixels: the page opens the first."""
    from clothier import projector as projecting

    chosen = selection.pictures()
    projecting.check_images(chosen.images)
    made = selection.embedding(chosen)
    columns = projecting.columns(made)

    def as_tensor(embedding: Embedding) -> ShownTensor:
        name, _, _ = embedding.source.partition(", ")
        with screen.counting() as progress:
            views = projecting.views(
                embedding,
                searches,
                dimensions=dimensions,
                seed=selection.seed,
                report=progress,
                warn=screen.notice,
            )
        return projecting.ShownTensor(name, embedding.vectors, columns, embedding.images, views)

    both = [made] if selection.model is None else [made, embed.extract(chosen)]
    return [as_tensor(embedding) for embedding in both]


def _table(word: str, labels: Path | None, selection: pictures.Selection) -> ShownTensor:
    """A tensor from FILE.npy or RUN:LAYER, its rows limited or sampled as images are."""
    from clothier import projector as projecting

    folder, colon, layer = word.rpartition(":")
    if word.endswith(".npy"):
        name, numbers = Path(word).stem, projecting.matrices.read(Path(word))
    elif colon:
        run = Run.open(folder)
        name, numbers = f"{run.name} {layer} weights", projecting.matrices.weights(run, layer)
    else:
        raise InputError(f"--tensor is '{word}'; wanted FILE.npy, or RUN:LAYER such as runs/cnn1-1:dense1")
    named = projecting.matrices.names(labels, len(numbers)) if labels else None
    rows = _rows(len(numbers), selection) if numbers.ndim else slice(None)
    columns = {"label": np.array(named)[rows].tolist()} if named else None
    return projecting.ShownTensor(name, numbers[rows], columns)


def _rows(count: int, selection: pictures.Selection) -> npt.NDArray[Any]:
    if selection.limit is not None:
        return np.arange(min(selection.limit, count))
    if selection.sample is not None:
        return np.sort(np.random.default_rng(selection.seed).permutation(count)[: selection.sample])
    return np.arange(count)


def _say(out: Path, shown: list[ShownTensor], paths: list[Path]) -> None:
    rows = [
        (tensor.name, f"{tensor.vectors.shape[0]:,} x {tensor.vectors.shape[1]:,}", _labels(tensor))
        for tensor in shown
    ]
    screen.print_table(("tensor", "rows x columns", "bookmarks"), rows)
    size = sum(path.stat().st_size for path in paths) / 1e6
    screen.say(f"\nwritten  {out} ({counted(len(paths), 'file')}, {size:.1f} MB)")
    screen.say(f"to see   {command('projector', '--out', out, '--open')}")


def _labels(tensor: ShownTensor) -> str:
    return "; ".join(view.label for view in tensor.views) or "none"


def _check(folder: Path) -> None:
    from clothier import projector as projecting

    findings = projecting.check(folder)
    for found in findings:
        parts = [f"{part.replace('_', ' ')} {words}" for part, words in found.shows.items() if words]
        screen.say(f"{found.name}: {'; '.join(parts)}", wrap=True)
    faults = [fault for found in findings for fault in found.faults]
    for fault in faults:
        screen.say(f"fault in {fault}")
    if faults:
        raise DataError(
            f"{folder} has {counted(len(faults), 'fault')}; wanted none; write it again with "
            "`clothier projector`"
        )
    screen.say(f"\nTensorBoard reads all of {folder}")


def _open(folder: Path) -> None:
    from clothier import projector as projecting

    if not (folder / projecting.CONFIG).is_file():
        raise InputError(f"{folder} is not a projector folder; wanted one that `clothier projector` wrote")
    address = projecting.serve(folder)
    screen.say(f"TensorBoard shows {folder} at {address}\npress Ctrl-C to stop")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        screen.say("ended")
