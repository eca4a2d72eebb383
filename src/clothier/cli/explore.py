"""`clothier explore`: images as maps that people look around in, in one HTML file that opens anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clothier import data, embed
from clothier.cli import browser, options, pictures, screen
from clothier.data import LoadOptions
from clothier.embed import Pictures
from clothier.errors import InputError, command, unknown_name
from clothier.system.files import slug, write_atomic
from clothier.values import UNKNOWN, Embedding

if TYPE_CHECKING:
    from clothier.explorer import Space, Suspects

SEED = LoadOptions().seed
MAPS = {"tsne": 2, "tsne-3d": 3}  # the words of --maps: dimensions


@pictures.selecting
def explore(
    selection: pictures.Selection,
    maps: Annotated[
        str,
        typer.Option(
            help=f"Maps beside PCA and custom axes, joined by commas: {', '.join(MAPS)}.",
            metavar="NAMES",
            rich_help_panel=options.OUTPUT,
        ),
    ] = "tsne",
    out: Annotated[
        Path | None,
        typer.Option(
            help="The .html file to write.",
            metavar="FILE",
            show_default="explorer/WHAT.html",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    open_: browser.Open = False,
) -> None:
    """Write one HTML page that shows images on maps, by their pixels and by the features of a model."""
    dimensions = _dimensions(maps)
    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--out is {out}; wanted a file that ends in .html, so that browsers open it")
    options.check_out(file=out, folder=Path("explorer"))
    from clothier import explorer

    chosen = selection.pictures()
    embeddings = [embed.extract(chosen)]
    if selection.model is not None:
        embeddings.append(selection.embedding(chosen))
    spaces = [_space(embedding, dimensions, selection.seed) for embedding in embeddings]
    path = out or Path("explorer") / f"{slug(_what(chosen, embeddings).replace(',', ''))}.html"
    with screen.counting() as progress:
        page = explorer.render(
            spaces,
            _title(chosen),
            _suspects(spaces[-1]),
            chosen.notice,
            progress,
            repair=_repairing(chosen, selection.labels),
        )
    write_atomic(path, page)
    screen.say(f"{len(chosen):,} images by {' and '.join(space.name for space in spaces)}")
    screen.say(f"written  {path} ({len(page.encode()) / 1e6:.1f} MB)")
    if open_:
        browser.show(path)


def _dimensions(maps: str) -> list[int]:
    """The numbers of dimensions of the maps that --maps names, checked before anything is read."""
    names = [name.strip() for name in maps.split(",") if name.strip()]
    for name in names:
        if name not in MAPS:
            raise unknown_name("map", name, MAPS)
    return sorted({MAPS[name] for name in names})


def _what(chosen: Pictures, embeddings: list[Embedding]) -> str:
    return _title(chosen) if len(embeddings) == 1 else f"{_name(embeddings[-1])} {_title(chosen)}"


def _title(chosen: Pictures) -> str:
    """Where the images come from, for others to read: a path of this machine would tell them nothing."""
    kind, _, place = chosen.source.partition(":")
    return Path(place).name if kind in ("folder", "csv", "idx") else chosen.source


def _name(embedding: Embedding) -> str:
    return embedding.source.partition(", ")[0]


def _repairing(chosen: Pictures, labels: Path | None) -> str:
    """The command that repairs the labels of a saved selection; "" where `clothier label` would not read the images by
    these ids: photos without a source, and splits that it has no option for. Others may read the page, so of a place on
    this machine it has the name alone."""
    read = chosen.reading.options
    kind, colon, place = chosen.reading.source.partition(":")
    if not kind or any(read.get(name) for name in ("resplit", "group", "drop_duplicates")):
        return ""
    if read.get("seed", SEED) != SEED:
        return ""
    files = (
        ",".join(_near(Path(each)) for each in place.split(","))
        if data.files(chosen.reading.source)
        else place
    )
    words = ["label", f"{kind}{colon}{files}", "--ids", "selection.csv"]
    for option, path in (("--labels", labels or read.get("labels")), ("--data-dir", read.get("data_dir"))):
        words += [option, _near(Path(str(path)))] if path else []
    if read.get("validation", "default") != "default":
        words += ["--validation", str(read["validation"])]
    return command(*words, *(["--skip-bad"] if read.get("skip_bad") else []))


def _near(path: Path) -> str:
    """A relative path as it is, of an absolute one the name alone."""
    return path.name if path.is_absolute() else str(path)


def _space(embedding: Embedding, dimensions: list[int], seed: int) -> Space:
    """The embedding with its maps, from the cache where they are known, else with a progress bar."""
    from clothier.explorer import Space

    tsne = {}
    for number in dimensions:
        with screen.counting() as progress:
            parameters = {"dimensions": number, "seed": seed}
            tsne[number] = embed.cached(embedding, "tsne", parameters, report=progress, warn=screen.notice)
    return Space(_name(embedding), embedding, embed.cached(embedding, "pca", warn=screen.notice), tsne)


def _suspects(space: Space) -> Suspects | None:
    """The suspected labels; none if too few images have a label."""
    from clothier.explorer import Suspects

    embedding = space.embedding
    if len(set(embedding.labels.tolist()) - {UNKNOWN}) < 2:
        return None
    with screen.counting() as progress:
        order, scores = embed.neighbours.suspects(embedding, report=progress)
    doubtful = order[scores[order] > 0]
    return Suspects(doubtful, scores[doubtful], space.name)
