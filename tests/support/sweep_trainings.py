"""Sweeps whose trainings are written by hand: how good a configuration is, is a function of its recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clothier import evaluate
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.training import Watcher
from clothier.values import Dataset, EpochRow, PhaseScores, Predictions, Scores, Split
from support.run_folders import describe

Correct = Callable[[Recipe], int]


@dataclass
class Trainings:
    """What was trained, in order: (learning rate, seed, whether it was begun or resumed). `correct(recipe)` of 90
    validation images are classified correctly; of the test images those that validation has wrong. `stop`, where it is
    given, is called after each epoch."""

    correct: Correct
    stop: Callable[[Recipe, int], None] = lambda recipe, epoch: None
    done: list[tuple[float, int, str]] = field(default_factory=list)

    def train(self, recipe: Recipe, dataset: Dataset, run: Run, *, watcher: Watcher, **_: Any) -> None:
        self.done.append((recipe.learning_rate, recipe.seed, "begun"))
        run.write_description(describe(recipe, class_names=dataset.class_names))
        self._epochs(recipe, dataset, run, watcher)

    def resume(self, run: Run, dataset: Dataset, *, watcher: Watcher, **_: Any) -> None:
        recipe = run.recipe()
        self.done.append((recipe.learning_rate, recipe.seed, "resumed"))
        self._epochs(recipe, dataset, run, watcher)

    def _epochs(self, recipe: Recipe, dataset: Dataset, run: Run, watcher: Watcher) -> None:
        history = run.read_history()
        assert dataset.validation is not None
        right = np.arange(len(dataset.validation)) < self.correct(recipe)
        for epoch in range(len(history) + 1, recipe.epochs + 1):
            watcher.begin_epoch(epoch, recipe.epochs, "plain", 300)
            row = EpochRow(epoch, "plain", 0.5, 0.75, 0.5, float(right.mean()), recipe.learning_rate, 2.0)
            history.append(row)
            run.write_history(history)
            self.stop(recipe, epoch)
            watcher.end_epoch(row, 300, 2.0)
        watcher.judged_validation("plain", right)
        validation, test = (_scores(dataset, split, marks) for split, marks in _judged(dataset, right))
        run.write_scores([PhaseScores("plain", recipe.epochs, validation, validation, test, "0" * 64)])


def _judged(dataset: Dataset, right: Any) -> list[tuple[Split, Any]]:
    assert dataset.validation is not None
    assert dataset.test is not None
    return [(dataset.validation, right), (dataset.test, np.resize(~right, len(dataset.test)))]


def _scores(dataset: Dataset, split: Split, right: Any) -> Scores:
    guesses = np.where(right, split.labels, (split.labels + 1) % dataset.num_classes)
    return evaluate.score(
        split.labels, Predictions(np.eye(dataset.num_classes, dtype=np.float32)[guesses]), dataset.class_names
    )
