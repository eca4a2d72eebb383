"""Which images two runs judge differently: their ids, and pictures of some for the page of a comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clothier.reports import pages
from clothier.reports.compare import Comparison, Pair, stored
from clothier.values import Split
from clothier.values.wording import counted

MOST_NAMED = 5  # images, on the screen
MOST_SHOWN = 24  # pictures of each kind on the page
SIDE = 96  # pixels of a picture, at most


@dataclass(frozen=True, eq=False)
class Picture:
    """`address` is a data URI; `said` are a line for each of the two runs, with the class that it names."""

    id: str
    address: str
    label: str
    said: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Change:
    """The images of one pair of single runs that only one of them has right: `later` is the run that was given after
    `earlier`, `right` the ids of those that only it has right, and `wrong` of those that only the earlier has right."""

    earlier: str
    later: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    right_pictures: tuple[Picture, ...] = ()
    wrong_pictures: tuple[Picture, ...] = ()

    @property
    def words(self) -> str:
        """Such as "From a to b: 2 images newly correct (test/3, test/8) and 1 newly wrong (test/5)"."""
        right = f"{counted(len(self.right), 'image')} newly correct{_named(self.right)}"
        return f"From {self.earlier} to {self.later}: {right} and {len(self.wrong):,} newly wrong{_named(self.wrong)}"


def find(comparison: Comparison, images: Split | None = None) -> list[Change]:
    """Of each pair of single runs; with pictures where `images` is the split that they were judged on, as the first of
    them read it."""
    order = [group.name for group in comparison.groups]
    return [
        _change(comparison, pair, order, images) for pair in comparison.pairs if pair.only and any(pair.only)
    ]


def _change(comparison: Comparison, pair: Pair, order: list[str], images: Split | None) -> Change:
    names, rows = (pair.first, pair.second), pair.changed
    if order.index(pair.first) < order.index(pair.second):
        names, rows = names[::-1], rows[::-1]
    runs = {group.name: group.runs[0] for group in comparison.groups}
    later, earlier = (runs[name] for name in names)
    part = stored(comparison.split)
    known: dict[int, str] = {}
    place: dict[int, int] = {}
    if images is not None:
        numbers = _rows(comparison, images)
        place = {row: index for index, row in enumerate(numbers)}
        known = dict(zip(numbers, images.ids(part), strict=True))

    def ids(chosen: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(known.get(row, f"{part}/{row}") for row in chosen)

    def shown(chosen: tuple[int, ...]) -> tuple[Picture, ...]:
        there = [row for row in chosen if row in place][:MOST_SHOWN] if images is not None else []
        return tuple(picture(row) for row in there)

    def picture(row: int) -> Picture:
        assert images is not None
        index = {run: int(np.searchsorted(run.rows, row)) for run in (earlier, later)}
        said = [
            f"{run.name}: {comparison.class_names[run.predicted[index[run]]]}" for run in (earlier, later)
        ]
        label = comparison.class_names[later.labels[index[later]]]
        return Picture(
            known[row], pages.thumbnail(np.asarray(images.images[place[row]]), SIDE), label, tuple(said)
        )

    return Change(earlier.name, later.name, ids(rows[0]), ids(rows[1]), shown(rows[0]), shown(rows[1]))


def _rows(comparison: Comparison, images: Split) -> list[int]:
    """The row of each image of the split, as the runs count them."""
    repair = comparison.runs[0].data.repairs.get(stored(comparison.split))
    out = list(repair.left_out) if repair else []
    return [int(row) for row in np.delete(np.arange(len(images) + len(out)), out)]


def _named(ids: tuple[str, ...]) -> str:
    if not ids:
        return ""
    more = ", …" if len(ids) > MOST_NAMED else ""
    return f" ({', '.join(ids[:MOST_NAMED])}{more})"
