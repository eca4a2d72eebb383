"""Training for Python users: data and a recipe become a finished run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clothier import recipes
from clothier.api import finish
from clothier.augment import Policy
from clothier.errors import InputError, unknown_name
from clothier.models import bases
from clothier.models.bases import places
from clothier.recipes import Recipe
from clothier.recipes.lengths import FIELDS
from clothier.runs import Run
from clothier.system.files import as_path
from clothier.training import Build, Parts, check_names, progress, remains
from clothier.values import Dataset


def train(
    recipe: str | Recipe,
    data: Dataset,
    *,
    model: str | Build | None = None,
    augment: str | Policy | None = None,
    root: str | Path = "runs",
    verbose: int | None = None,
    threads: int | None = None,
    **changes: Any,
) -> Run:
    """Train in a new folder under `root` and return the finished run, with its report and model file.

    `train("cnn1", data, epochs=3)` trains three epochs, as Keras does, and `augmented_epochs` adds augmented ones.
    `model` is a name from `clothier models`, or a function (image_shape, num_classes) -> keras.Model whose network
    takes images with values 0..255 and returns logits. `augment` is the name of a policy or, for augmented epochs, a
    `clothier.augment.Policy`. With the recipe "transfer", `base="efficientnet_lite0"` trains a head on a network of
    `clothier bases`. `changes` are other fields of the recipe, such as `class_weight="balanced"`, or `class_weight=
    {"dress": 2}`, whose keys may be class numbers as in Keras. `verbose` is 0 (print nothing), 1 (a progress bar) or 2
    (a line for each epoch); the default is a bar if one can be drawn.

    Raises InputError for unknown names, values out of range, an unsuitable function or policy, or a `validation` that
    differs from how the data were read, and the errors of `finish.train`.
    """
    return train_with(
        recipe, data, changes, model=model, augment=augment, root=root, verbose=verbose, threads=threads
    )


def train_with(
    recipe: str | Recipe,
    data: Dataset,
    changes: dict[str, Any],
    *,
    model: str | Build | None,
    augment: str | Policy | None,
    root: str | Path,
    verbose: int | None,
    threads: int | None = None,
    needs_model_file: bool = False,
) -> Run:
    """As `train`; with `needs_model_file`, InputError before training for a network that cannot be exported."""
    _check_type("recipe", recipe, (str, Recipe), "a name or a Recipe")
    _check_dataset(data)
    folder = as_path(root, "root")
    watcher = progress.watcher(verbose)
    named = {
        name: value for name, value in (("model", model), ("augment", augment)) if isinstance(value, str)
    }
    wanted = bases.chosen(changes | named)
    if isinstance(recipe, str):
        recipe = places.at_hand(recipes.get(recipe), wanted, watcher.note)
    if isinstance(given := wanted.get("class_weight"), Mapping):
        wanted["class_weight"] = recipes.class_weights.as_text(given, data.class_names)
    chosen = recipes.customize(recipe, wanted)
    parts = _parts(model, augment)
    check_names(chosen, parts)
    chosen = parts.recipe(chosen)
    if "validation" in changes and chosen.validation != (read := chosen.as_read(data).validation):
        raise InputError(
            f"validation is '{chosen.validation}', and {data.name} was read already, by '{read}'; "
            f"wanted no validation here; choose it when reading: clothier.LoadOptions(validation='{chosen.validation}')"
        )
    if chosen.base in ("imagenet", "random") and (line := bases.advice(chosen.model, data.image_shape)):
        watcher.note(line)
    run = Run.create(chosen.name, folder)
    finish.train(
        chosen, data, run, threads=threads, watcher=watcher, parts=parts, needs_model_file=needs_model_file
    )
    return run


def resume(
    run: str | Path | Run,
    data: Dataset,
    *,
    model: Build | None = None,
    augment: Policy | None = None,
    verbose: int | None = None,
    threads: int | None = None,
    **lengths: int,
) -> Run:
    """Continue a stopped run to its end, or restore the missing files of a finished one, and return the run.

    `resume("runs/cnn1-1", data, epochs=20)` trains a finished run longer, to 20 epochs of its first phase in all, and
    `augmented_epochs` adds augmented ones. `data` must be the data that the run was trained on. `threads` defaults to
    the run's own number or, if the backend runs already, to its number. Only with the threads, processor and versions
    that the run began with are the weights, bit for bit, those of a run that was never stopped; a note says what
    differs. If `train` got a policy, `resume` needs it again; a function that built the network is
    optional.

    Raises RunError if the folder is not a run, or if data, network, policy or backend differ from those of the run, and
    the InputErrors of `recipes.lengthen`.
    """
    _check_type("run", run, (str, Path, Run), "a run folder, such as 'runs/cnn1-1'")
    _check_dataset(data)
    run = run if isinstance(run, Run) else Run.open(run)
    watcher, longer = progress.watcher(verbose), _longer(run, lengths) if lengths else None
    parts = _parts(model, augment)
    finish.resume(run, data, threads=threads, watcher=watcher, longer=longer, parts=parts)
    return run


def _parts(model: str | Build | None, augment: str | Policy | None) -> Parts:
    """The function and the policy that were given in place of names."""
    return Parts(
        build=None if isinstance(model, str) else model, policy=None if isinstance(augment, str) else augment
    )


def _longer(run: Run, lengths: dict[str, Any]) -> Recipe:
    if unknown := lengths.keys() - FIELDS.keys():
        raise unknown_name("length of a run", sorted(unknown)[0], FIELDS)
    own = run.recipe()
    return recipes.lengthen(own, recipes.of_first_phase(own, lengths), remains.epochs_done(run))


def _check_dataset(given: object) -> None:
    _check_type("data", given, (Dataset,), "a Dataset, such as clothier.load('fashion-mnist') gives")


def _check_type(name: str, given: object, kinds: tuple[type, ...], wanted: str) -> None:
    if not isinstance(given, kinds):
        is_short = given is None or isinstance(given, (str, int, float))
        came = f"{given!r:.80}" if is_short else f"of type {type(given).__name__}"
        raise InputError(f"{name} is {came}; wanted {wanted}")
