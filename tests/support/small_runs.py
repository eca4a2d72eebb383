"""Small runs for the tests of this folder, and all of them that must not depend on how they were stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from clothier import recipes, training
from clothier.recipes import Recipe
from clothier.runs import Run, checkpoint
from clothier.values import Dataset

RECIPE = recipes.change(
    recipes.get("cnn1"),
    {"epochs": 2, "augmented_epochs": 2, "batch_size": 64, "learning_rate": 3e-3, "precision": "float32"},
)


STRONG = recipes.change(
    RECIPE,
    {
        "epochs": 0,
        "augmented_epochs": 4,
        "augment": "crop-flip+erase+cutmix",
        "label_smoothing": 0.1,
        "class_weight": "row=2,none=0.5",
        "schedule": "cosine",
        "warmup": 0.2,
        "average_decay": 0.8,
    },
)


FAST = recipes.change(
    recipes.get("fastnet"),
    {
        "epochs": 0,
        "augmented_epochs": 4,
        "augment": "alternate-flip+shift",
        "batch_size": 64,
        "skip": 0.5,
        "skip_from": 2,
        "skip_to": 3,
        "class_weight": "balanced",
    },
)


def fresh(dataset: Dataset, root: Path, recipe: Recipe = RECIPE) -> Run:
    run = Run.create(recipe.name, root)
    training.train(recipe, dataset, run)
    return run


def state(run: Run) -> tuple[str, str, list[str], list[Any]]:
    """Everything of a finished run that must not depend on how it was stopped."""
    last = checkpoint.load(run.last_checkpoint)
    history = [replace(row, seconds=0.0) for row in run.read_history()]
    scores = [phase.as_json() for phase in run.read_scores()]
    files = sorted(str(p.relative_to(run.path)) for p in run.path.rglob("*") if p.is_file())
    return (
        checkpoint.digest(last.tensors),
        run.predictions_file.read_text() + (run.model_file.read_text() if run.model_file.exists() else ""),
        files,
        [history, scores, last.best],
    )
