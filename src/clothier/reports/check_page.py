"""Findings -> one page that opens anywhere, with small copies of the pictures, and the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from clothier.reports import pages
from clothier.system.files import write_atomic
from clothier.values import Dataset, Finding, Findings, Sight
from clothier.values.findings import listed_groups

MOST_SHOWN = 48  # pictures of a finding that the page shows
MOST_LISTED = 1000  # of a finding that it names
SIDE = 112  # pixels, at most, of a picture on the page


def write(found: Findings, dataset: Dataset, folder: Path) -> list[Path]:
    """check.html and check.json in that folder; their paths. Raises WriteError."""
    contents = {
        "check.html": html(found, dataset),
        "check.json": json.dumps(found.as_json(), indent=2) + "\n",
    }
    for name, content in contents.items():
        write_atomic(folder / name, content)
    return [folder / name for name in contents]


def html(found: Findings, dataset: Dataset) -> str:
    """The page; `dataset` is what was checked, of whose images it shows some."""
    return pages.render(
        "reports/check.html.j2",
        {
            "found": found,
            "shown": {finding.kind: listed_groups(finding.groups, MOST_SHOWN)[0] for finding in found},
            "thumbnails": _thumbnails(found, dataset),
            "most_listed": MOST_LISTED,
            "is_small": max(found.image_shape[:2]) < SIDE,
        },
    )


def _thumbnails(found: Findings, dataset: Dataset) -> dict[int, str]:
    """The pictures that the page shows as data URIs, by row."""
    rows = {sight.row for finding in found for sight in _shown(finding)}
    starts = np.cumsum([0, *(len(split) for split in dataset.splits().values())]).tolist()
    made = {}
    for start, split in zip(starts, dataset.splits().values(), strict=False):
        for row in rows:
            if start <= row < start + len(split):
                made[row] = pages.thumbnail(split.images[row - start], SIDE)
    return made


def _shown(finding: Finding) -> list[Sight]:
    return [sight for group in listed_groups(finding.groups, MOST_SHOWN)[0] for sight in group]
