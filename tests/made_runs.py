"""Run folders written by hand, as training would leave them: no network is trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clothier import evaluate, recipes
from clothier.runs import Run
from clothier.values import EpochRow, Labels, PhaseScores, Predictions

CLASSES = ("shoe", "bag & <hat>", "coat|jacket")
LABELS: Labels = np.arange(60) % 3


def predicted(wrong: Sequence[int], labels: Labels = LABELS) -> Labels:
    """Right everywhere but at those indices."""
    result = labels.copy()
    result[list(wrong)] = (result[list(wrong)] + 1) % 3
    return result


def make_run(
    root: Path,
    name: str,
    wrong: Sequence[int] = (),
    *,
    recipe: str = "cnn1",
    labels: Labels = LABELS,
    phases: Sequence[str] = ("plain",),
    validation: bool = True,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> Run:
    """A run judged at the end of each of the phases, wrong on those test images; `changes` are recipe fields."""
    run = Run(root / name)
    chosen = recipes.change(recipes.get(recipe), changes)
    run.write_recipe(
        {
            "recipe": chosen.as_json(),
            "data": {
                "name": "fashion-mnist",
                "source": "fashion-mnist",
                "fingerprint": "f" * 64,
                "notice": "",
                **(data or {}),
            },
            "model": {"parameters": 693_962},
            "threads": 2,
            "versions": {"clothier": "1.2.3", "keras": "3.15.1"},
            "machine": {"system": "Linux 6", "processor": "Zen <4>", "cores": 2, "memory_gib": 23.4},
            "command": "",
        }
    )
    ends, ended = {}, 0
    history = []
    for phase, epochs in chosen.phases():
        if phase in phases:
            for epoch in range(ended + 1, ended + epochs + 1):
                loss, accuracy = (0.5 / epoch, 1 - 0.5 / epoch) if validation else (None, None)
                history.append(EpochRow(epoch, phase, 0.5, 0.75, loss, accuracy, 0.001, 2.0))
        ended += epochs
        ends[phase] = ended
    run.write_history(history)
    answers = Predictions(4 * np.eye(3, dtype=np.float32)[predicted(wrong, labels)])
    scores = evaluate.score(labels, answers, CLASSES)
    run.write_predictions(labels, answers)
    run.write_scores(PhaseScores(phase, ends[phase], scores, None, scores, "beef" * 16) for phase in phases)
    return run
