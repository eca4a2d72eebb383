"""Copies within and across splits, and what those across splits can add to a model's accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np

from clothier.checking import advice, twins
from clothier.checking.material import Material
from clothier.evaluate import interval
from clothier.values import Finding
from clothier.values.wording import counted


def check(material: Material) -> list[Finding]:
    """Exact duplicates; near duplicates; and pictures to validate or test on that have a copy in training."""
    exact = twins.exact(material.files.digests if material.files else material.looks.digests)
    of_exact = twins.joined([(group[0], row) for group in exact for row in group[1:]], len(material))
    all_groups = twins.groups(material.group_of)
    near = [group for group in all_groups if len(set(of_exact[group].tolist())) > 1]
    found = []
    if exact:
        what = "are files with the same bytes" if material.files else "have the same pixels"
        found.append(
            _finding(material, exact, "exact-duplicates", "exact duplicate", f"These pictures {what}.")
        )
    if near:
        words = (
            "These pictures look the same but for size, compression or light: their perceptual hashes differ in at "
            f"most {twins.MOST_BITS} of 64 bits, and they hardly differ once light and contrast are fitted. Groups "
            "may hold exact duplicates too."
        )
        found.append(_finding(material, near, "near-duplicates", "near duplicate", words))
    return [*found, *_leaks(material)]


def _finding(material: Material, groups: list[list[int]], kind: str, noun: str, words: str) -> Finding:
    is_exact = kind == "exact-duplicates"
    num_spare = sum(len(group) - 1 for group in groups)
    across = sum(len(set(material.splits[group].tolist())) > 1 for group in groups)
    differing = [group for group in groups if len(set(material.labels[group].tolist())) > 1]
    if differing:
        words += f" In {counted(len(differing), 'group')}, the copies have different labels, of which one is wrong."
    # Those that contradict each other first, then those across splits.
    groups = sorted(
        groups,
        key=lambda group: (
            len(set(material.labels[group].tolist())) == 1,
            len(set(material.splits[group].tolist())) == 1,
        ),
    )
    return Finding(
        kind,
        f"{counted(num_spare, noun)} in {counted(len(groups), 'group')}, {across or 'none'} of them across splits",
        words,
        num_spare,
        "Keep one picture of each group, and the right label."
        + (
            ""
            if is_exact
            else " `--drop-duplicates` leaves out exact copies alone, so take these out by hand."
        ),
        groups=tuple(tuple(material.sight(row) for row in group) for group in groups),
        commands=advice.train(material, "--drop-duplicates") if is_exact else (),
        facts={"groups": len(groups), "across_splits": across, "different_labels": len(differing)},
    )


def _leaks(material: Material) -> list[Finding]:
    """A finding for each split whose pictures have copies among the training pictures."""
    in_training = set(material.group_of[material.splits == "train"].tolist())
    found = []
    for split in material.dataset.splits():
        rows = np.flatnonzero(material.splits == split)
        has_twin = np.isin(material.group_of[rows], list(in_training))
        if split == "train" or not has_twin.any():
            continue
        facts, scored = _scored(material, rows, has_twin)
        pairs = [(int(row), _partner(material, int(row))) for row in rows[has_twin]]
        digests = material.looks.digests
        is_any_exact = any(digests[row] == digests[partner] for row, partner in pairs)
        found.append(
            Finding(
                f"{split}-pictures-in-training",
                f"{counted(int(has_twin.sum()), f'{split} picture')} of {len(rows):,} "
                f"{'has a copy' if has_twin.sum() == 1 else 'have copies'} in training",
                "A model has seen these pictures, so they say nothing of new ones, and its accuracy looks higher than "
                f"it is. {scored}",
                int(has_twin.sum()),
                "Take the copies out of training, or these pictures out of the split."
                + (
                    " `--drop-duplicates` does it for copies that are the same pixel for pixel."
                    if is_any_exact
                    else ""
                ),
                groups=tuple(tuple(material.sight(row) for row in pair) for pair in pairs),
                commands=advice.train(material, "--drop-duplicates") if is_any_exact else (),
                facts=facts,
            )
        )
    return found


def _partner(material: Material, row: int) -> int:
    """The training picture that a picture is a copy of, of several one with the same pixels if there is one."""
    same = np.flatnonzero((material.group_of == material.group_of[row]) & (material.splits == "train"))
    digests = material.looks.digests
    return next((int(other) for other in same if digests[other] == digests[row]), int(same[0]))


def _scored(material: Material, rows: Any, has_twin: Any) -> tuple[dict[str, Any], str]:
    """What the model of `--model` scores with and without the pictures that have a copy in training."""
    predicted = material.vectors.predicted
    share = float(has_twin.mean())
    if predicted is None:
        return {
            "share": share
        }, f"They are {share:.1%} of the split; with --model, accuracy is given without them."
    correct = predicted[rows] == material.labels[rows]
    facts: dict[str, Any] = {"share": share}
    words = []
    for name, chosen in (("all", has_twin | True), ("without copies", ~has_twin), ("copies alone", has_twin)):
        if chosen.any():
            right, total = int(correct[chosen].sum()), int(chosen.sum())
            low, high = interval(right, total)
            facts[name.replace(" ", "_")] = {
                "accuracy": right / total,
                "interval": [low, high],
                "pictures": total,
            }
            words.append(f"{name} {right / total:.2%} ({low:.2%} to {high:.2%})")
    return facts, f"Accuracy of the model, with 95% intervals: {', '.join(words)}."
