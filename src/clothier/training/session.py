"""One process at work on one run: it begins, or goes on with, its training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from clothier import augment, backend, models, recipes
from clothier.errors import InputError, RunError
from clothier.models.plan import Plan
from clothier.recipes import Recipe, class_weights
from clothier.recipes.lengths import FIELDS
from clothier.runs import Description, Run, checkpoint, events
from clothier.training import interrupt, remains, room
from clothier.training.description import describe
from clothier.training.elsewhere import differences
from clothier.training.given import Parts
from clothier.training.loop import Training
from clothier.training.outlook import outlook
from clothier.training.precision import settle_precision
from clothier.training.transfer import features, pretrained
from clothier.training.transfer.features import MakeExtractor
from clothier.training.transfer.pretrained import Base
from clothier.training.watcher import Watcher
from clothier.values import Dataset, PhaseScores


def check_names(recipe: Recipe, parts: Parts | None = None) -> None:
    """InputError for a model, a policy or a backend that there is not, but for those that are given as `parts`; for
    before anything is read or written."""
    parts = parts or Parts()
    backend.name()
    if parts.policy is None:
        augment.get(recipe.augment)
    if parts.build is None and recipe.model not in models.MODELS:
        raise models.unknown(recipe.model)


@dataclass(frozen=True, eq=False)
class Session:
    """A run that this process alone writes. `training` is None where nothing of it is left to train; `check` raises
    KeyboardInterrupt where Ctrl-C was heard."""

    run: Run
    dataset: Dataset
    watcher: Watcher
    check: Callable[[], None]
    training: Training | None

    def phases(self) -> Iterator[PhaseScores]:
        """Train what is left; each phase as it was judged, when its scores are on disk."""
        if self.training is not None:
            yield from self.training.phases()

    @property
    def scores(self) -> list[PhaseScores]:
        """Those of all phases so far."""
        return self.training.scores if self.training is not None else self.run.read_scores()


@contextmanager
def started(
    recipe: Recipe,
    dataset: Dataset,
    run: Run,
    *,
    command: str = "",
    threads: int | None = None,
    watcher: Watcher | None = None,
    base: Base | None = None,
    parts: Parts | None = None,
    check_plan: Callable[[Plan, Watcher], None] | None = None,
    make_extractor: MakeExtractor = features.in_keras,
) -> Iterator[Session]:
    """A training about to begin in an empty run folder. `command` is the one that began it, which recipe.json keeps;
    `base` is what pretrained.fetch gave for the recipe, where that was done before, and `parts` what stands in for the
    recipe's model and policy. `check_plan` is called before the first epoch with the plan of a network that a function
    built. `make_extractor` gives what computes a base's features.

    Raises InputError as `check_names`, `class_weights.for_classes` and `room.check`, InterruptedRunError on Ctrl-C,
    WriteError where a file cannot be written (both name the command that goes on), RunError where the loss stops being
    a number.
    """
    parts = parts or Parts()
    check_names(recipe, parts)
    recipe = parts.recipe(recipe.as_read(dataset))
    watcher = watcher or Watcher()
    with _ended(watcher), run.alone():
        with run.begun():
            if recipe.early_stop and dataset.validation is None:
                raise InputError(
                    f"early_stop is {recipe.early_stop}, and {dataset.name} has no validation images; wanted some; "
                    "leave early_stop out, or hold some out with --validation stratified"
                )
            class_weights.for_classes(recipe.class_weight, dataset.class_names, dataset.train.labels)
            if recipe.base and base is None:
                base = pretrained.fetch(recipe, threads)
            num_threads = _load_backend(threads, watcher)
            trunk = base.trunk if base else None
            architecture, custom = parts.describe(recipe, dataset, threads)
            plan = Plan.of(recipe, dataset.image_shape, dataset.num_classes, trunk, architecture)
            room.check(recipe, plan, len(dataset.train))
            if base is not None:  # before recipe.json: a folder with a recipe is a run, and has all it needs
                checkpoint.save_weights(run.base_file, base.weights)
            # Before anything is measured: a run that is killed from here on can be resumed.
            description = describe(recipe, plan, dataset, base, num_threads, command, custom)
            run.write_description(description)
            if check_plan is not None and plan.architecture:
                check_plan(plan, watcher)
            recipe = _prepared(recipe, plan, dataset, threads, watcher, parts.policy, base, make_extractor)
            _settle(run, description, recipe)
            training = Training(
                recipe, dataset, run, threads, watcher, plan, base, parts.policy, make_extractor
            )
        events.rewrite(run.events_folder, [])
        with interrupt.stopping_well(run) as training.check:
            yield Session(run, dataset, watcher, training.check, training)


@contextmanager
def resumed(
    run: Run,
    dataset: Dataset,
    *,
    threads: int | None = None,
    watcher: Watcher | None = None,
    longer: Recipe | None = None,
    parts: Parts | None = None,
    check_plan: Callable[[Plan, Watcher], None] | None = None,
    make_extractor: MakeExtractor = features.in_keras,
) -> Iterator[Session]:
    """A stopped run about to go on, or a finished one about to train longer, by the recipe `longer`. `threads` are
    those of the run, unless the backend runs already; the watcher is told what differs. Raises RunError
    where the data, the recipe or the backend are not those of the run or another process trains it, and as
    `started`."""
    description = run.description()
    run.check_data(dataset.fingerprint)
    there, here = description.backend, backend.name()
    if there != here:
        raise RunError(
            f"{run.path} was started on {there}, this is {here}, whose results differ; wanted the same backend; "
            f"set {backend.VARIABLE}={there}"
        )
    watcher, parts = watcher or Watcher(), parts or Parts()
    threads = threads or backend.threads() or description.threads
    damage = remains.put_aside_damaged(run)
    with _ended(watcher), run.alone():
        if damage:
            watcher.note(damage)
        run.remove_leftovers()
        if longer or not remains.nothing_to_train(run):
            _load_backend(threads, watcher)
            parts.check_again(run, dataset, threads)
            description = _compared(description, threads, watcher)
        recipe = _update(run, description, dataset, longer)
        training = None
        if not remains.nothing_to_train(run):
            plan = description.plan
            if check_plan is not None and plan.architecture and not remains.epochs_done(run):
                check_plan(plan, watcher)
            training = _restored(run, recipe, dataset, threads, watcher, parts, make_extractor)
        with interrupt.stopping_well(run) as check:
            if training is not None:
                training.check = check
            yield Session(run, dataset, watcher, check, training)


def _compared(own: Description, threads: int, watcher: Watcher) -> Description:
    """The description that says what differs here from where the run began, after the watcher was told."""
    differs = differences(own, threads)
    if not differs:
        return own
    watcher.note(
        f"this resume differs from the start of the run ({differs}): its weights and scores may differ a little from "
        "those of a run that was never stopped"
    )
    return own if differs in own.resumed else replace(own, resumed=(*own.resumed, differs))


def _load_backend(threads: int | None, watcher: Watcher) -> int:
    """The number of threads. Before anything else asks for Keras: what TensorFlow writes on stderr while it loads is
    kept back here."""
    watcher.doing(f"loading {backend.title()}")
    return backend.start(threads)


def _prepared(
    recipe: Recipe,
    plan: Plan,
    dataset: Dataset,
    threads: int | None,
    watcher: Watcher,
    policy: augment.Policy | None,
    base: Base | None,
    make_extractor: MakeExtractor,
    done: int = 0,
) -> Recipe:
    """The recipe with its precision settled, after the watcher was told what will happen."""
    watcher.doing("measuring how fast this machine trains")
    recipe = settle_precision(recipe, threads, watcher)
    watcher.plan(lambda: outlook(recipe, plan, dataset, threads, policy, done, base, make_extractor))
    watcher.doing("building the network")
    return recipe


def _settle(run: Run, description: Description, recipe: Recipe) -> None:
    """Write the recipe's precision into recipe.json, where it was left open."""
    if recipe != description.recipe:
        run.write_description(replace(description, recipe=recipe, precision=recipe.precision))


@contextmanager
def _ended(watcher: Watcher) -> Iterator[None]:
    """Tell the watcher of the end, whatever ended it."""
    try:
        yield
    finally:
        watcher.end()


def _update(run: Run, description: Description, dataset: Dataset, longer: Recipe | None) -> Recipe:
    """Write into recipe.json where the data are now and how long the run is to train; its recipe from now on."""
    recipe, own, reading = longer or description.recipe, description.data, dataset.reading
    if recipe != description.recipe:
        # What is trained already is its beginning: killed before the next checkpoint, it is a stopped run.
        lengths = {field: getattr(recipe, field) for field in FIELDS}
        recipe = recipes.lengthen(description.recipe, lengths, remains.epochs_done(run))
        if recipe != longer:
            raise RunError(
                f"{run.path} has another recipe than the longer one; wanted the same recipe with more epochs; "
                "use recipes.lengthen, or train again"
            )
    if reading.source and reading.absolute != own.reading.absolute:  # the data have moved
        own = replace(own, reading=reading)
    updated = replace(description, recipe=recipe, data=own)
    if updated != run.description():
        run.write_description(updated)
    return recipe


def _restored(
    run: Run,
    recipe: Recipe,
    dataset: Dataset,
    threads: int | None,
    watcher: Watcher,
    parts: Parts,
    make_extractor: MakeExtractor,
) -> Training:
    """A stopped run's training as its checkpoint left it."""
    aside = run.last_checkpoint.with_name(f"{run.last_checkpoint.name}.damaged")
    if not remains.epochs_done(run) and run.history_file.exists() and not aside.exists():
        watcher.note(f"{run.last_checkpoint} is missing: training begins again with the first epoch")
    base, done, plan = pretrained.restore(run), remains.epochs_done(run), run.description().plan
    if done < sum(epochs for _, epochs in recipe.phases()) or recipe.precision == "auto":
        recipe = _prepared(recipe, plan, dataset, threads, watcher, parts.policy, base, make_extractor, done)
        _settle(run, run.description(), recipe)
    training = Training(recipe, dataset, run, threads, watcher, plan, base, parts.policy, make_extractor)
    if remains.has_checkpoint(run):
        training.restore(checkpoint.load(run.last_checkpoint))
    run.write_history(training.history)
    events.rewrite(run.events_folder, training.history)
    return training
