"""Run folders written by hand, as training would leave them: no network is trained."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clothier import evaluate, recipes
from clothier.recipes import Recipe
from clothier.runs import DataDescription, Description, Machine, Parameters, Run
from clothier.values import EpochRow, Labels, PhaseScores, Predictions, Reading

CLASSES = ("shoe", "bag & <hat>", "coat|jacket")
LABELS: Labels = np.arange(60) % 3


def predicted(wrong: Sequence[int], labels: Labels = LABELS) -> Labels:
    """Right everywhere but at those indices."""
    result = labels.copy()
    result[list(wrong)] = (result[list(wrong)] + 1) % 3
    return result


def describe(recipe: Recipe, command: str = "", **data: Any) -> Description:
    """What recipe.json says of a run on data that `data` changes."""
    usual = DataDescription(
        name="fashion-mnist",
        reading=Reading("fashion-mnist"),
        fingerprint="f" * 64,
        fingerprints={},
        class_names=CLASSES,
        image_shape=(28, 28, 1),
        counts={"train": 300, "validation": 30, "test": 60},
        notice="",
    )
    return Description(
        recipe=recipe,
        data=replace(usual, **data),
        model=Parameters(693_962, 693_001),
        precision="float32",
        threads=2,
        backend="tensorflow",
        device="cpu",
        versions={"clothier": "1.2.3", "keras": "3.15.1"},
        machine=Machine("Linux 6", "Zen <4>", 2, 23.4),
        command=command,
    )


def make_run(
    root: Path,
    name: str,
    wrong: Sequence[int] = (),
    *,
    recipe: str = "cnn1",
    labels: Labels = LABELS,
    phases: Sequence[str] = ("plain",),
    validated: bool = True,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> Run:
    """A run judged at the end of each of the phases, wrong on those test images; `changes` are recipe fields."""
    run = Run(root / name)
    chosen = recipes.change(recipes.get(recipe), changes)
    run.write_description(describe(chosen, **(data or {})))
    ends, ended = {}, 0
    history = []
    for phase, epochs in chosen.phases():
        if phase in phases:
            for epoch in range(ended + 1, ended + epochs + 1):
                loss, accuracy = (0.5 / epoch, 1 - 0.5 / epoch) if validated else (None, None)
                history.append(EpochRow(epoch, phase, 0.5, 0.75, loss, accuracy, 0.001, 2.0))
        ended += epochs
        ends[phase] = ended
    run.write_history(history)
    answers = Predictions(4 * np.eye(3, dtype=np.float32)[predicted(wrong, labels)])
    scores = evaluate.score(labels, answers, CLASSES)
    run.write_predictions(labels, answers, CLASSES)
    digest = hashlib.sha256(name.encode()).hexdigest()  # other weights than those of other runs
    run.write_scores(PhaseScores(phase, ends[phase], scores, None, scores, digest) for phase in phases)
    return run
