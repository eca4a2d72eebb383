"""Outcomes of the tutorials' rows -> tables for the screen, Markdown, JSON, and an HTML page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clothier.evaluate import wilson
from clothier.recipes.published import PLAIN_KERAS
from clothier.reports import pages
from clothier.reproduce import Filled, RowResult
from clothier.system.files import write_atomic
from clothier.values import Scores
from clothier.values.wording import duration

COLUMNS = [
    *("row", "published loss", "our loss", "published accuracy", "our accuracy"),
    *("plain Keras", "seeds", "result"),
]
RUN_COLUMNS = ["run", "seed", "precision", "epochs", "test loss", "test accuracy", "95% interval", "time"]


@dataclass(frozen=True, eq=False)
class Reproduction:
    """Outcomes, and what the reader must be told of how they came about. `changes` are those made to the
    recipes, `source` the data: the published figures stand beside ours as equals only for Fashion-MNIST."""

    table: str
    command: str
    outcomes: Sequence[RowResult]
    source: str = "fashion-mnist"
    changes: tuple[str, ...] = ()
    notice: str = ""

    @property
    def comparable(self) -> bool:
        return self.source == "fashion-mnist" and not self.changes

    @property
    def filled(self) -> list[Filled]:
        """Every run, once for each phase that fills a row."""
        return [filled for outcome in self.outcomes for filled in outcome.filled]


def write(reproduction: Reproduction, folder: Path) -> dict[str, Path]:
    """The page and the Markdown, named for the table, in that folder; their paths by format. Raises WriteError."""
    contents = {"html": html(reproduction, folder), "md": markdown(reproduction)}
    paths = {suffix: folder / f"{reproduction.table}.{suffix}" for suffix in contents}
    for suffix, content in contents.items():
        write_atomic(paths[suffix], content)
    return paths


def rows(reproduction: Reproduction) -> list[list[str]]:
    """The table: a line a row of the tutorial; the mean and, in brackets, the range where several seeds ran."""
    lines = []
    for outcome in reproduction.outcomes:
        published = outcome.row.published
        keras = PLAIN_KERAS.get((outcome.row.recipe, outcome.row.phase))
        lines.append(
            [
                outcome.row.name,
                _number(published.test_loss),
                _ours(outcome, "loss"),
                _number(published.test_accuracy),
                _ours(outcome, "accuracy"),
                _number(keras),
                str(len(outcome.filled)),
                words(outcome, reproduction.comparable),
            ]
        )
    return lines


def words(outcome: RowResult, comparable: bool = True) -> str:
    """Whether the row reaches the published figures, and by how much it misses where it does not."""
    parts, published = [], outcome.row.published
    if outcome.filled and comparable:
        missed = published.test_accuracy - _mean(outcome, "accuracy")
        parts.append(_reached("accuracy", missed))
        if published.test_loss is not None:
            parts.append(_reached("loss", _mean(outcome, "loss") - published.test_loss))
        if published.train_accuracy is not None:
            ours = sum(filled.phase.train.accuracy for filled in outcome.filled) / len(outcome.filled)
            parts.append(f"training accuracy {ours:.4f}, published {published.train_accuracy:.4f}")
    elif outcome.filled:
        parts.append("not comparable")
    if outcome.note:
        parts.append(outcome.note)
    return "; ".join(parts)


def summary(reproduction: Reproduction) -> str:
    """One sentence or two: how many rows reach the published accuracy, and which miss it by how much."""
    filled = [outcome for outcome in reproduction.outcomes if outcome.filled]
    total = len(reproduction.outcomes)
    if not reproduction.comparable:
        return f"{len(filled)} of {total} rows have runs. They are not comparable with the published figures."
    missed = [
        f"{outcome.row.name} (by {gap:.4f})"
        for outcome in filled
        if round(gap := outcome.row.published.test_accuracy - _mean(outcome, "accuracy"), 4) > 0
    ]
    empty = [outcome.row.name for outcome in reproduction.outcomes if not outcome.filled]
    sentences = [
        f"{len(filled) - len(missed)} of {total} row{'s' if total != 1 else ''} "
        f"reach{'' if total != 1 else 'es'} the published accuracy."
    ]
    if missed:
        sentences.append(f"These rows miss it: {'; '.join(missed)}.")
    if empty:
        sentences.append(f"These rows have no runs: {'; '.join(empty)}.")
    return " ".join(sentences)


def explanation(reproduction: Reproduction) -> list[str]:
    """What the reader must know to read the table."""
    sentences = [
        "The published figures come from single runs. Ours come from the last weights of each phase, evaluated once on "
        "the test images. Rows with several seeds show the mean, with the range in brackets. No seed was selected: "
        "every finished run of a row's recipe in the runs folder counts, one for each seed.",
    ]
    if any((outcome.row.recipe, outcome.row.phase) in PLAIN_KERAS for outcome in reproduction.outcomes):
        sentences.append(
            "Plain Keras is the test accuracy of the tutorial's own code, run in Keras 3 without clothier. It is the "
            "mean of ten seeds of cnn1, twenty of cnn3 and forty of cnn4."
        )
    if reproduction.source != "fashion-mnist":
        sentences.append(
            f"The published figures were measured on Fashion-MNIST, and ours on {reproduction.source}, so they cannot "
            "be compared."
        )
    if reproduction.changes:
        sentences.append(f"The tutorial's recipes were changed: {', '.join(reproduction.changes)}.")
    return sentences


def run_rows(reproduction: Reproduction) -> list[list[str]]:
    """A line for each run and phase that fills a row."""
    lines = []
    for filled in reproduction.filled:
        scores = _test(filled)
        low, high = wilson(scores)
        lines.append(
            [
                *(
                    filled.run.name,
                    f"{filled.seed}",
                    filled.content.recipe.precision,
                    f"{filled.phase.epochs}",
                ),
                *(f"{scores.loss:.4f}", f"{scores.accuracy:.4f}", f"{low:.4f} to {high:.4f}"),
                duration(filled.seconds),
            ]
        )
    return lines


def origins(reproduction: Reproduction) -> list[str]:
    """Each machine with its versions on which runs were trained, once."""
    lines = []
    for filled in reproduction.filled:
        machine, versions = filled.content.machine, filled.content.versions
        parts = [
            f"{machine.processor}, {machine.cores} cores",
            f"{machine.memory_gib} GiB, {machine.system}",
            f"{filled.content.threads} threads",
            ", ".join(f"{name} {version}" for name, version in versions.items()),
        ]
        lines.append("; ".join(parts))
    return list(dict.fromkeys(lines))


def html(reproduction: Reproduction, folder: Path) -> str:
    """The page, for a place in that folder: it links to the runs' own reports and needs nothing else."""
    return pages.render(
        "reproduce/page.html.j2",
        {
            "reproduction": reproduction,
            "summary": summary(reproduction),
            "columns": COLUMNS,
            "rows": rows(reproduction),
            "explanation": explanation(reproduction),
            "run_columns": RUN_COLUMNS,
            "runs": [
                (_link(filled, folder), row)
                for filled, row in zip(reproduction.filled, run_rows(reproduction), strict=True)
            ],
            "origins": origins(reproduction),
        },
    )


def markdown(reproduction: Reproduction) -> str:
    parts = ["# The tutorials' results and ours\n"]
    if reproduction.notice:
        parts.append(f"**{reproduction.notice}**\n")
    parts += [
        f"{summary(reproduction)} The command was:\n",
        f"    {reproduction.command}\n",
        pages.markdown_table(COLUMNS, rows(reproduction)),
        *(f"{sentence}\n" for sentence in explanation(reproduction)),
    ]
    if reproduction.filled:
        parts += [
            "## Runs\n",
            pages.markdown_table(RUN_COLUMNS, run_rows(reproduction)),
            "## Machine and versions\n",
            "\n".join(f"- {line}" for line in origins(reproduction)) + "\n",
        ]
    return "\n".join(parts)


def as_json(reproduction: Reproduction) -> dict[str, Any]:
    return {
        "table": reproduction.table,
        "source": reproduction.source,
        "changes": list(reproduction.changes),
        "notice": reproduction.notice,
        "summary": summary(reproduction),
        "rows": [
            {
                "row": outcome.row.name,
                "recipe": outcome.row.recipe,
                "phase": outcome.row.phase,
                "published": vars(outcome.row.published),
                "runs": [
                    {
                        "run": str(filled.run.path),
                        "seed": filled.seed,
                        "loss": _test(filled).loss,
                        "accuracy": _test(filled).accuracy,
                        "seconds": round(filled.seconds, 3),
                    }
                    for filled in outcome.filled
                ],
                "words": words(outcome, reproduction.comparable),
            }
            for outcome in reproduction.outcomes
        ],
    }


def _test(filled: Filled) -> Scores:
    return filled.phase.test or filled.phase.train


def _values(outcome: RowResult, field: str) -> list[float]:
    return [getattr(_test(filled), field) for filled in outcome.filled]


def _mean(outcome: RowResult, field: str) -> float:
    values = _values(outcome, field)
    return sum(values) / len(values)


def _ours(outcome: RowResult, field: str) -> str:
    values = _values(outcome, field)
    if len(values) < 2:
        return _number(values[0] if values else None)
    return f"{_mean(outcome, field):.4f} ({min(values):.4f} to {max(values):.4f})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"  # noqa: RUF001  # a dash in a table


def _reached(what: str, missed: float) -> str:
    gap = round(missed, 4)
    return f"{what} missed by {gap:.4f}" if gap > 0 else f"{what} reached"


def _link(filled: Filled, folder: Path) -> str:
    report = filled.run.report_file
    return Path(os.path.relpath(report.resolve(), folder.resolve())).as_posix() if report.exists() else ""
