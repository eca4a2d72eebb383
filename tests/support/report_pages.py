"""Runs to report on, and their pages as a browser would read them."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from matplotlib.figure import Figure

from clothier import evaluate, plots, recipes
from clothier.reports import grids, report
from clothier.runs import Run
from clothier.values import Counts, EpochRow, Labels, PhaseScores, Predictions, Scores, Split
from support.run_folders import describe

CLASSES = ("shoe", "<script>alert('bag')</script>", "$hat & 帽子")
VOID = {"meta", "img"}


def scores(counts: list[list[int]]) -> Scores:
    """Scores with that confusion matrix, computed as a run computes them."""
    confusion: Counts = np.array(counts)
    labels: Labels = np.repeat(np.arange(9) // 3, confusion.ravel())
    predicted = np.repeat(np.arange(9) % 3, confusion.ravel())
    return evaluate.score(labels, Predictions(4 * np.eye(3, dtype=np.float32)[predicted]), CLASSES)


TRAIN = scores([[98, 1, 1], [0, 100, 0], [2, 0, 98]])
VALIDATION = scores([[9, 1, 0], [0, 9, 1], [0, 1, 9]])
TEST = scores([[18, 1, 1], [0, 15, 5], [7, 0, 13]])


def make_run(folder: Path, name: str = "cnn1", **changes: Any) -> Run:
    """A finished run of two phases; `changes` go to recipe fields, and to data by data__name."""
    run = Run(folder / f"{name}-1")
    data = {key.removeprefix("data__"): changes.pop(key) for key in list(changes) if key.startswith("data__")}
    recipe = recipes.change(recipes.get(name), changes)
    described = describe(recipe, "clothier train cnn1 --set 'a<b'", **{"class_names": CLASSES, **data})
    run.write_description(replace(described, data=replace(described.data, fingerprint="0123abcd" * 8)))
    run.write_history(
        [
            EpochRow(1, "plain", 0.5, 0.75, 0.4, 0.8125, 0.001, 30.0),
            EpochRow(2, "augmented", 0.3, 0.875, 0.2, 0.9375, 0.001, 60.0),
        ]
    )
    write_scores(run)
    return run


def write_scores(run: Run, validation: Scores | None = VALIDATION, test: Scores | None = TEST) -> None:
    phases = (("plain", 10), ("augmented", 60))
    run.write_scores(PhaseScores(name, end, TRAIN, validation, test, "beef" * 16) for name, end in phases)


class Page(HTMLParser):
    """What a browser would see: every element, and the text between them; fails on a tag left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.words = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data
        if {"th", "td"} & set(self.open):
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join(self.words.split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def blank(*_: object) -> Figure:
    return Figure(figsize=(1, 1))


def written(run: Run, split: Split | None = None, **options: Any) -> list[Path]:
    if split is not None:
        grids.keep(run, split)
    return report.write_figures(run, report.draw(run), **options)


def rendered(run: Run, split: Split | None = None) -> str:
    if split is not None:
        grids.keep(run, split)
    return report.render(run, report.draw(run))


def page(run: Run) -> Page:
    """The page with empty figures, which are quickly drawn: most tests are about its words."""
    with patch.multiple(plots, training_curves=blank, confusion_matrix=blank, per_class_bars=blank):
        return Page(rendered(run))
