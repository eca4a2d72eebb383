"""`clothier embed`: images as vectors in one file; projections of them; what their neighbours say of their labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from clothier import embed as embedding
from clothier.cli import options, pictures, screen
from clothier.embed import Pictures
from clothier.embed.projections import METHODS, Pca, Projection, Tsne
from clothier.embed.projections.quality import SAMPLE
from clothier.embed.projections.stochastic import EXACT_ROWS
from clothier.errors import InputError, unknown_name
from clothier.system.files import slug, write_atomic
from clothier.values import UNKNOWN, Embedding, Floats, csvtext

_PROJECTION = "Projection"  # the panel of options
# The words of --project: the method and its parameters, the seed apart. A method without one is its own.
PROJECTIONS: dict[str, tuple[str, dict[str, int]]] = {
    "pca": ("pca", {}),
    "tsne": ("tsne", {"dimensions": 2}),
    "tsne-3d": ("tsne", {"dimensions": 3}),
    "umap": ("umap", {"dimensions": 2}),
    "umap-3d": ("umap", {"dimensions": 3}),
}


@pictures.selecting
def embed(
    selection: pictures.Selection,
    project: Annotated[
        str,
        typer.Option(
            help=f"Projections, joined by commas: {', '.join(PROJECTIONS)}.",
            metavar="NAMES",
            rich_help_panel=_PROJECTION,
        ),
    ] = "",
    into: Annotated[
        Path | None,
        typer.Option(
            help="Place the images on the maps of this .npz file, which this command wrote earlier.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=_PROJECTION,
        ),
    ] = None,
    suspects: Annotated[
        int,
        typer.Option(
            help="Print the N images whose labels look most wrong.", min=0, rich_help_panel=options.OUTPUT
        ),
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The .npz file to write.",
            metavar="FILE",
            show_default="embeddings/WHAT.npz",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Write the vectors of images to one file: their pixels, or the outputs of a layer. Project them with --project."""
    methods = _methods(project, into)
    if out is not None and out.suffix != ".npz":
        raise InputError(f"--out is {out}; wanted a file that ends in .npz, such as vectors.npz")
    options.check_out(file=out, folder=Path("embeddings"))

    chosen = selection.pictures()
    made = selection.embedding(chosen)
    ground, number = _ground(made, into), _num_neighbours(made)
    answer: dict[str, Any] = {
        "source": made.source,
        "images": len(made),
        "numbers": made.vectors.shape[1],
        "neighbours": _neighbours(made, chosen, number),
        "num_neighbours": number,
        "suspects": _suspects(made, suspects) if suspects else [],
        "projections": {},
    }
    path = out or Path("embeddings") / f"{slug(made.source.replace(',', ''))}.npz"
    embedding.save(made, path)
    answer["written"] = [str(path)]
    for word, (method, parameters) in methods.items():
        chance = {"seed": selection.seed} if embedding.projections.seeded(method) else {}
        found = _project(ground, method, {**parameters, **chance})
        table = path.with_name(f"{path.stem}-{word}.csv")
        _write(
            table, made, found.coordinates if into is None else _placed(found, ground, made, selection.seed)
        )
        answer["projections"][word] = {
            **found.quality,
            "images": len(ground),
            "seconds": round(found.seconds, 1),
        }
        answer["written"].append(str(table))
    if json:
        screen.print_json(answer)
    else:
        _say(answer)


def _methods(project: str, into: Path | None) -> dict[str, tuple[str, dict[str, int]]]:
    """The projections that --project names, checked before anything is read."""
    covered = {method for method, _ in PROJECTIONS.values()}
    known = PROJECTIONS | {method: (method, {}) for method in METHODS if method not in covered}
    names = [name.strip() for name in project.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise unknown_name("projection", name, known)
        if into is not None and name.startswith("umap"):
            raise InputError("--into cannot place images on a UMAP map; wanted pca, tsne or tsne-3d")
    if into is not None and not names:
        raise InputError("--into needs a map; wanted --project pca, tsne or tsne-3d")
    return {name: known[name] for name in names}


def _ground(made: Embedding, into: Path | None) -> Embedding:
    """What the maps are made of: the vectors themselves, or those in `into`; InputError where these are of another
    kind."""
    if into is None:
        return made
    ground = embedding.load(into)
    (own, _, _), (theirs, _, _) = made.source.partition(", "), ground.source.partition(", ")
    if own != theirs or made.vectors.shape[1] != ground.vectors.shape[1]:
        raise InputError(
            f"{into} holds vectors of {theirs}, {ground.vectors.shape[1]:,} numbers each, these are of {own}, "
            f"{made.vectors.shape[1]:,}; wanted the same; give --model, --layer and --image-size as they were"
        )
    return ground


def _project(ground: Embedding, method: str, parameters: dict[str, int]) -> Projection:
    if method == "tsne" and len(ground) > EXACT_ROWS:
        screen.notice(
            f"above {EXACT_ROWS:,} images t-SNE uses approximate neighbours, so another machine may give another map"
        )
    with screen.counting() as progress:
        return embedding.cached(ground, method, parameters, report=progress, warn=screen.notice)


def _placed(found: Projection, ground: Embedding, made: Embedding, seed: int) -> Floats:
    if isinstance(found, Pca):
        return found.place(made.vectors)
    if isinstance(found, Tsne):
        return found.place(ground.vectors, made.vectors, seed)
    raise TypeError(f"nothing can be placed on {type(found).__name__}")


def _num_neighbours(made: Embedding) -> int:
    """Ten, or the number of other images with a label if there are fewer."""
    return min(embedding.neighbours.NUM_NEIGHBOURS, max(0, int((made.labels != UNKNOWN).sum()) - 1))


def _neighbours(made: Embedding, chosen: Pictures, number: int) -> dict[str, float]:
    """The accuracy of labels predicted from that many nearest neighbours: by pixels, and by the run's vectors."""
    if not number:
        return {}
    both = [made] if made.predictions is None else [embedding.extract(chosen), made]
    shares = {}
    for each in both:
        with screen.counting() as progress:
            share = embedding.neighbours.label_accuracy(each, number, progress)
        shares[each.source.partition(", ")[0]] = round(share, 4)
    return shares


def _suspects(made: Embedding, number: int) -> list[dict[str, Any]]:
    with screen.counting() as progress:
        order, scores = embedding.neighbours.suspects(made, report=progress)
    return [
        {
            "id": made.ids[row],
            "label": made.class_names[made.labels[row]],
            "predicted": made.class_names[made.predictions[row]] if made.predictions is not None else "",
            "score": round(float(scores[row]), 4),
        }
        for row in order[:number].tolist()
    ]


def _write(path: Path, made: Embedding, coordinates: Floats) -> None:
    rows: list[list[object]] = [
        ["id", "label", *(f"axis{number + 1}" for number in range(coordinates.shape[1]))]
    ]
    names = (*made.class_names, "")  # the last is that of images without a label, whose number is -1
    for name, label, place in zip(made.ids, made.labels.tolist(), coordinates.tolist(), strict=True):
        rows.append([name, names[label], *(float(f"{value:.6g}") for value in place)])
    write_atomic(path, csvtext.table(rows))


def _say(answer: dict[str, Any]) -> None:
    found = f"{answer['source']}: {answer['images']:,} images, {answer['numbers']:,} numbers each"
    screen.say(found, wrap=True)
    number = answer["num_neighbours"]
    if answer["neighbours"]:
        rows = [(source, f"{share:.4f}") for source, share in answer["neighbours"].items()]
        screen.say()
        screen.print_table(("vectors", f"{number}-NN accuracy"), rows)
    if answer["projections"]:
        figures = [
            (name, _quality(made), f"{made['seconds']:.1f}") for name, made in answer["projections"].items()
        ]
        screen.say()
        screen.print_table(("projection", "quality", "seconds"), figures)
    if answer["suspects"]:
        screen.say()
        columns = tuple(answer["suspects"][0])
        listed = [(*list(row.values())[:-1], f"{row['score']:.4f}") for row in answer["suspects"]]
        screen.print_table(columns, listed, "suspected labels", words=("id", "label", "predicted"))
    screen.say("\nwritten  " + "\n         ".join(answer["written"]))


def _quality(made: dict[str, float]) -> str:
    if "explained" in made:
        return f"the components explain {made['explained']:.1%} of the variance"
    judged = f" (on {SAMPLE:,} images)" if made["images"] > SAMPLE else ""
    figures = {name: value for name, value in made.items() if name not in ("images", "seconds")}
    return ", ".join(f"{name} {value:.4f}" for name, value in figures.items()) + judged
