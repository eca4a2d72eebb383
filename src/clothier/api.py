"""What a notebook wants in one call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clothier import finish, recipes
from clothier.errors import InputError
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.training import Watcher, check_names
from clothier.values import Dataset, Reading, Split
from clothier.values.fingerprint import fingerprint


def fit(
    recipe: str | Recipe,
    dataset: Dataset,
    root: str | Path = "runs",
    *,
    watcher: Watcher | None = None,
    **changes: Any,
) -> Run:
    """A finished run in a new folder under `root`: `fit("cnn1", dataset, epochs=3, augmented_epochs=0)`.

    `changes` go to the recipe's fields. Raises InputError for unknown names or values out of range, for a way of
    holding out validation images other than that by which the data were read, and as `finish.train`.
    """
    _check_type("recipe", recipe, (str, Recipe), "a name or a Recipe")
    _check_dataset(dataset)
    chosen = recipes.get(recipe) if isinstance(recipe, str) else recipe
    chosen = recipes.change(chosen, changes)
    check_names(chosen)
    if "validation" in changes and chosen.validation != (read := chosen.as_read(dataset).validation):
        raise InputError(
            f"validation is '{chosen.validation}', and {dataset.name} was read already, by '{read}'; "
            f"wanted no validation here; choose it when reading: clothier.LoadOptions(validation='{chosen.validation}')"
        )
    run = Run.create(chosen.name, Path(root))
    finish.train(chosen, dataset, run, watcher=watcher)
    return run


def first(dataset: Dataset, num_images: int) -> Dataset:
    """The data set with at most that many images in each split, its first ones; InputError for fewer than 1, or for
    what is no data set or no whole number."""
    _check_dataset(dataset)
    _check_type("num_images", num_images, (int, np.integer), "a whole number")
    if num_images < 1:
        raise InputError(f"num_images is {num_images}; wanted 1 or more")
    splits = {
        name: Split(split.images[:num_images], split.labels[:num_images], split.files[:num_images])
        for name, split in dataset.splits().items()
    }
    return Dataset(
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        class_names=dataset.class_names,
        fingerprint=fingerprint(splits, dataset.class_names),
        name=f"{dataset.name}, first {num_images}",
        notice=dataset.notice,
        reading=Reading(options=dataset.reading.options),  # no source reads the first images alone
    )


def _check_dataset(given: object) -> None:
    _check_type("dataset", given, (Dataset,), "a Dataset, such as clothier.load('fashion-mnist') gives")


def _check_type(name: str, given: object, kinds: tuple[type, ...], wanted: str) -> None:
    if not isinstance(given, kinds):
        raise InputError(f"{name} is {given!r:.80}; wanted {wanted}")
