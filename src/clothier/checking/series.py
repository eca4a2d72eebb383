"""Series of one thing that are split: pictures to validate or test on whose like were trained on."""

from __future__ import annotations

import numpy as np

from clothier.checking import advice
from clothier.checking.material import Material, Rows
from clothier.embed import neighbours
from clothier.values import Finding, Floats
from clothier.values.wording import counted

NUM_NEIGHBOURS = 10
# A picture's nearest other is this much nearer than its tenth nearest: pictures of different things lie about as far
# apart as their tenth nearest.
NEARER = 0.55
MOST_BITS = 20  # of 64, in which the hashes of a series may differ; those of unlike photos differ in 32


def check(material: Material) -> list[Finding]:
    parts = material.dataset.splits()
    if len(parts) < 2 or len(material) <= NUM_NEIGHBOURS + 1:
        return []
    ones, others = split_pairs(material)
    if not len(ones):
        return []
    by_split = {name: int((material.splits[ones] == name).sum()) for name in parts if name != "train"}
    where = ", ".join(
        f"{count:,} of {len(parts[name]):,} {name} pictures" for name, count in by_split.items() if count
    )
    sights = [
        (material.sight(int(one)), material.sight(int(other)))
        for one, other in zip(ones, others, strict=True)
    ]
    return [
        Finding(
            "split-series",
            f"{counted(len(ones), 'picture looks', 'pictures look')} like one of a series in training: {where}",
            "Their nearest training picture is far nearer than other pictures are, has the same label and a similar "
            "hash, and is no copy: often the same thing, photographed twice. A model is then judged on things that it "
            "knows.",
            len(ones),
            "Keep all pictures of one thing in one split. `--group` does it by folder, by a part of the file name, or "
            "by a column of a table; splits that the data bring must be sorted by hand.",
            groups=tuple(sights),
            commands=advice.group(material),
            facts={"splits": by_split},
        )
    ]


def split_pairs(material: Material) -> tuple[Rows, Rows]:
    """(rows outside training, the training row that each is of one series with), the nearest pairs first."""
    rows, distances = neighbours.nearest(material.vectors.values, NUM_NEIGHBOURS)
    usual = np.maximum(distances[:, -1], 1e-12)
    best = np.full(len(material), np.inf)
    partner = np.full(len(material), -1, np.int64)
    for column in range(NUM_NEIGHBOURS - 1):
        other = rows[:, column]
        # Both are nearer to each other than to what is around them.
        ratio = distances[:, column] / np.minimum(usual, usual[other])
        fits = (
            (material.splits != "train")
            & (material.splits[other] == "train")
            & (material.labels == material.labels[other])
            & (material.group_of != material.group_of[other])
            & (ratio <= NEARER)
            & (_bits_apart(material, other) <= MOST_BITS)
            & (ratio < best)
        )
        best[fits], partner[fits] = ratio[fits], other[fits]
    has_copy = np.isin(material.group_of, material.group_of[material.splits == "train"])
    chosen = np.flatnonzero((partner >= 0) & ~has_copy)
    chosen = chosen[np.argsort(best[chosen], kind="stable")]
    return chosen, partner[chosen]


def _bits_apart(material: Material, other: Rows) -> Floats:
    bits = material.looks.bits
    return np.asarray((bits != bits[other]).sum(axis=1), np.float32)
