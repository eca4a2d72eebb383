"""Scores of several runs and baselines -> intervals, exact tests, words. No Keras.

Two single runs are compared image by image; where either side has several seeds, the means are compared, since the
spread of seeds is then known. A baseline is compared like a single run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy.stats import binomtest

from clothier.errors import InputError, RunError
from clothier.evaluate.scores import of_some
from clothier.reports.judged import Group, Judged, group, read
from clothier.runs import Run
from clothier.runs.baseline import Baseline

# A difference is called real where chance alone would make one as large in fewer than one of twenty cases.
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Pair:
    """Two groups, the one with more images right first.

    `more_right` is the mean difference in images, `lowest` and `highest` its range over all pairs of their runs.
    `chance` is the probability of a difference like this where there is none: between single runs the exact
    McNemar test, otherwise that of seeds falling apart this cleanly (1 where they overlap). `corrected` is
    Holm's correction of it for the number of pairs. `only` counts the images that only the first and only the
    second of two single runs has right, and `changed` are their rows in the judged split.
    """

    first: str
    second: str
    num_images: int
    more_right: float
    lowest: int
    highest: int
    chance: float
    corrected: float
    only: tuple[int, int] | None
    changed: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    @property
    def words(self) -> str:
        more = f"{self.more_right:,.0f} more correct out of {self.num_images:,}"
        if self.only is not None:
            if self.more_right == 0:
                return "within noise: the same number correct"
            better = self.corrected < SIGNIFICANT
            return f"better: {more}" if better else f"within noise: {more}"
        spread = f"{more} on average ({self.lowest:+,} to {self.highest:+,})"
        if self.lowest <= 0:
            return f"within the spread of seeds: {spread}"
        if self.corrected < SIGNIFICANT:
            return f"better with every seed: {spread}"
        return f"better with every seed, but too few seeds to be sure: {spread}"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Groups in the order in which their runs were given, and every pair of them."""

    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    copies: tuple[str, ...] = ()  # a sentence about each run that was left out
    repaired: str = ""  # by which labels the runs are compared, where decisions changed some

    @property
    def runs(self) -> list[Judged]:
        return [run for group in self.groups for run in group.runs]

    @property
    def split(self) -> str:
        return self.runs[0].split

    @property
    def num_images(self) -> int:
        return len(self.runs[0].labels)

    @property
    def class_names(self) -> list[str]:
        return [score.name for score in self.runs[0].scores.per_class]

    @property
    def notice(self) -> str:
        return " ".join(filter(None, (self.runs[0].data.notice, self.repaired, *self.copies)))


def compare(runs: Sequence[Run | Baseline]) -> Comparison:
    """The comparison of two runs or more, baselines among them; one given twice counts once, and so does a copy.

    Raises InputError for fewer than two; RunError where one has not been evaluated yet, is damaged, or was judged
    on other images than the first.
    """
    distinct = list({run.path.resolve(): run for run in runs}.values())
    if len(distinct) < 2:
        raise InputError(f"{len(distinct)} run to compare; wanted two or more; `clothier runs` lists them")
    all_judged = [read(run) for run in distinct]
    names = [run.name for run in distinct]
    all_judged = [
        run if names.count(run.name) == 1 else replace(run, name=str(run.path)) for run in all_judged
    ]
    all_judged, repaired = _on_common_labels(all_judged)
    if not repaired:
        for other in all_judged[1:]:
            _check_same_images(all_judged[0], other)
    originals, copies = _without_copies(all_judged)
    if len(originals) < 2:
        raise InputError(f"{copies[0]} Wanted two runs or more that were trained; `clothier runs` lists them")
    groups = group(originals)
    pairs = tuple(_corrected([pair(a, b) for a, b in combinations(groups, 2)]))
    return Comparison(groups, pairs, copies, repaired or _repaired(all_judged))


def _repaired(runs: Sequence[Judged]) -> str:
    """A sentence on the labels of the split that all are judged on, where the labels of a run were repaired: that these
    were too, alike for all, or that they are as the data have them; else ""."""
    split = runs[0].split
    if repair := runs[0].data.repairs.get(stored(split)):
        return f"The {split} labels were repaired: {repair.words}."
    repaired = [run.name for run in runs if any(run.data.repairs.values())]
    if not repaired:
        return ""
    return (
        f"The labels that {' and '.join(repaired)} learnt from were repaired; the {split} labels were not: they are as "
        "the data have them."
    )


def _on_common_labels(runs: list[Judged]) -> tuple[list[Judged], str]:
    """Runs that were judged on the same images under other labels, as decisions about labels make them, on those images
    alone whose label is the same for all, and what must be said of that; else the runs as they are, and ""."""
    parts = {run.split for run in runs}
    part = stored(runs[0].split)
    own = [run.data.fingerprints.get(part, "") for run in runs]
    repairs = [run.data.repairs.get(part) for run in runs]
    before = [repair.before if repair else known for repair, known in zip(repairs, own, strict=True)]
    if len(parts) > 1 or len(set(own)) < 2 or len(set(before)) > 1 or not all(before):
        return runs, ""
    labels = np.full((len(runs), max(int(run.rows[-1]) + 1 for run in runs)), -1, np.int64)
    for row, run in zip(labels, runs, strict=True):
        row[run.rows] = run.labels
    common = (labels >= 0).all(axis=0) & (labels == labels[0]).all(axis=0)
    if not common.any():
        raise RunError(f"{runs[0].path} and the others have no {part} image with the same label; wanted some")
    names = [score.name for score in runs[0].scores.per_class]
    made = []
    for run in runs:
        kept = common[run.rows]
        there, predicted = run.labels[kept], run.predicted[kept]
        scores = of_some(there, predicted, names)
        made.append(
            replace(
                run,
                scores=scores,
                labels=there,
                predicted=predicted,
                right=there == predicted,
                of_rows=run.rows[kept],
            )
        )
    sets = ", ".join(
        f"{run.name} on {len(run.labels):,} ({repair.words if repair else 'labels as the data have them'})"
        for run, repair in zip(runs, repairs, strict=True)
    )
    return made, (
        f"The runs were judged by different labels of the same {part} images: {sets}. Here they are compared on the "
        f"{int(common.sum()):,} images that have the same label in all; scores differ from those in their reports."
    )


def _without_copies(runs: Sequence[Judged]) -> tuple[list[Judged], tuple[str, ...]]:
    """The runs less those that have the recipe, the seed and the weights of an earlier one, and a sentence about each
    of these: a folder that was copied is no second seed."""
    originals: dict[object, Judged] = {}
    copies = []
    for run in runs:
        key: object = run.path
        if run.trained and run.trained.phase.weights_sha256:
            key = (run.trained.recipe, run.trained.phase.epochs, run.trained.phase.weights_sha256)
        if (original := originals.setdefault(key, run)) is not run:
            copies.append(f"{run.name} has the weights of {original.name} and is left out.")
    return list(originals.values()), tuple(copies)


def pair(one: Group, other: Group) -> Pair:
    """The two groups set against each other; `corrected` is `chance` as it is."""
    first, second = (one, other) if one.mean("accuracy") >= other.mean("accuracy") else (other, one)
    differences = [int(a.right.sum()) - int(b.right.sum()) for a in first.runs for b in second.runs]
    only: tuple[int, int] | None = None
    changed: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    if len(differences) == 1:
        one_run, other_run = first.runs[0], second.runs[0]
        only = discordant(one_run, other_run)
        changed = (
            _rows(one_run, one_run.right & ~other_run.right),
            _rows(one_run, ~one_run.right & other_run.right),
        )
        chance = mcnemar(*only)
    else:
        counts = len(first.runs), len(second.runs)
        # Of all ways to deal the same results to the two groups, two part them cleanly: this one and its mirror.
        chance = 2 / math.comb(sum(counts), counts[0]) if min(differences) > 0 else 1.0
    return Pair(
        first=first.name,
        second=second.name,
        num_images=len(first.runs[0].labels),
        more_right=float(np.mean(differences)),
        lowest=min(differences),
        highest=max(differences),
        chance=min(chance, 1.0),
        corrected=min(chance, 1.0),
        only=only,
        changed=changed,
    )


def _rows(run: Judged, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, ...]:
    return tuple(run.rows[chosen].tolist())


def discordant(first: Judged, second: Judged) -> tuple[int, int]:
    """(images that only the first has right, images that only the second has right)."""
    return int((first.right & ~second.right).sum()), int((~first.right & second.right).sum())


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p value that two classifiers of the same images are equally often right.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions", 1947.
    """
    total = only_first + only_second
    return float(binomtest(only_first, total).pvalue) if total else 1.0


def holm(chances: Sequence[float]) -> list[float]:
    """p values corrected so that all of them together are wrong as seldom as one would be.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    corrected, largest = [0.0] * len(chances), 0.0
    for rank, place in enumerate(np.argsort(chances, kind="stable")):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        corrected[place] = largest
    return corrected


def _corrected(pairs: Sequence[Pair]) -> list[Pair]:
    corrections = holm([pair.chance for pair in pairs])
    return [replace(pair, corrected=value) for pair, value in zip(pairs, corrections, strict=True)]


def _check_same_images(first: Judged, other: Judged) -> None:
    own, its = (run.data.fingerprints.get(stored(run.split)) for run in (first, other))
    if own and its:
        same, why = own == its, f"fingerprint {own[:12]} against {its[:12]}"
    else:
        same = (
            first.split == other.split
            and [score.name for score in first.scores.per_class]
            == [score.name for score in other.scores.per_class]
            and np.array_equal(first.labels, other.labels)
        )
        why = f"{len(first.labels):,} {first.split} against {len(other.labels):,} {other.split}, by their labels"
    if not same:
        raise RunError(
            f"{first.path} and {other.path} were evaluated on different images ({why}); "
            "wanted runs evaluated on the same images; compare runs of one data source"
        )


def stored(split: str) -> str:
    """What the data call the split that a comparison calls so."""
    return "train" if split == "training" else split
