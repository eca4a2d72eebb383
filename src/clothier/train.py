"""Recipe + Dataset -> a finished run: the epochs, their checkpoints, and the judging at the end of each phase."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from clothier import augment, backend, checkpoint, evaluate, events, report
from clothier.batches import batches
from clothier.checkpoint import Best, Checkpoint
from clothier.data.fingerprint import by_split
from clothier.errors import InterruptedRunError, RunError, WriteError
from clothier.recipes import Recipe
from clothier.runs import Run, write_atomic
from clothier.values import Dataset, EpochRow, PhaseScores, Predictions, Scores, Split


class Watcher:
    """What is told of a run while it trains. This one stays silent; the command line draws."""

    def note(self, sentence: str) -> None:
        """Something was decided that the person should know of."""

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        """Epoch 1..total begins, over that many images."""

    def batch(self, num_images: int, trainer: backend.Trainer) -> None:
        """That many images were just trained on; the trainer knows the means so far."""

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        """An epoch ended and its checkpoint is on disk; the seconds leave validation and saving out."""

    def judging(self, phase: str) -> None:
        """The weights at the end of a phase are about to be scored."""


@dataclass(frozen=True)
class Origin:
    """Where the data and the run came from, kept in recipe.json so that a run can be repeated and resumed."""

    source: str = ""  # as given to data.load
    options: dict[str, Any] = field(default_factory=dict)  # of data.load, as JSON
    command: str = ""


def train(
    recipe: Recipe,
    dataset: Dataset,
    run: Run,
    *,
    origin: Origin | None = None,
    threads: int | None = None,
    watcher: Watcher | None = None,
) -> list[PhaseScores]:
    """Train in an empty run folder; returns the scores of each phase, which scores.json holds too.

    Raises InterruptedRunError on Ctrl-C, WriteError where a file cannot be written (both name the command that
    goes on), RunError where the loss stops being a number.
    """
    watcher = watcher or Watcher()
    training = _Training(settle_precision(recipe, threads, watcher), dataset, run, threads, watcher)
    run.write_recipe(training.describe(origin or Origin(source=dataset.name)))
    events.rewrite(run.events_folder, [])
    return training.finish()


def resume(
    run: Run, dataset: Dataset, *, threads: int | None = None, watcher: Watcher | None = None
) -> list[PhaseScores]:
    """Go on with a stopped run; it ends with the weights, bit for bit, of one that never stopped (on the same
    machine, versions and threads). A finished run is left as it is.

    Raises RunError where the data or the recipe are not those of the run, and as `train`.
    """
    content = run.read_recipe()
    recipe = Recipe.from_json(content["recipe"])
    run.check_data(dataset.fingerprint)
    run.remove_leftovers()
    training = _Training(recipe, dataset, run, threads, watcher or Watcher())
    if run.last_checkpoint.exists():
        training.restore(checkpoint.load(run.last_checkpoint))
    run.write_history(training.history)
    events.rewrite(run.events_folder, training.history)
    return training.finish()


def settle_precision(recipe: Recipe, threads: int | None = None, watcher: Watcher | None = None) -> Recipe:
    """The recipe with `auto` replaced by what is faster here, so that a run is described by what it did."""
    if recipe.precision != "auto":
        return recipe
    backend.start(threads)
    speed = backend.bfloat16_speed()
    chosen = "bfloat16" if speed >= backend.BFLOAT16_MUST_WIN else "float32"
    if watcher:
        watcher.note(
            f"computing in {chosen}: a short probe ran {speed:.1f} times as fast in bfloat16 as in float32"
        )
    return replace(recipe, precision=chosen)


class _Training:
    """The moving parts of one run."""

    def __init__(
        self, recipe: Recipe, dataset: Dataset, run: Run, threads: int | None, watcher: Watcher
    ) -> None:
        self.threads = backend.start(threads)
        from clothier import models
        from clothier.models.optimizers import OPTIMIZERS

        self.recipe, self.dataset, self.run, self.watcher = recipe, dataset, run, watcher
        self.policy = augment.get(recipe.augment) if recipe.augmented_epochs else None
        shape, classes = dataset.image_shape, dataset.num_classes
        backend.set_seed(recipe.seed)
        self.model = models.build(recipe.model, shape, classes, recipe.precision)
        self.optimizer = OPTIMIZERS[recipe.optimizer](recipe)
        self.trainer = backend.Trainer(self.model, self.optimizer)
        self.judge = backend.Judge(models.build(recipe.model, shape, classes))
        self.history: list[EpochRow] = []
        self.best: Best | None = None

    def finish(self) -> list[PhaseScores]:
        """Everything that is still to do, from wherever the run stands."""
        with self._stopping_well():
            scores = self.run.read_scores()
            ended = 0
            for phase, epochs in self.recipe.phases():
                for epoch in range(max(ended, len(self.history)) + 1, ended + epochs + 1):
                    self._epoch(epoch, phase)
                ended += epochs
                if not any(score.name == phase for score in scores):
                    scores.append(self._judge_phase(phase))
                    self.run.report_file.unlink(missing_ok=True)  # it would not know of these scores
                    self.run.write_scores(scores)
                    self._write_pages()
            if not self.run.report_file.exists():  # stopped between the scores and the page
                self._write_pages()
        return scores

    @contextmanager
    def _stopping_well(self) -> Iterator[None]:
        how = f"go on with: clothier train --resume {self.run.path}"
        try:
            yield
        except KeyboardInterrupt:
            total = sum(epochs for _, epochs in self.recipe.phases())
            done = f"stopped with {len(self.history)} of {total} epochs done and saved"
            raise InterruptedRunError(f"{done}; {how}") from None
        except WriteError as error:
            error.args = (f"{error}; then {how}",)
            raise

    def _epoch(self, epoch: int, phase: str) -> None:
        recipe, split, began = self.recipe, self.dataset.train, time.perf_counter()
        total = sum(epochs for _, epochs in recipe.phases())
        self.watcher.begin_epoch(epoch, total, phase, len(split))
        self.trainer.reset()
        backend.seed_dropout(self.model, recipe.seed, epoch)
        policy = self.policy if phase == "augmented" else None
        for images, labels in batches(split, recipe.batch_size, seed=recipe.seed, epoch=epoch, policy=policy):
            self.trainer.step(images, labels)
            self.watcher.batch(len(labels), self.trainer)
        loss, accuracy = self.trainer.means()
        training_seconds = time.perf_counter() - began
        if not math.isfinite(loss):
            raise RunError(
                f"the loss became {loss} in epoch {epoch}; wanted a finite number; "
                f"train anew with a smaller step, such as --set learning_rate={recipe.learning_rate / 10:g}"
            )
        val_loss = val_accuracy = None
        if self.dataset.validation:
            val_loss, val_accuracy = evaluate.loss_and_accuracy(
                self.dataset.validation.labels, self._predict(self.dataset.validation)
            )
        rate = float(np.asarray(self.optimizer.learning_rate))
        seconds = round(time.perf_counter() - began, 3)
        row = EpochRow(epoch, phase, loss, accuracy, val_loss, val_accuracy, rate, seconds)
        self._save(row)
        self.watcher.end_epoch(row, len(split), training_seconds)

    def _save(self, row: EpochRow) -> None:
        """Best weights under a new name first, then the checkpoint that vouches for them, then all else: killed
        between any two, the checkpoint on disk is whole and the rest is made anew from it."""
        best = self.best
        if row.val_loss is not None and (best is None or row.val_loss < best.val_loss):
            sha256 = checkpoint.save_weights(self.run.best_checkpoint(row.epoch), self._weights())
            best = Best(row.epoch, row.val_loss, sha256)
        history = [*self.history, row]
        state = Checkpoint(
            tensors={**self._weights(), **self._optimizer_state()},
            recipe=self.recipe.as_json(),
            fingerprint=self.dataset.fingerprint,
            history=history,
            best=best,
        )
        checkpoint.save(self.run.last_checkpoint, state)
        self.history, self.best = history, best
        self.run.write_history(history)
        events.append(self.run.events_folder, row)
        self._drop_old_bests()

    def _drop_old_bests(self) -> None:
        for path in self.run.best_checkpoints():
            if self.best is None or path != self.run.best_checkpoint(self.best.epoch):
                path.unlink(missing_ok=True)

    def restore(self, state: Checkpoint) -> None:
        """Put weights, optimiser and history back; RunError where they are not this run's."""
        differing = [
            f"{name} {state.recipe.get(name)!r} there, {value!r} here"
            for name, value in self.recipe.as_json().items()
            if state.recipe.get(name) != value
        ]
        if differing:
            raise RunError(
                f"{self.run.last_checkpoint} belongs to another recipe ({'; '.join(differing)}); "
                "wanted the recipe of the run; put recipe.json back as it was, or train anew"
            )
        if state.fingerprint != self.dataset.fingerprint:
            raise RunError(f"{self.run.last_checkpoint} belongs to other data; wanted this run's; train anew")
        self._assign(state)
        self.history, self.best = state.history, state.best
        if state.best:
            path = self.run.best_checkpoint(state.best.epoch)
            if checkpoint.digest(checkpoint.load_weights(path)) != state.best.sha256:
                raise RunError(f"{path} is not the file the checkpoint names; put it back, or train anew")
        self._drop_old_bests()

    def _assign(self, state: Checkpoint) -> None:
        own = {
            **self._variables("model", self.model.weights),
            **self._variables("optimizer", self.optimizer.variables),
        }
        if own.keys() != state.tensors.keys():
            raise RunError(
                f"{self.run.last_checkpoint} holds other variables than {self.recipe.model} has; "
                "use the version of clothier that wrote it, or train anew"
            )
        for name, variable in own.items():
            variable.assign(state.tensors[name])

    @staticmethod
    def _variables(part: str, variables: list[Any]) -> dict[str, Any]:
        """Named by place and path: the optimiser's paths alone could repeat."""
        return {f"{part}/{place:03d}/{variable.path}": variable for place, variable in enumerate(variables)}

    def _weights(self) -> dict[str, Any]:
        named = self._variables("model", self.model.weights)
        return {name: np.asarray(variable) for name, variable in named.items()}

    def _optimizer_state(self) -> dict[str, Any]:
        named = self._variables("optimizer", self.optimizer.variables)
        return {name: np.asarray(variable) for name, variable in named.items()}

    def _predict(self, split: Split) -> Predictions:
        return Predictions(self.judge.logits(self.model.weights, split.images))

    def _judge_phase(self, phase: str) -> PhaseScores:
        """Score the last weights on every split; this is the only place that reads the test split."""
        self.watcher.judging(phase)
        splits = self.dataset.splits()
        predictions = {name: self._predict(split) for name, split in splits.items()}
        scores: dict[str, Scores] = {
            name: evaluate.score(split.labels, predictions[name], self.dataset.class_names)
            for name, split in splits.items()
        }
        judged = self.dataset.judged
        self.run.write_predictions(splits[judged].labels, predictions[judged])
        return PhaseScores(
            name=phase,
            epochs=len(self.history),
            train=scores["train"],
            validation=scores.get("validation"),
            test=scores.get("test"),
            weights_sha256=checkpoint.digest(self._weights()),
        )

    def _write_pages(self) -> None:
        report.write_figures(self.run, self.dataset.split(self.dataset.judged))
        write_atomic(self.run.report_file, report.render(self.run))

    def describe(self, origin: Origin) -> dict[str, Any]:
        """What recipe.json holds."""
        dataset, model = self.dataset, self.model
        return {
            "recipe": self.recipe.as_json(),
            "data": {
                "source": origin.source,
                "options": origin.options,
                "fingerprint": dataset.fingerprint,
                "fingerprints": by_split(dataset.splits(), dataset.class_names),
                "class_names": list(dataset.class_names),
                "image_shape": list(dataset.image_shape),
                "counts": {name: len(split) for name, split in dataset.splits().items()},
                "notice": dataset.notice,
            },
            "model": {
                "parameters": model.count_params(),
                "trainable": sum(int(np.prod(v.shape)) for v in model.trainable_variables),
            },
            "precision": self.recipe.precision,
            "threads": self.threads,
            "versions": backend.versions(),
            "machine": backend.machine(),
            "command": origin.command,
        }
