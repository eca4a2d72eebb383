"""A comparison -> tables for the screen, an HTML page, Markdown, CSV, JSON, and one figure."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from clothier import plots
from clothier.evaluate import wilson
from clothier.reports import changes, pages
from clothier.reports.compare import SIGNIFICANT, Comparison, Pair
from clothier.reports.judged import Judged
from clothier.system.files import write_atomic
from clothier.values import Split, csvtext
from clothier.values.results import in_words
from clothier.values.wording import duration

PAIR_COLUMNS = ["run", "against", "result", "p", "corrected p"]
MOST_CLASSES = 100  # that the pages list


def write(comparison: Comparison, folder: Path, images: Split | None = None) -> dict[str, Path]:
    """compare.html, .md, .csv and .png in that folder; their paths by format. There is no .png, and no figure in
    the page, where no run has validation values. `images` is the judged split, as the first run read it: the page then
    shows pictures that runs judge differently. Raises WriteError."""
    paths, picture = {}, _figure(comparison)
    contents: dict[str, bytes | str] = {
        "html": html(comparison, folder, picture, images),
        "md": markdown(comparison),
        "csv": table(comparison),
    }
    if picture:
        contents["png"] = picture
    for suffix, content in contents.items():
        paths[suffix] = folder / f"compare.{suffix}"
        write_atomic(paths[suffix], content)
    return paths


def score_columns(comparison: Comparison) -> list[str]:
    split = comparison.split
    return [
        *("run", "recipe", "epochs", "seed", "parameters", "time"),
        *(f"{split} loss", f"{split} accuracy", "95% interval"),
    ]


def score_rows(comparison: Comparison) -> list[list[str]]:
    """A row a run; under the runs of several seeds their mean, with its range in the interval's place."""
    rows = []
    for group in comparison.groups:
        for run in group.runs:
            low, high = wilson(run.scores)
            rows.append(
                [
                    *(run.name, run.what, *_trained(run), duration(run.seconds)),
                    _loss(run.scores.loss) if run.trained else "",
                    *(f"{run.scores.accuracy:.4f}", f"{low:.4f} to {high:.4f}"),
                ]
            )
        if len(group.runs) > 1:
            low, high = group.range("accuracy")
            first = group.runs[0]
            seconds = sum(run.seconds for run in group.runs) / len(group.runs)
            epochs, _, parameters = _trained(first)
            rows.append(
                [
                    *(f"mean and range of {len(group.runs)}", first.what, epochs.partition(" ")[0], ""),
                    *(parameters, duration(seconds)),
                    *(_loss(group.mean("loss")), f"{group.mean('accuracy'):.4f}"),
                    f"{low:.4f} to {high:.4f}",
                ]
            )
    return rows


def pair_rows(comparison: Comparison) -> list[list[str]]:
    return [
        [pair.first, pair.second, pair.words, _chance(pair.chance), _chance(pair.corrected)]
        for pair in comparison.pairs
    ]


def class_columns(comparison: Comparison) -> list[str]:
    return ["class", *(group.name for group in comparison.groups)]


def class_rows(comparison: Comparison, most: int = MOST_CLASSES) -> list[list[str]]:
    """The F1 of each class, a column a group; the mean where a group has several runs. Of more than `most` classes,
    those whose F1 differs most between the groups, or is lowest where there is one group, from the top."""
    names = comparison.class_names
    values = [[group.f1(label) for group in comparison.groups] for label in range(len(names))]
    labels = list(range(len(names)))
    if len(names) > most:
        labels = sorted(labels, key=lambda label: _rank(values[label]))[:most]
    return [[names[label], *map(in_words, values[label])] for label in labels]


def class_title(comparison: Comparison, most: int = MOST_CLASSES) -> str:
    """What `class_rows` shows."""
    number = len(comparison.class_names)
    if number <= most:
        return "F1 of each class"
    which = "differs most" if len(comparison.groups) > 1 else "is lowest"
    return f"F1 of the {most} of {number:,} classes where it {which}; compare.csv lists all"


def _rank(values: list[float | None]) -> float:
    """Lower for a class that is worth a look: its F1 in each group; last where none is known."""
    known = [value for value in values if value is not None]
    if not known:
        return 2.0
    return min(known) - max(known) if len(values) > 1 else known[0]


def explanation(comparison: Comparison) -> list[str]:
    """What the reader must know to read the tables."""
    first = comparison.runs[0]
    sentences = [
        f"Each run is evaluated with its last weights on the same {comparison.num_images:,} {comparison.split} images "
        f"({first.data.reading.source or first.data.name}). Intervals are Wilson score intervals."
    ]
    if any(run.trained is None for run in comparison.runs):
        sentences.append(
            "Nearest neighbours are a baseline without a network: an image gets the most frequent class among the "
            "training images whose pixels are closest to its own."
        )
    if any(pair.only for pair in comparison.pairs):
        sentences.append(
            "Two single runs are compared image by image. p comes from the exact McNemar test, which counts the "
            "images that only one of the two classifies correctly. The result holds for these two sets of weights; "
            "other seeds may give another."
        )
    if any(pair.only is None for pair in comparison.pairs):
        sentences.append(
            "If a side has several seeds, means are compared, and the range covers all pairings of the runs. p is the "
            "probability that runs of equal accuracy would separate this cleanly by chance."
        )
    if len(comparison.pairs) > 1:
        sentences.append(
            f"There are {len(comparison.pairs)} pairs, so the p values are corrected with Holm's method. A "
            f"difference counts as real if its corrected p is below {SIGNIFICANT}."
        )
    return sentences


def html(comparison: Comparison, folder: Path, picture: bytes | None, images: Split | None = None) -> str:
    """The page, for a place in that folder: it links to the runs' own reports and needs nothing else."""
    return pages.render(
        "reports/compare.html.j2",
        {
            "comparison": comparison,
            "columns": score_columns(comparison),
            "rows": score_rows(comparison),
            "links": {run.name: _link(run, folder) for run in comparison.runs},
            "pair_columns": PAIR_COLUMNS,
            "pairs": pair_rows(comparison),
            "class_columns": class_columns(comparison),
            "classes": class_rows(comparison),
            "class_title": class_title(comparison),
            "explanation": explanation(comparison),
            "changes": changes.find(comparison, images),
            "figures": {"curves": pages.embedded(picture)} if picture else {},
        },
    )


def markdown(comparison: Comparison) -> str:
    parts = [
        f"# {len(comparison.runs)} runs compared\n",
        pages.markdown_table(score_columns(comparison), score_rows(comparison)),
        " ".join(explanation(comparison)) + "\n",
        "## Pairs\n",
        pages.markdown_table(PAIR_COLUMNS, pair_rows(comparison)),
        *(pages.markdown_line(change.words) for change in changes.find(comparison)),
        f"## {class_title(comparison)}\n",
        pages.markdown_table(class_columns(comparison), class_rows(comparison)),
    ]
    if comparison.notice:
        parts.insert(1, f"**{comparison.notice}**\n")
    return "\n".join(parts)


def table(comparison: Comparison) -> str:
    """CSV: a row a run, numbers in full."""
    rows = [_facts(comparison, run) for run in comparison.runs]
    return csvtext.table([rows[0], *(row.values() for row in rows)])


def as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "notice": comparison.notice,
        "split": comparison.split,
        "images": comparison.num_images,
        "runs": [_facts(comparison, run) for run in comparison.runs],
        "groups": [
            {
                "name": group.name,
                "runs": [run.name for run in group.runs],
                "loss": _known(group.mean("loss")) if group.runs[0].trained else None,
                "accuracy": group.mean("accuracy"),
                "accuracy_range": list(group.range("accuracy")),
            }
            for group in comparison.groups
        ],
        "pairs": [_pair(pair) for pair in comparison.pairs],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        **vars(pair),
        "only": list(pair.only) if pair.only else None,
        "changed": dict(zip(("only_first", "only_second"), map(list, pair.changed), strict=True)),
        "words": pair.words,
    }


def _known(loss: float) -> float | None:
    """The loss; None where it is not known of the images that are compared."""
    return None if math.isnan(loss) else loss


def _loss(loss: float) -> str:
    return "" if math.isnan(loss) else f"{loss:.4f}"


def _facts(comparison: Comparison, run: Judged) -> dict[str, Any]:
    low, high = wilson(run.scores)
    group = next(group.name for group in comparison.groups if run in group.runs)
    f1 = {f"f1 {score.name}": score.f1 for score in run.scores.per_class}
    own = run.trained
    return {
        "run": str(run.path),
        "group": group,
        "recipe": run.what,
        "seed": own.recipe.seed if own else None,
        "phase": own.phase.name if own else None,
        "epochs": own.phase.epochs if own else None,
        "parameters": own.parameters if own else None,
        "seconds": round(run.seconds, 3),
        "split": run.split,
        "images": len(run.labels),
        "loss": _known(run.scores.loss) if own else None,
        "accuracy": run.scores.accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
        **f1,
    }


def _figure(comparison: Comparison) -> bytes | None:
    histories = {
        group.name: [run.trained.history for run in group.runs if run.trained] for group in comparison.groups
    }
    if not any(row.val_loss is not None for runs in histories.values() for rows in runs for row in rows):
        return None
    figure = plots.overlaid_curves(histories, "Validation curves of the runs", comparison.notice)
    return plots.render(figure)


def _trained(run: Judged) -> tuple[str, str, str]:
    """Its epochs, seed and parameters in words; all empty for a baseline."""
    own = run.trained
    if own is None:
        return "", "", ""
    total, epochs = sum(epochs for _, epochs in own.recipe.phases()), own.phase.epochs
    return (
        f"{epochs}" if epochs == total else f"{epochs} of {total}",
        f"{own.recipe.seed}",
        f"{own.parameters:,}",
    )


def _link(run: Judged, folder: Path) -> str:
    report = run.trained.run.report_file if run.trained else None
    if report is None or not report.exists():
        return ""
    return Path(os.path.relpath(report.resolve(), folder.resolve())).as_posix()


def _chance(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"
