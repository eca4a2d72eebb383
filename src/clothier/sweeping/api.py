"""Sweeps for Python users, and the one path that the command line takes too."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clothier import recipes
from clothier.errors import InputError, InputTypeError
from clothier.models import bases
from clothier.models.bases import places
from clothier.recipes import Recipe
from clothier.sweeping import outputs, training
from clothier.sweeping import request as requests
from clothier.sweeping import space as spaces
from clothier.sweeping.outcomes import outcomes
from clothier.sweeping.request import Request
from clothier.sweeping.result import Sweep
from clothier.sweeping.training import Say
from clothier.system.files import as_path
from clothier.training import Watcher, check_names, progress
from clothier.values import Dataset


def sweep(
    recipe: str | Recipe,
    data: Dataset,
    space: Mapping[str, Any],
    *,
    method: str | None = None,
    trials: int | None = None,
    seeds: int = 1,
    minutes: float | None = None,
    prune: bool = True,
    root: str | Path = "sweeps",
    verbose: int | None = None,
    threads: int | None = None,
    **changes: Any,
) -> Sweep:
    """Train a recipe with the values in `space` and return what became of each configuration, the best first.

    `sweep("cnn1", data, {"learning_rate": [1e-3, 3e-4]}, seeds=3, epochs=5)` trains each of two configurations with
    three seeds. `space` has a list of choices for a field of the recipe, or a text such as "1e-4..1e-2:log" for a
    range. `changes` are those of all trials, as `clothier.train` takes them. `method` is grid, random or tpe; the
    default is grid for at most 50 combinations of choices, and tpe otherwise, with 20 `trials` unless another number is
    given. `minutes` ends with the last trial that can be finished in that time. `prune` stops trials that fall behind.
    The sweep is a folder under `root`, and the same call continues it. Needs clothier[sweep].

    Raises InputError for wrong names and values, for data without validation images and where no trial could be
    finished, RunError where another process works on the sweep, WriteError, and InterruptedRunError on Ctrl-C.
    """
    if not isinstance(recipe, str | Recipe):
        raise InputTypeError(f"recipe is of type {type(recipe).__name__}; wanted a name or a Recipe")
    if not isinstance(data, Dataset):
        raise InputTypeError(
            f"data is of type {type(data).__name__}; wanted a Dataset, such as clothier.load('fashion-mnist') gives"
        )
    if not isinstance(space, Mapping):
        raise InputTypeError(
            f"space is of type {type(space).__name__}; wanted a dict, such as {{'learning_rate': [1e-3, 3e-4]}}"
        )
    if twice := sorted(space.keys() & changes.keys()):
        raise InputError(f"{twice[0]} is in the space and among the changes; wanted it once; leave one out")
    folder = as_path(root, "root")
    watcher = progress.watcher(verbose)
    if isinstance(weights := changes.get("class_weight"), Mapping):
        changes["class_weight"] = recipes.class_weights.as_text(weights, data.class_names)
    fixed, varied = spaces.read(space)
    fixed |= changes
    if isinstance(recipe, str):
        recipe = places.at_hand(recipes.get(recipe), bases.chosen(fixed), watcher.note)
    request = requests.make(recipe, fixed, varied, method=method, trials=trials, num_seeds=seeds, prune=prune)
    return run(request, data, folder, minutes=minutes, threads=threads, watcher=watcher, say=watcher.note)


def run(
    request: Request,
    data: Dataset,
    root: Path,
    *,
    minutes: float | None = None,
    threads: int | None = None,
    watcher: Watcher | None = None,
    say: Say = lambda sentence: None,
) -> Sweep:
    """Do what is left of the sweep that was asked for. Errors as of `sweep`."""
    check(request, minutes)
    with training.opened(request, data, root, threads, watcher) as (folder, study):
        for sentence in spaces.wide(request.space):
            say(sentence)
        shortage = training.carry_out(
            request, data, folder, study, minutes=minutes, threads=threads, watcher=watcher, say=say
        )
        made = Sweep(folder.path, request, outcomes(request, folder, study), data.name, shortage)
        outputs.write(made)
    made.best  # noqa: B018 - InputError where none is finished
    return made


def check(request: Request, minutes: float | None) -> None:
    """InputError for what can be told before data are read."""
    if minutes is not None and (not isinstance(minutes, int | float) or not minutes > 0):
        raise InputError(f"minutes is {minutes!r}; wanted a number above 0; leave it out for no limit")
    for configuration in itertools.islice(spaces.extremes(request.space), 100):
        check_names(request.recipe(configuration, request.seeds[0]))
