"""The moving parts of a run: epochs, checkpoints, judging."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from clothier import augment, backend, evaluate, models, recipes
from clothier.errors import DivergedError, RunError
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.runs import Run, checkpoint, events
from clothier.runs.checkpoint import Best, Checkpoint
from clothier.training import remains, schedule, stages
from clothier.training.batches import Policy, batches, shuffled
from clothier.training.feed import Feed
from clothier.training.transfer import features
from clothier.training.transfer.features import MakeExtractor
from clothier.training.transfer.pretrained import Base
from clothier.training.watcher import Watcher
from clothier.values import Dataset, EpochRow, Examples, PhaseScores, Scores, Split
from clothier.values.wording import counted

LOSSES = "train/losses"  # of each training image, among the tensors of a checkpoint
SAMPLE = 10_000  # training images that are judged where each is looked at several times


class Training:
    """The moving parts of one run."""

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        run: Run,
        threads: int | None,
        watcher: Watcher,
        plan: Plan,
        base: Base | None = None,
        policy: augment.Policy | None = None,
        make_extractor: MakeExtractor = features.in_keras,
    ) -> None:
        """`plan` is that of the recipe's network. `policy` is given if the recipe's policy is not in the table."""
        self.threads = backend.start(threads)
        self.recipe, self.dataset, self.run, self.watcher, self.base = recipe, dataset, run, watcher, base
        if policy is None and recipe.augmented_epochs:
            policy = augment.get(recipe.augment)
        self.feed = Feed(recipe, plan, dataset, base, policy, make_extractor, self._progress, watcher.note)
        self.visits = schedule.visits(recipe, len(dataset.train))
        self.steps = schedule.steps_per_epoch(recipe, len(dataset.train))
        self.plan = plan
        weigh = recipes.class_weights.for_classes
        self.class_weights = weigh(recipe.class_weight, dataset.class_names, dataset.train.labels)
        backend.set_seed(recipe.seed)
        if base is None:
            self.stage = stages.whole(self.plan, recipe, dataset.train.images, self.class_weights)
        else:
            num_features = int(models.build_base(self.plan).output_shape[1])
            self.stage = stages.head(self.plan, recipe, num_features, self.class_weights)
        self.fine_tuning = False
        # Of each training image, as it was last seen.
        self.losses = np.zeros(len(dataset.train) if recipe.skip else 0, np.float32)
        self.history: list[EpochRow] = []
        self.scores: list[PhaseScores] = []
        self.best: Best | None = None
        self.check: Callable[[], None] = lambda: None  # raises KeyboardInterrupt where Ctrl-C was heard

    def phases(self) -> Iterator[PhaseScores]:
        """Train what is still to be trained, from wherever the run stands; each phase when it was judged, and its
        scores are on disk."""
        self.scores = self._read_scores()
        for phase, _ in self.recipe.phases():
            while len(self.history) < self._end(phase):
                self._epoch(len(self.history) + 1, phase)
                self.check()
            ended = self._end(phase)
            there = any((score.name, score.epochs) == (phase, ended) for score in self.scores)
            if len(self.history) > ended:
                if not there:
                    self.watcher.note(
                        f"the scores of phase {phase} are lost: the weights have been trained further since"
                    )
            elif not there or not remains.is_judged(self.run):
                self._tell_early_end(phase)
                judged = self._judge_phase(phase)
                self.scores = [*(score for score in self.scores if score.name != phase), judged]
                self.run.write_scores(self.scores)
                yield judged

    def _end(self, phase: str) -> int:
        """The number of the phase's last epoch, as far as can be told by now."""
        return dict(recipes.ends(self.recipe, self.history))[phase]

    def _tell_early_end(self, phase: str) -> None:
        rows = [row for row in self.history if row.phase == phase]
        if recipes.is_over(self.recipe, rows):
            best = min(rows, key=lambda row: row.val_loss or 0.0)
            self.watcher.note(
                f"the {phase} phase ends after epoch {rows[-1].epoch}: its validation loss was lowest in epoch "
                f"{best.epoch} ({best.val_loss:.4f}) and has not fallen for {counted(self.recipe.early_stop, 'epoch')}"
            )

    def _read_scores(self) -> list[PhaseScores]:
        try:
            return self.run.read_scores()
        except RunError as error:
            self.watcher.note(f"{error}; phases whose weights are still there are evaluated again")
            return []

    def _epoch(self, epoch: int, phase: str) -> None:
        if phase == "fine-tuned":
            self._fine_tune()
        recipe, stage, examples, began = self.recipe, self.stage, self.feed.splits(phase), time.perf_counter()
        if epoch == 1 and self.base is not None:
            stage.standardise(examples["train"].inputs)
        _, total = recipes.ends(recipe, self.history)[-1]
        planned = schedule.planned(recipe, self.history, epoch, phase)
        self.watcher.begin_epoch(epoch, total, phase, self.visits[planned - 1])
        stage.trainer.reset()
        backend.seed_dropout(stage.model, recipe.seed, epoch)
        self._steps(epoch, planned, self.feed.training(phase, epoch), self.feed.policy(phase))
        loss, accuracy = stage.trainer.means()
        training_seconds = time.perf_counter() - began
        val_loss = val_accuracy = None
        if validation := examples.get("validation"):
            val_loss, val_accuracy = evaluate.loss_and_accuracy(validation.labels, stage.glance(validation))
        self._check_numbers(epoch, loss, val_loss)
        learning_rate = float(np.asarray(stage.optimizer.learning_rate))
        seconds = round(time.perf_counter() - began, 3)
        row = EpochRow(epoch, phase, loss, accuracy, val_loss, val_accuracy, learning_rate, seconds)
        self._save(row)
        self.watcher.end_epoch(row, self.visits[planned - 1], training_seconds)

    def _check_numbers(self, epoch: int, loss: float, val_loss: float | None) -> None:
        """DivergedError where training has run away. Its loss is that before each step: of what the last step did, only
        the weights and the validation loss know."""
        told = {"the loss": loss, "the validation loss": 0.0 if val_loss is None else val_loss}
        words = [f"{what} became {value}" for what, value in told.items() if not math.isfinite(value)]
        if not self.stage.is_finite():
            words.append("weights became infinite")
        if words:
            raise self._ran_away(words[0], epoch)

    def _ran_away(self, what: str, epoch: int) -> DivergedError:
        rate = "fine_tune_rate" if self.fine_tuning else "learning_rate"
        return DivergedError(
            f"{what} in epoch {epoch}; wanted finite numbers; "
            f"train again with a smaller step, such as --set {rate}={getattr(self.recipe, rate) / 10:g}"
        )

    def _steps(self, epoch: int, planned: int, train: Examples, policy: Policy | None) -> None:
        """Train on every batch of an epoch, whose number in the plan sets its learning rate."""
        stage, phase = self.stage, self._phase_of(planned)
        before, total = sum(self.steps[phase[0] : planned - 1]), sum(self.steps[slice(*phase)])
        seed, easiest = self.recipe.seed, len(train) - self.visits[planned - 1]
        rows = np.argsort(self.losses, kind="stable")[easiest:] if easiest else np.arange(len(train))
        order = shuffled(np.sort(rows), seed, epoch)
        made = batches(train, stage.batch_size, seed=seed, epoch=epoch, policy=policy, order=order)
        for number, (inputs, targets) in enumerate(made, start=before):
            stage.trainer.step(inputs, targets, schedule.rate(stage.recipe, number, total))
            self.watcher.batch(len(targets), stage.trainer)
            self.check()
        if len(self.losses):
            self.losses[order] = stage.trainer.losses()

    def _phase_of(self, epoch: int) -> tuple[int, int]:
        """The epochs before and up to the end of what the learning rate's schedule spans: the whole run, or, on a base,
        the epoch's phase, because each has an optimiser and a rate of its own."""
        ended = 0
        for _, epochs in self.recipe.phases():
            if self.base is not None and epoch <= ended + epochs:
                return ended, ended + epochs
            ended += epochs
        return 0, ended

    def _progress(self, what: str, done: int, total: int) -> None:
        self.watcher.progress(what, done, total)
        self.check()

    def _fine_tune(self) -> None:
        """Go on to the stage in which base and head are trained together."""
        if self.base is None or self.fine_tuning:
            return
        values = [*self.base.weights.values(), *self.stage.weights().values()]
        self.stage = stages.fine_tuning(self.plan, self.recipe, values, self.class_weights)
        self.fine_tuning = True

    def _save(self, row: EpochRow) -> None:
        """Best weights under a new name first, then the checkpoint that vouches for them, then all else: killed
        between any two, the checkpoint on disk is whole and the rest is made again from it."""
        best = self.best
        if row.val_loss is not None and (best is None or row.val_loss < best.val_loss):
            sha256 = checkpoint.save_weights(self.run.best_checkpoint(row.epoch), self.stage.weights())
            best = Best(row.epoch, row.val_loss, sha256)
        history = [*self.history, row]
        state = Checkpoint(
            tensors=self.stage.tensors() | {LOSSES: self.losses},
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
        # Read as a recipe, since an earlier version may have known fewer fields.
        earlier = Recipe.from_json(state.recipe)
        if not recipes.extends(self.recipe, earlier):
            written = earlier.as_json()
            differing = [
                f"{name} {written[name]!r} there, {value!r} here"
                for name, value in self.recipe.as_json().items()
                if written[name] != value
            ]
            raise RunError(
                f"{self.run.last_checkpoint} belongs to another recipe ({'; '.join(differing)}); "
                "wanted the recipe of the run; put recipe.json back as it was, or train again"
            )
        if state.fingerprint != self.dataset.fingerprint:
            raise RunError(
                f"{self.run.last_checkpoint} belongs to other data; wanted this run's; train again"
            )
        if state.history[-1].phase == "fine-tuned":
            self._fine_tune()
        tensors = dict(state.tensors)
        self.losses = np.array(tensors.pop(LOSSES, self.losses))
        if not self.stage.assign(tensors):
            raise RunError(
                f"{self.run.last_checkpoint} holds other variables than {self.recipe.model} has; "
                "use the version of clothier that wrote it, or train again"
            )
        self.history, self.best = state.history, state.best
        if state.best:
            path = self.run.best_checkpoint(state.best.epoch)
            if checkpoint.digest(checkpoint.load_weights(path)) != state.best.sha256:
                raise RunError(f"{path} is not the file the checkpoint names; put it back, or train again")
        self._drop_old_bests()

    def _judged_examples(self, phase: str) -> Mapping[str, Examples]:
        """All of each split, but where a recipe looks at an image several times only a sample of those trained on:
        they say how far the network over-fits, and would take longer to judge than all the others."""
        splits, images, labels = self.feed.splits(phase), self.dataset.train.images, self.dataset.train.labels
        if self.recipe.views == "image" or self.dataset.judged == "train" or len(labels) <= SAMPLE:
            return splits
        rows = np.sort(np.random.default_rng(self.recipe.seed).permutation(len(labels))[:SAMPLE])
        return {**splits, "train": Split(images[rows], labels[rows])}

    def _judge_phase(self, phase: str) -> PhaseScores:
        """Score the last weights on each split; this is the only place that reads the test split."""
        splits = self._judged_examples(phase)
        self.watcher.judging(phase, sum(map(len, splits.values())))
        predictions = {name: self.stage.predict(split) for name, split in splits.items()}
        for name, of_split in predictions.items():
            # Without validation data nothing has looked yet at what the last step's weights give.
            if not np.isfinite(of_split.logits).all():
                raise self._ran_away(f"predictions of {name} images became infinite", len(self.history))
        if held_out := splits.get("validation"):
            right = predictions["validation"].labels == held_out.labels
            self.watcher.judged_validation(phase, right)
        scores: dict[str, Scores] = {
            name: evaluate.score(split.labels, predictions[name], self.dataset.class_names)
            for name, split in splits.items()
        }
        judged = self.dataset.judged
        labels = splits[judged].labels
        validation = (
            (splits["validation"].labels, predictions["validation"]) if "validation" in splits else None
        )
        reliability = evaluate.calibration(judged, labels, predictions[judged], validation)
        calibrated = replace(predictions[judged], temperature=reliability["temperature"])
        files = self.dataset.split(judged).files
        self.run.write_predictions(labels, calibrated, self.dataset.class_names, files)
        self.run.write_reliability(reliability)
        return PhaseScores(
            name=phase,
            epochs=len(self.history),
            train=scores["train"],
            validation=scores.get("validation"),
            test=scores.get("test"),
            weights_sha256=checkpoint.digest(self.stage.weights()),
        )
