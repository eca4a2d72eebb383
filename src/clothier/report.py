"""A run -> its figures, and one self-contained HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clothier import pages, plots
from clothier.errors import RunError
from clothier.evaluate import describe_fit, judged, wilson
from clothier.recipes import RECIPES, Recipe
from clothier.recipes.published import PUBLISHED, Published
from clothier.runs import Run, write_atomic
from clothier.values import PhaseScores, Scores

# What the page shows of recipe.json beside the recipe itself.
_WANTED: dict[str, tuple[str, ...]] = {
    "data": ("source", "fingerprint", "class_names", "image_shape", "counts", "notice"),
    "model": ("parameters", "trainable"),
    "machine": ("system", "processor", "cores", "memory_gib"),
    "versions": ("clothier",),
}


def write_figures(run: Run) -> list[Path]:
    """The figures as PNG in the run folder: curves, confusion matrix, bars per class; returns their paths.

    A figure whose numbers are not there yet is left out. Raises RunError for a damaged run, WriteError.
    """
    paths = []
    for name, picture in _figures(run, _read_recipe(run)["data"]["notice"]).items():
        paths.append(run.figure_file(name))
        write_atomic(paths[-1], picture)
    return paths


def render(run: Run) -> str:
    """The report page: HTML with its figures and styles inside, no script; equal runs give equal pages.

    Raises RunError where the run's files are missing or damaged.
    """
    return pages.render("report.html.j2", _contents(run))


def _read_recipe(run: Run) -> dict[str, Any]:
    content = run.read_recipe()
    missing = [
        f"{section}.{key}"
        for section, keys in _WANTED.items()
        for key in keys
        if key not in content.get(section, {})
    ]
    missing += [key for key in ("precision", "threads", "command") if key not in content]
    if missing:
        raise RunError(
            f"{run.recipe_file} lacks {', '.join(missing)}; wanted the file clothier wrote; train again"
        )
    return content


def _figures(run: Run, notice: str) -> dict[str, bytes]:
    """PNG by name."""
    figures = {}
    if history := run.read_history():
        figures["curves"] = plots.training_curves(history, f"{run.name}: accuracy and loss", notice)
    if phases := run.read_scores():
        split, scores = judged(phases[-1])
        names = [score.name for score in scores.per_class]
        title = f"{run.name}: {split} images after {pages.epochs(phases[-1].epochs)}"
        figures["confusion"] = plots.confusion_matrix(scores.confusion, names, title, notice)
        figures["per-class"] = plots.per_class_bars(scores, title, notice)
    return {name: plots.render(figure) for name, figure in figures.items()}


def _contents(run: Run) -> dict[str, Any]:
    """What the template names."""
    content, phases, history = _read_recipe(run), run.read_scores(), run.read_history()
    recipe, data = Recipe.from_json(content["recipe"]), content["data"]
    split, scores = judged(phases[-1]) if phases else ("", None)
    fields = _fields(recipe)
    return {
        "content": content,
        "run": run,
        "recipe": recipe,
        "fields": fields,
        "changed": [field for field, _, usual in fields if usual is not None],
        "summary": _summary(recipe, phases, len(history)),
        "phases": phases,
        "fits": [(phase.name, describe_fit(phase)) for phase in phases],
        "wilson": wilson,
        "published": _published(recipe, data["source"], phases),
        "figures": {name: pages.embedded(png) for name, png in _figures(run, data["notice"]).items()},
        "split": split,
        "scores": scores,
        "mistakes": _mistakes(scores) if scores else [],
        "history": history,
    }


def _summary(recipe: Recipe, phases: list[PhaseScores], epochs: int) -> str:
    total = sum(length for _, length in recipe.phases())
    if not phases:
        return f"Training has finished {epochs} of {pages.epochs(total)}; no phase has been judged yet."
    split, scores = judged(phases[-1])
    low, high = wilson(scores)
    ended = phases[-1].epochs
    done = f"{ended} of {pages.epochs(total)}" if ended < total else pages.epochs(ended)
    sentence = (
        f"After {done}, {recipe.name} names the right class for "
        f"{scores.accuracy:.2%} of {scores.confusion.sum():,} {split} images "
        f"(95% interval {low:.2%} to {high:.2%})."
    )
    return sentence if split == "test" else f"{sentence} There are no test images to judge it by."


def _fields(recipe: Recipe) -> list[tuple[str, Any, Any]]:
    """(field, value, the value in the recipe of that name where that is another, else None)."""
    usual = RECIPES.get(recipe.name, recipe).as_json()
    return [
        (field, value, usual[field] if usual[field] != value else None)
        for field, value in recipe.as_json().items()
    ]


def _published(
    recipe: Recipe, source: str, phases: list[PhaseScores]
) -> list[tuple[PhaseScores, Published, str, float, float]]:
    """(phase, the tutorial's figures, measure, theirs, ours); empty for data that no tutorial resembles."""
    rows = []
    for phase in phases if source in ("fashion-mnist", "generated") else []:
        published = PUBLISHED.get((recipe.name, phase.name))
        if published and phase.test:
            pairs = {
                "test loss": (published.test_loss, phase.test.loss),
                "test accuracy": (published.test_accuracy, phase.test.accuracy),
                "training accuracy": (published.train_accuracy, phase.train.accuracy),
            }
            rows += [
                (phase, published, measure, theirs, ours)
                for measure, (theirs, ours) in pairs.items()
                if theirs is not None
            ]
    return rows


def _mistakes(scores: Scores, most: int = 3) -> list[tuple[str, str, int]]:
    """(true class, predicted class, images) of the most frequent mistakes, the most frequent first."""
    wrong = scores.confusion * (1 - np.eye(len(scores.confusion), dtype=np.int64))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    names = [score.name for score in scores.per_class]
    cells = [divmod(int(cell), len(names)) for cell in order]
    return [
        (names[row], names[column], int(wrong[row, column])) for row, column in cells if wrong[row, column]
    ]
