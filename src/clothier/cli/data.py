"""`clothier data`: the sources, and what is in one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from clothier import plots
from clothier.cli import completion, options, screen
from clothier.data import SOURCES
from clothier.errors import InputError
from clothier.system.files import slug, write_atomic
from clothier.values import Dataset

_MANY, _SHOWN = 100, 20  # of more classes than the first, the second number is listed


def _complete_policy(incomplete: str) -> list[str]:
    from clothier.augment import POLICIES

    return completion.names(POLICIES)(incomplete)


def data(
    source: Annotated[
        str,
        typer.Argument(
            help="`list` for a list of all, or a source such as fashion-mnist, folder:FOLDER or csv:FILE.",
            metavar="SOURCE",
            autocompletion=lambda incomplete: [
                *completion.names(["list"])(incomplete),
                *completion.source(incomplete),
            ],
        ),
    ],
    data_dir: options.DataDir = None,
    validation: options.Validation = None,
    resplit: options.Resplit = False,
    group: options.Group = "",
    drop_duplicates: options.DropDuplicates = False,
    labels: options.Labels = None,
    image_size: options.ImageSize = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the pictures; with --augment also a .png file.",
            metavar="FOLDER",
            rich_help_panel=options.OUTPUT,
            show_default="pictures/SOURCE",
        ),
    ] = None,
    augment: Annotated[
        str | None,
        typer.Option(
            help="Draw what this augmentation policy does to the first training images.",
            metavar="POLICY",
            autocompletion=_complete_policy,
            show_default=False,
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    index: Annotated[
        int,
        typer.Option(
            help="The training image to enlarge, counted from 0 in file order.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = 6,
    json: options.Json = False,
) -> None:
    """Print a data set's shapes, counts and fingerprint, and draw some of its images."""
    if source == "list":
        _list(json)
        return

    resplit_by = 13 if resplit else None
    read = options.as_options(
        data_dir, validation, image_size, crop, skip_bad, resplit_by, group, drop_duplicates, labels
    )
    _check(augment, out)
    dataset = options.load_data(source, read)
    shown = _in_file_order(dataset, source, read)
    if not 0 <= index < len(shown.train):
        raise InputError(f"--index is {index}; wanted 0 to {len(shown.train) - 1}")
    folder = out or Path("pictures") / (slug(source) or "data")
    pictures = [_draw_variants(shown, augment, folder)] if augment else _draw(shown, folder, index)
    facts = _facts(dataset)
    if json:
        screen.print_json({**facts, "pictures": [str(path) for path in pictures]})
        return
    _print(dataset, facts)
    screen.say("pictures     " + "\n             ".join(str(path) for path in pictures))


def _check(augment: str | None, out: Path | None) -> None:
    """Check options before the data are read, which may take a while."""
    if augment is not None:
        from clothier import augment as augmentation

        augmentation.get(augment)
    elif out and out.suffix == ".png":
        raise InputError(f"--out is {out}; wanted a folder; a single picture is drawn with --augment NAME")
    if augment is not None and out and out.suffix == ".png":
        options.check_out(file=out)
    else:
        options.check_out(folder=out or Path("pictures"))


def _in_file_order(dataset: Dataset, source: str, read: dict[str, Any]) -> Dataset:
    """The training images as the files hold them, where splitting shuffled them: the tutorials show their first
    thirty and the seventh."""
    if source.partition(":")[0] in ("fashion-mnist", "idx"):
        return options.load_data(source, {**read, "validation": "none", "labels": None})
    return dataset


def _list(json: bool) -> None:
    if json:
        screen.print_json(
            {name: {"use": s.syntax, "description": s.description} for name, s in SOURCES.items()}
        )
        return
    rows = [(entry.syntax, entry.description) for entry in SOURCES.values()]
    screen.print_table(("source", "what it is"), rows)


def _facts(dataset: Dataset) -> dict[str, Any]:
    splits = {}
    for name, split in dataset.splits().items():
        counts = np.bincount(split.labels, minlength=dataset.num_classes)
        splits[name] = {
            "shape": list(split.images.shape),
            "dtype": str(split.images.dtype),
            "range": [int(split.images.min()), int(split.images.max())],
            "counts": dict(zip(dataset.class_names, counts.tolist(), strict=True)),
        }
    return {
        "source": dataset.name,
        "notice": dataset.notice,
        "classes": list(dataset.class_names),
        "fingerprint": dataset.fingerprint,
        "repairs": {name: repair.as_json() for name, repair in dataset.repairs.items()},
        "splits": splits,
    }


def _print(dataset: Dataset, facts: dict[str, Any]) -> None:
    splits = facts["splits"]
    rows = [
        (name, " x ".join(map(str, s["shape"])), s["dtype"], f"{s['range'][0]} to {s['range'][1]}")
        for name, s in splits.items()
    ]
    screen.print_table(("split", "images (n, height, width, channels)", "dtype", "range"), rows)
    screen.say()
    rows = [(name, *(splits[s]["counts"][name] for s in splits)) for name in dataset.class_names]
    title = ""
    if len(rows) > _MANY:
        title = f"the {_SHOWN} of {len(rows):,} classes with the fewest training images; --json counts all"
        rows = sorted(rows, key=lambda row: row[1])[:_SHOWN]
    screen.print_table(("class", *splits), rows, title=title)
    screen.say(f"\nfingerprint  {dataset.fingerprint}")
    for name, repair in dataset.repairs.items():
        screen.say(f"repaired     {name}: {repair.words}")


def _draw(dataset: Dataset, folder: Path, index: int) -> list[Path]:
    images, labels, names = dataset.train.images, dataset.train.labels, dataset.class_names
    figures = {
        "samples": plots.sample_sheet(images[:30], labels[:30], names, notice=dataset.notice),
        "classes": plots.class_sheet(images, labels, names, notice=dataset.notice),
        f"image-{index}": plots.enlarged(
            images[index], f"training image {index}: {names[labels[index]]}", notice=dataset.notice
        ),
    }
    paths = []
    for name, figure in figures.items():
        path = folder / f"{name}.png"
        write_atomic(path, plots.render(figure))
        paths.append(path)
    return paths


def _draw_variants(dataset: Dataset, augment: str, out: Path, columns: int = 10, variants: int = 5) -> Path:
    """The first training images above variants of them, in `out` if that is a .png, else in the folder `out`."""
    from clothier import augment as augmentation

    images, labels = dataset.train.images[:columns], dataset.train.labels[:columns]
    policy, rng = augmentation.get(augment), np.random.default_rng(0)
    rows = [images, *(policy(rng, images, labels)[0] for _ in range(variants))]
    figure = plots.class_sheet(
        np.concatenate(rows),
        np.repeat(np.arange(len(rows)), len(images)),
        ["original", *(f"variant {number}" for number in range(1, len(rows)))],
        title=f"{dataset.name}: augmentation by {augment}",
        notice=dataset.notice,
    )
    path = out if out.suffix == ".png" else out / f"augment-{augment}.png"
    write_atomic(path, plots.render(figure))
    return path
