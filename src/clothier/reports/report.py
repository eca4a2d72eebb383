"""A run -> its figures, and one self-contained HTML page."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clothier import plots
from clothier.evaluate import describe_fit, wilson
from clothier.recipes import RECIPES, Recipe
from clothier.recipes.published import PUBLISHED, Published
from clothier.reports import grids, pages
from clothier.runs import Run, Samples
from clothier.system.files import write_atomic
from clothier.values import PhaseScores, Scores, csvtext

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 150
MOST_CLASSES = 100  # that the page lists


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure of a run. A grid of images also has what it `shows`, and (file, predicted class, true class,
    probability) of each image where these came from files."""

    figure: Figure
    shows: str = ""
    images: tuple[tuple[str, str, str, float], ...] = ()

    @functools.cached_property
    def png(self) -> bytes:
        """At the resolution of the page, whatever that of the files."""
        return plots.render(self.figure, "png", _DPI)


def draw(run: Run, *, with_grids: bool = True) -> dict[str, Drawing]:
    """The run's curves, confusion matrix, bars per class and reliability, by name, and `with_grids` those of
    predictions. A figure whose numbers or images are not there yet is left out.

    Raises RunError for a damaged run.
    """
    notice = run.description().data.notice
    drawings = {name: Drawing(figure) for name, figure in _figures(run, notice).items()}
    samples = run.read_samples() if with_grids and run.read_scores() else None
    return drawings if samples is None else drawings | _grids(run, samples, notice)


def figure_names(run: Run) -> list[str]:
    """The figures that `draw` gives, without drawing them; of grids, where `grids.are_kept`."""
    names = ["curves"] if run.read_history() else []
    names += ["confusion", "per-class"] if run.read_scores() else []
    names += ["reliability"] if run.read_reliability() else []
    return names + grids.drawable(run)


def write_figures(
    run: Run,
    drawings: Mapping[str, Drawing],
    *,
    format: str = "png",  # noqa: A002 - matplotlib's own word
    dpi: int = _DPI,
    folder: Path | None = None,
) -> list[Path]:
    """A file for each drawing in the run folder (or `folder`); returns their paths. Raises InputError for an unknown
    format, WriteError."""
    paths = []
    for name, drawing in drawings.items():
        paths.append(run.figure_file(name, format) if folder is None else folder / f"{name}.{format}")
        as_on_the_page = (format, dpi) == ("png", _DPI)
        content = drawing.png if as_on_the_page else plots.render(drawing.figure, format, dpi)
        write_atomic(paths[-1], content)
    if folder is None and grids.GRIDS.keys() & drawings.keys():
        for name in (
            grids.GRIDS.keys() - drawings.keys()
        ):  # such as mistakes, where an earlier phase made some
            run.figure_file(name, format).unlink(missing_ok=True)
    return paths


def render(run: Run, drawings: Mapping[str, Drawing]) -> str:
    """The report page: HTML with the drawings and its styles inside, no script; equal runs give equal pages.

    Raises RunError where the run's files are missing or damaged.
    """
    return pages.render("reports/report.html.j2", _contents(run, drawings))


def _figures(run: Run, notice: str) -> dict[str, Figure]:
    """The figures that need numbers alone, by name."""
    figures = {}
    if history := run.read_history():
        figures["curves"] = plots.training_curves(history, f"{run.name}: accuracy and loss", notice)
    if phases := run.read_scores():
        split, scores = phases[-1].judged
        names = [score.name for score in scores.per_class]
        title = f"{run.name}: {split} images after {pages.epochs(phases[-1].epochs)}"
        figures["confusion"] = plots.confusion_matrix(scores.confusion, names, title, notice)
        figures["per-class"] = plots.per_class_bars(scores, title, notice)
    if content := run.read_reliability():
        title = f"{run.name}: confidence and accuracy of {content.split} images"
        drawn = {
            name: part
            for part, name in (
                (content.before, "as trained"),
                (content.after, f"temperature {content.temperature}"),
            )
            if part is not None
        }
        figures["reliability"] = plots.reliability_diagram(drawn, title, notice)
    return figures


def _grids(run: Run, samples: Samples, notice: str) -> dict[str, Drawing]:
    """The grids of images, by name; those without any image are left out."""
    labels, predicted, probabilities = run.read_predictions()
    split, scores = run.read_scores()[-1].judged
    names = [score.name for score in scores.per_class]
    drawings = {}
    for name, (chosen, places) in grids.find(run, samples, labels, predicted, probabilities).items():
        if not len(chosen):
            continue
        what = _what(run, name, len(chosen), split)
        images = tuple(
            (samples.files[place], names[predicted[row]], names[labels[row]], float(probabilities[row]))
            for row, place in zip(chosen.tolist(), places.tolist(), strict=True)
            if samples.files
        )
        figure = plots.prediction_grid(
            samples.images[places],
            labels[chosen],
            predicted[chosen],
            names,
            probabilities[chosen] if name == "confident-mistakes" else None,
            [file for file, *_ in images],
            title=f"{run.name}: {what}, predicted (true)",
            notice=notice,
        )
        drawings[name] = Drawing(figure, what, images)
    return drawings


def _what(run: Run, name: str, count: int, split: str) -> str:
    """What the grid shows; its probabilities are those of predictions.csv, which may not be calibrated."""
    words, reliability = grids.GRIDS[name].format(count=count, split=split), run.read_reliability()
    if name == "confident-mistakes" and (reliability is None or reliability.temperature is None):
        return f"{words}, with uncalibrated probabilities"
    return words


def _contents(run: Run, drawings: Mapping[str, Drawing]) -> dict[str, Any]:
    """The values that the template names."""
    content, phases, history = run.description(), run.read_scores(), run.read_history()
    recipe, data = content.recipe, content.data
    split, scores = phases[-1].judged if phases else ("", None)
    fields = _fields(recipe)
    return {
        "content": content,
        "run": run,
        "recipe": recipe,
        "fields": fields,
        "changed": [field for field, _, usual in fields if usual is not None],
        "summary": _summary(recipe, phases, len(history)),
        "phases": phases,
        "fits": [(phase.name, describe_fit(phase, history)) for phase in phases],
        "wilson": wilson,
        "published": _published(recipe, data.reading.source, phases),
        "figures": {name: pages.embedded(drawing.png) for name, drawing in drawings.items()},
        "grids": {name: drawing for name, drawing in drawings.items() if drawing.shows},
        "split": split,
        "scores": scores,
        "classes": scores.lowest(MOST_CLASSES) if scores else (),
        "unnamed": plots.unnamed([score.name for score in scores.per_class]) if scores and drawings else {},
        "class_table": _class_table(scores) if scores else "",
        "reliability": run.read_reliability(),
        "mistakes": _mistakes(scores) if scores else [],
        "history": history,
    }


def _class_table(scores: Scores) -> str:
    """The scores of all classes as CSV, in a data URI; "" where the page lists them all."""
    if len(scores.per_class) <= MOST_CLASSES:
        return ""
    rows: list[tuple[object, ...]] = [("class", "precision", "recall", "F1", "support")]
    rows += [(s.name, s.precision, s.recall, s.f1, s.support) for s in scores.per_class]
    return pages.data_uri("text/csv", (csvtext.BOM + csvtext.table(rows)).encode())


def _summary(recipe: Recipe, phases: list[PhaseScores], epochs: int) -> str:
    total = sum(length for _, length in recipe.phases())
    if not phases:
        return f"Training has finished {epochs} of {pages.epochs(total)}. No phase has been evaluated yet."
    split, scores = phases[-1].judged
    low, high = wilson(scores)
    ended = phases[-1].epochs
    done = f"{ended} of {pages.epochs(total)}" if ended < total else pages.epochs(ended)
    sentence = (
        f"After {done}, {recipe.name} classifies "
        f"{scores.accuracy:.2%} of {scores.confusion.sum():,} {split} images correctly "
        f"(95% interval {low:.2%} to {high:.2%})."
    )
    return sentence if split == "test" else f"{sentence} The data have no test images."


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
    for phase in phases if source.partition(":")[0] in ("fashion-mnist", "generated") else []:
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
