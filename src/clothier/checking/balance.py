"""Classes that a split lacks, and classes with many more pictures than others."""

from __future__ import annotations

import numpy as np

from clothier.checking import advice
from clothier.checking.material import Material
from clothier.values import Finding
from clothier.values.dataset import missing_classes
from clothier.values.wording import counted, listed

# As many times the pictures of the smallest class are called imbalance: at 3, a network that always names the larger of
# the two is right three times of four.
MOST_TIMES = 3.0
_SHOWN = 5  # classes that a title names


def check(material: Material) -> list[Finding]:
    return [*_missing(material), *_imbalance(material)]


def _missing(material: Material) -> list[Finding]:
    found = []
    for name, split in material.dataset.splits().items():
        if lacking := missing_classes(split.labels, material.class_names):
            found.append(
                Finding(
                    f"{name}-lacks-classes",
                    f"the {name} split has no pictures of {listed(lacking, _SHOWN, 'class', 'classes')}",
                    "Nothing measured on this split says how a model does on them.",
                    len(lacking),
                    "Add pictures of them, or hold out a share of each class.",
                    noun="classes",
                    facts={"classes": lacking},
                )
            )
    return found


def _imbalance(material: Material) -> list[Finding]:
    counts = np.bincount(material.dataset.train.labels, minlength=len(material.class_names))
    order = np.argsort(-counts, kind="stable")
    most, fewest = int(counts[order[0]]), int(counts[order[-1]])
    if most <= MOST_TIMES * fewest:
        return []
    small = [number for number in order[::-1].tolist() if MOST_TIMES * counts[number] < most]
    names = material.class_names
    return [
        Finding(
            "imbalance",
            f"{names[order[0]]} has {most / max(fewest, 1):.1f} times the training pictures of {names[order[-1]]}",
            f"{counted(len(small), 'class has', 'classes have')} less than a third of the pictures of the largest one. "
            "A network names large classes too often and small ones too seldom.",
            len(small),
            "Add pictures of the small classes, or weigh each class by its rarity. Judge by the recall of each class.",
            noun="classes",
            commands=advice.train(material, "--class-weight", "balanced"),
            facts={"counts": {names[number]: int(counts[number]) for number in order.tolist()}},
            columns=("class", "training pictures", "share"),
            rows=tuple(
                (names[number], f"{counts[number]:,}", f"{counts[number] / counts.sum():.1%}")
                for number in order.tolist()
            ),
        )
    ]
