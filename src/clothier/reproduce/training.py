"""What is still to be trained, and training it. What is finished is reused, and what stopped is continued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clothier import errors, recipes
from clothier.api import finish
from clothier.recipes import Recipe
from clothier.reproduce.request import Known, Request
from clothier.runs import Run
from clothier.system import hardware
from clothier.training import Watcher, remains, settle_precision


@dataclass(frozen=True, eq=False)
class Job:
    """A run still to be trained, tested on the images that `test` names: a new one, or `run`, which has done some
    epochs."""

    recipe: Recipe
    test: str
    run: Run | None = None
    epochs_done: int = 0


def plan(request: Request, threads: int | None = None) -> list[Job]:
    """What is still to be trained, seed by seed: the first `augmented_seeds` seeds of a recipe go through all its
    phases, and fill a row with each. Further ones, up to `seeds`, end after the first phase.

    A finished run is reused. One that stopped, or that ended after its first phase, is continued where it was trained
    in as many threads.
    """
    jobs, runs = [], request.known()
    for number in range(max(request.seeds, request.augmented_seeds)):
        for usual, test in request.trained():
            recipe = _wanted(recipes.change(usual, {"seed": usual.seed + number}), number, request)
            if recipe is not None and (job := _job(recipe, test, runs, request, threads)):
                jobs.append(job)
    return jobs


def in_one_precision(
    jobs: Sequence[Job], threads: int | None = None, watcher: Watcher | None = None
) -> list[Job]:
    """The jobs, in one precision where they leave it open. Each run would otherwise probe the machine for itself, and
    a busy machine answers differently from probe to probe."""
    is_open = [job for job in jobs if job.run is None and job.recipe.precision == "auto"]
    if not is_open:
        return list(jobs)
    precision = settle_precision(is_open[0].recipe, threads, watcher).precision
    return [
        replace(job, recipe=replace(job.recipe, precision=precision)) if job in is_open else job
        for job in jobs
    ]


def carry_out(job: Job, request: Request, threads: int | None = None, watcher: Watcher | None = None) -> Run:
    """Train what the job asks for; its run, finished. Raises what finish.train and finish.resume raise."""
    dataset = request.dataset(job.recipe, job.test)
    if job.run is not None:
        own = job.run.recipe()
        longer = replace(own, augmented_epochs=job.recipe.augmented_epochs)
        finish.resume(
            job.run,
            dataset,
            threads=threads,
            watcher=watcher,
            longer=longer if longer != own else None,
        )
        return job.run
    run = Run.create(job.recipe.name, request.runs)
    command = command_of(job, request)
    finish.train(job.recipe, dataset, run, command=command, threads=threads, watcher=watcher)
    return run


def command_of(job: Job, request: Request) -> str:
    """The command that trains the same run by itself, where one does."""
    recipe, usual = job.recipe, recipes.get(job.recipe.name)
    seed = request.resplit_by(recipe, job.test)
    if seed not in (None, recipe.seed):  # only this table draws by another seed than the run's
        number = recipe.seed - usual.seed + 1
        return errors.command("reproduce", "all", "--rows", recipe.name, "--seeds", str(number))
    words = ["train", recipe.name, "--seed", str(recipe.seed)]
    if request.source != "fashion-mnist":
        words += ["--data", request.source]
    if seed is not None:
        words.append("--resplit")
    changes = dict(request.changes or {})
    if seed is None and request.source != "fashion-mnist" and recipe.validation == "default":
        changes.setdefault("validation", "article")
    if recipe.precision != usual.precision:
        changes["precision"] = recipe.precision
    if "epochs" in changes or recipe.augmented_epochs != usual.augmented_epochs:
        changes["augmented_epochs"] = recipe.augmented_epochs
    for field, value in changes.items():
        words += ["--set", f"{field}={value}"]
    return errors.command(*words)


def _wanted(recipe: Recipe, number: int, request: Request) -> Recipe | None:
    """The recipe of the seed of that number, perhaps without its later phases; None where it is not asked for."""
    has_later = len(recipe.phases()) > 1
    if has_later and number < request.augmented_seeds:
        return recipe
    if number >= request.seeds:
        return None
    return replace(recipe, augmented_epochs=0) if has_later else recipe


def _job(recipe: Recipe, test: str, runs: list[Known], request: Request, threads: int | None) -> Job | None:
    """What is left to train of that recipe; None where a finished run has it."""
    first, last = (recipe.phases()[place][0] for place in (0, -1))
    of_seed = [known for known in runs if known.recipe.seed == recipe.seed]
    same = request.alike(of_seed, recipe, test, first)
    for known in same:
        judged = {(scores.name, scores.epochs) for scores in known.scores}
        if judged.issuperset(recipes.ends(recipe, known.history)) and _is_alike(known.recipe, recipe, last):
            return None
    wanted = threads or hardware.num_cores()
    begun = [known for known in same if known.content.threads == wanted and _is_beginning(known, recipe)]
    best = max(begun, key=lambda known: len(known.history), default=None)
    return Job(recipe, test, best.run, len(best.history)) if best else Job(recipe, test)


def _is_alike(own: Recipe, recipe: Recipe, phase: str) -> bool:
    """Whether a run of the first recipe, which is the second until the end of its first phase, is so until that one."""
    return phase == "plain" or replace(own, precision="auto", validation="default") == replace(
        recipe, precision="auto", validation="default"
    )


def _is_beginning(known: Known, recipe: Recipe) -> bool:
    """Whether the run can be continued until it is one of that recipe, and no further."""
    own = known.recipe
    as_long = replace(own, augmented_epochs=recipe.augmented_epochs)
    if not _is_alike(as_long, recipe, "all"):
        return False
    if own.augmented_epochs == recipe.augmented_epochs:
        return True
    return own.augmented_epochs == 0 and remains.has_checkpoint(known.run)
