"""A reproduction -> tables for the screen, Markdown, JSON, and an HTML page."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import Any

from clothier.evaluate import wilson
from clothier.reports import pages
from clothier.reproduce.lines import COLUMNS, Line, Reproduction, differences, explanation, summary
from clothier.reproduce.outcomes import Filled, RowResult
from clothier.system.files import write_atomic
from clothier.values.wording import duration

REPEATING = (
    "The command trains the runs that are missing and writes this page. It first says how long that takes; with "
    "--dry-run it does nothing else. It can be stopped and started again: finished runs are reused, and a run that was "
    "stopped continues. With --seeds 0 it trains nothing and writes the page from the finished runs."
)
MEASURES = {"accuracy": "Accuracy", "loss": "Loss"}
RUN_COLUMNS = [
    *("run", "seed", "test images", "precision", "epochs", "test loss"),
    *("test accuracy", "95% interval", "time"),
]


def write(reproduction: Reproduction, folder: Path) -> dict[str, Path]:
    """The page and the Markdown, named for the table, in that folder; their paths by format. Raises WriteError."""
    contents = {"html": html(reproduction, folder), "md": markdown(reproduction)}
    paths = {suffix: folder / f"{reproduction.table}.{suffix}" for suffix in contents}
    for suffix, content in contents.items():
        write_atomic(paths[suffix], content)
    return paths


def tables(reproduction: Reproduction) -> list[tuple[str, list[list[str]]]]:
    """The title of each table and its rows, as COLUMNS has them."""
    named = [(title, reproduction.table_of(measure)) for measure, title in MEASURES.items()]
    return [(title, rows) for title, rows in named if rows]


def run_rows(reproduction: Reproduction) -> list[list[str]]:
    """A line for each run and phase that fills a row."""
    lines = []
    for test, filled in _runs(reproduction):
        scores = filled.test
        low, high = wilson(scores)
        lines.append(
            [
                *(filled.run.name, f"{filled.seed}", test),
                *(filled.content.recipe.precision, f"{filled.phase.epochs}"),
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
    runs = [_link(filled, folder) for _, filled in _runs(reproduction)]
    return pages.render(
        "reproduce/page.html.j2",
        {
            "reproduction": reproduction,
            "summary": summary(reproduction),
            "repeating": REPEATING,
            "columns": COLUMNS,
            "tables": tables(reproduction),
            "explanation": explanation(reproduction),
            "differences": differences(reproduction),
            "run_columns": RUN_COLUMNS,
            "runs": list(zip(runs, run_rows(reproduction), strict=True)),
            "origins": origins(reproduction),
        },
    )


def markdown(reproduction: Reproduction) -> str:
    parts = ["# The tutorials' results and ours\n"]
    if reproduction.notice:
        parts.append(f"**{reproduction.notice}**\n")
    if words := summary(reproduction):
        parts.append(_wrapped(words))
    for title, rows in tables(reproduction):
        parts += [f"## {title}\n", pages.markdown_table(COLUMNS, rows)]
    parts += [_wrapped(sentence) for sentence in explanation(reproduction)]
    if listed := differences(reproduction):
        parts += ["## What differs from the article\n", "".join(_item(line) for line in listed)]
    if reproduction.filled:
        parts += [
            "## Runs\n",
            pages.markdown_table(RUN_COLUMNS, run_rows(reproduction)),
            "## Machine and versions\n",
            "".join(_item(line) for line in origins(reproduction)),
        ]
    parts += ["## To repeat this\n", f"    {reproduction.command}\n", _wrapped(REPEATING)]
    return "\n".join(parts)


def as_json(reproduction: Reproduction) -> dict[str, Any]:
    return {
        "table": reproduction.table,
        "source": reproduction.source,
        "changes": list(reproduction.changes),
        "comparable": reproduction.comparable,
        "notice": reproduction.notice,
        "summary": summary(reproduction),
        "rows": [_row_as_json(reproduction, outcome) for outcome in reproduction.outcomes],
    }


def _row_as_json(reproduction: Reproduction, outcome: RowResult) -> dict[str, Any]:
    return {
        "row": outcome.row.name,
        "recipe": outcome.row.recipe,
        "phase": outcome.row.phase,
        "published": vars(outcome.row.published),
        "note": outcome.note,
        "figures": [_line_as_json(line) for line in reproduction.lines if line.row is outcome],
        "runs": [
            {
                "run": str(filled.run.path),
                "test_images": sample.test,
                "seed": filled.seed,
                "loss": filled.test.loss,
                "accuracy": filled.test.accuracy,
                "seconds": round(filled.seconds, 3),
            }
            for sample in outcome.samples
            for filled in sample.filled
        ],
    }


def _line_as_json(line: Line) -> dict[str, Any]:
    found = line.comparison
    return {
        "measure": line.measure,
        "images": line.images,
        "like_for_like": line.like_for_like,
        "published": line.published,
        "ours": list(line.ours),
        "mean": line.mean if line.ours else None,
        "interval": list(found.interval) if found and found.interval else None,
        "verdict": found.verdict if found else None,
        "words": line.words,
    }


def _wrapped(sentence: str) -> str:
    return textwrap.fill(sentence, 120, break_on_hyphens=False) + "\n"


def _item(sentence: str) -> str:
    return textwrap.fill(f"- {sentence}", 120, subsequent_indent="  ", break_on_hyphens=False) + "\n"


def _runs(reproduction: Reproduction) -> list[tuple[str, Filled]]:
    """Test images and run, of each row."""
    return [
        (sample.test, filled)
        for outcome in reproduction.outcomes
        for sample in outcome.samples
        for filled in sample.filled
    ]


def _link(filled: Filled, folder: Path) -> str:
    report = filled.run.report_file
    return Path(os.path.relpath(report.resolve(), folder.resolve())).as_posix() if report.exists() else ""
