"""Every row with the finished runs that fill it. No seed is chosen: all runs of a row's recipe count, one a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clothier import recipes
from clothier.models.bases import BASES, places
from clothier.recipes import Recipe
from clothier.reproduce.request import Known, Request
from clothier.reproduce.rows import OFFICIAL, RESPLIT, Row
from clothier.runs import Description, Run
from clothier.values import PhaseScores, Scores

NEEDS_NETWORK = "needs a network: ImageNet's weights are not on this machine"


@dataclass(frozen=True, eq=False)
class Filled:
    """What one run says of a row."""

    run: Run
    seed: int
    phase: PhaseScores
    seconds: float
    content: Description

    @property
    def test(self) -> Scores:
        return self.phase.test or self.phase.train


@dataclass(frozen=True, eq=False)
class Sample:
    """The runs of a row that were tested on the images that `test` names, in the order of their seeds.

    `like_for_like` says that these are images of the kind that the tutorial tested on, `alike` that the published run
    was also tested on the same images, or that each run has a draw of its own as the published one had.
    """

    test: str
    filled: tuple[Filled, ...]
    like_for_like: bool
    alike: bool


@dataclass(frozen=True, eq=False)
class RowResult:
    """A row, its runs by test images, like for like first, and why runs are missing ("" where none is)."""

    row: Row
    samples: tuple[Sample, ...]
    note: str = ""

    @property
    def filled(self) -> list[Filled]:
        return [filled for sample in self.samples for filled in sample.filled]


def outcomes(request: Request, notes: Mapping[str, str] | None = None) -> list[RowResult]:
    """Every row with the runs that fill it; `notes` says, by recipe, what went wrong."""
    results, runs = [], request.known()
    for row in request.rows:
        recipe = request.recipe(row.recipe)
        if recipe is None:
            results.append(RowResult(row, (), f"this version has no recipe {row.recipe}"))
            continue
        samples = tuple(_sample(request, runs, recipe, row, test) for test in row.tests(request.tests))
        note = (notes or {}).get(row.recipe, "")
        if not note and not any(sample.filled for sample in samples):
            note = _why_empty(recipe, row, samples)
        results.append(RowResult(row, samples, note))
    return results


def _sample(request: Request, runs: Sequence[Known], recipe: Recipe, row: Row, test: str) -> Sample:
    by_seed: dict[int, Filled] = {}
    for known in request.alike(runs, recipe, test, row.phase):
        own = known.recipe
        for scores in known.scores:
            if (
                (scores.name, scores.epochs) in recipes.ends(own, known.history)
                and scores.name == row.phase
                and scores.test
            ):
                seconds = sum(epoch.seconds for epoch in known.history[: scores.epochs])
                by_seed.setdefault(own.seed, Filled(known.run, own.seed, scores, seconds, known.content))
    has_own_draws = test == RESPLIT and not request.table and not recipe.base
    like_for_like = test == row.tested_on
    return Sample(
        test,
        tuple(by_seed[seed] for seed in sorted(by_seed)),
        like_for_like,
        like_for_like and (has_own_draws or test == OFFICIAL),
    )


def _why_empty(recipe: Recipe, row: Row, samples: Sequence[Sample]) -> str:
    if row.phase not in dict(recipe.phases()):
        return f"the recipe, as changed, has no {row.phase} phase"
    if not samples:
        return f"the data do not have the {row.tested_on} test images"
    return NEEDS_NETWORK if needs_network(recipe) else "not run yet"


def needs_network(recipe: Recipe) -> bool:
    """Whether the weights of a recipe's base would have to be downloaded first."""
    base = BASES.get(recipe.model)
    if recipe.base != "imagenet" or base is None or base.package:
        return False
    return places.downloaded(recipe.model) is None
