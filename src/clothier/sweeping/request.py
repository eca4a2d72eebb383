"""What is to be swept, and what makes two sweeps the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clothier import recipes
from clothier.errors import InputError, unknown_name
from clothier.models import bases
from clothier.recipes import Recipe
from clothier.sweeping import space as spaces
from clothier.sweeping.space import Configuration, Space, Value
from clothier.values import Dataset

METHODS = ("grid", "random", "tpe")
LARGEST_GRID = 50  # configurations that are all tried where no method is named
USUAL_TRIALS = 20
_CHECKED = 1000  # combinations of choices and ends of ranges


@dataclass(frozen=True, eq=False)
class Request:
    """A recipe, the changes that all its trials have, and what varies. A trial trains one configuration with each seed.

    `fixed` are changes as `recipes.customize` takes them. `trials` is None for all of a grid. `prune` stops trials that
    fall behind. `command(configuration, seed)` is the command that trains one run by itself, "" where there is none.
    """

    start: Recipe
    fixed: Mapping[str, Any]
    space: Space
    method: str
    trials: int | None
    seeds: tuple[int, ...]
    prune: bool = True
    command: Callable[[Configuration, int], str] = field(default=lambda configuration, seed: "")

    def recipe(self, configuration: Mapping[str, Value], seed: int) -> Recipe:
        changes = bases.chosen({**self.fixed, **configuration, "seed": seed})
        return recipes.customize(self.start, changes)

    @property
    def usual(self) -> Recipe:
        """What all trials have in common."""
        return self.recipe({}, self.seeds[0])

    @property
    def own(self) -> Configuration | None:
        """The recipe's own values of what varies; None where the space leaves one out."""
        own = {name: getattr(self.usual, name) for name in self.space}
        return own if all(value in self.space[name] for name, value in own.items()) else None

    def as_json(self, dataset: Dataset) -> dict[str, Any]:
        """What two sweeps have in common that are the same; how many trials and minutes may differ."""
        return {
            "recipe": self.usual.as_json(),
            "changes": {name: str(value) for name, value in sorted(self.fixed.items())},
            "space": spaces.as_json(self.space),
            "method": self.method,
            "seeds": list(self.seeds),
            "prune": self.prune,
            "data": {"name": dataset.name, "fingerprint": dataset.fingerprint},
        }


def make(
    start: Recipe,
    fixed: Mapping[str, Any],
    space: Space,
    *,
    method: str | None = None,
    trials: int | None = None,
    num_seeds: int = 1,
    **options: Any,
) -> Request:
    """The request, checked before data are read.

    Raises InputError where nothing varies, for an unknown method, a grid over a range or of another size than `trials`,
    and for combinations that are no recipe.
    """
    if not space:
        raise InputError(
            "nothing varies; wanted a field with two values or more, such as --set learning_rate=1e-3,3e-4"
        )
    for name, value in (("trials", trials), ("seeds", num_seeds)):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise InputError(f"{name} is {value!r}; wanted a whole number from 1")
    method = _method(method, space, trials)
    if method != "grid":
        trials = int(min(trials or USUAL_TRIALS, spaces.size(space)))
    first = recipes.customize(start, bases.chosen(fixed)).seed
    seeds = tuple(range(first, first + num_seeds))
    request = Request(
        start, dict(fixed), space, method, None if method == "grid" else trials, seeds, **options
    )
    _check(request)
    return request


def _method(method: str | None, space: Space, trials: int | None) -> str:
    number, is_grid = spaces.size(space), spaces.is_grid(space)
    if method is None:
        fits = is_grid and number <= LARGEST_GRID and (trials is None or trials >= number)
        return "grid" if fits else "tpe"
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    if method == "grid" and not is_grid:
        name = next(name for name, dimension in space.items() if isinstance(dimension, spaces.Range))
        raise InputError(
            f"the method is grid, and {name}={space[name]} is a range; wanted choices; name them, such as "
            f"{name}={space[name].extremes[0]},{space[name].extremes[-1]}, or take the method tpe or random"
        )
    if method == "grid" and trials is not None and trials < number:
        raise InputError(
            f"trials is {trials}, and the grid has {number:,.0f} configurations, which the method grid tries all; "
            "leave trials out, or take the method tpe or random"
        )
    return method


def _check(request: Request) -> None:
    """InputError for a combination that is no recipe, before any is trained."""
    wrong: list[tuple[Configuration, InputError]] = []
    tried = list(itertools.islice(spaces.extremes(request.space), _CHECKED))
    for configuration in tried:
        try:
            request.recipe(configuration, request.seeds[-1])
        except InputError as error:
            wrong.append((configuration, error))
    if not wrong:
        return
    first, reason = wrong[0]
    if len(wrong) == len(tried):
        raise reason
    raise InputError(
        f"{len(wrong)} of {len(tried)} combinations cannot be trained, such as {spaces.written(first)}: {reason}; "
        "or sweep them apart"
    )


def with_precision(recipe: Recipe, precision: str) -> Recipe:
    """The recipe with that precision where it leaves it open: all trials of a sweep have one."""
    return replace(recipe, precision=precision) if recipe.precision == "auto" and precision else recipe
