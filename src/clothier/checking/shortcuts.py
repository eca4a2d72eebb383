"""Whether the label can be told from what is no part of the thing: border colours, file size, pixels, the camera.

A network learns such a shortcut, and fails where it is missing. Some of it is in all data: coats are photographed
outdoors more often than skirts are. So a cue is a finding only where it tells a class nearly by itself, or most of what
the whole picture tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clothier.checking import folds
from clothier.checking.labels import Judged
from clothier.checking.material import Material
from clothier.evaluate import interval
from clothier.values import Finding, Floats, Labels
from clothier.values.wording import listed

# Of the way from guessing to the features of the whole picture, the part that a cue alone must go.
PART_OF_FEATURES = 0.5
# Of the way from guessing to certainty, for a class by itself: of the pictures that a cue calls so, and of its own.
PART_OF_CERTAINTY = 0.6
_MOST_CAMERAS = 30  # that are told apart; the others count as one
_SHOWN = 5  # classes that a title names


@dataclass(frozen=True, eq=False)
class Cue:
    """Numbers float32 (n, d) of each picture. `title` names them in a sentence, `advice` says what to do."""

    kind: str
    title: str
    numbers: Floats
    advice: str


def of_border(material: Material, judged: Judged) -> list[Finding]:
    advice = (
        "Photograph each class before the same backgrounds, or train with --crop doctor, which removes them."
    )
    return _found(
        material, judged, Cue("border-colours", "colours at the border", material.looks.border, advice)
    )


def of_sizes(material: Material, judged: Judged) -> list[Finding]:
    if material.files is None:
        return []
    sizes = np.log(np.maximum(material.files.sizes, 1))[:, np.newaxis].astype(np.float32)
    pixels = np.log([(header.height, header.width) for header in material.files.headers]).astype(np.float32)
    advice = "Save all pictures by the same program, with the same settings: the classes come from different sources."
    return [
        *_found(material, judged, Cue("file-size", "the number of bytes of a file", sizes, advice)),
        *_found(material, judged, Cue("picture-size", "height and width in pixels", pixels, advice)),
    ]


def of_camera(material: Material, judged: Judged) -> list[Finding]:
    if material.files is None:
        return []
    cameras = _one_hot([header.camera for header in material.files.headers])
    advice = "Photograph each class with the same cameras, or add pictures of it by others."
    return _found(material, judged, Cue("camera", "the camera that Exif names", cameras, advice))


def _one_hot(words: list[str]) -> Floats:
    _, places, counts = np.unique(words, return_inverse=True, return_counts=True)
    frequent = np.argsort(-counts, kind="stable")[:_MOST_CAMERAS]
    columns = np.zeros((len(words), len(frequent)), np.float32)
    for column, word in enumerate(frequent.tolist()):
        columns[places == word, column] = 1
    return columns


def _found(material: Material, judged: Judged, cue: Cue) -> list[Finding]:
    labels, num_classes = material.labels, len(material.class_names)
    fold = folds.folds(labels, material.group_of)
    predicted = folds.of_cue(cue.numbers, labels, fold, num_classes).argmax(axis=1).astype(np.int64)
    mean, low, high = folds.balanced_accuracy(labels, predicted, num_classes)
    by_features, _, _ = folds.balanced_accuracy(labels, judged.predicted, num_classes)
    chance = 1 / len(np.unique(labels))
    part = (low - chance) / max(by_features - chance, 1e-9)
    told = _classes_told(labels, predicted, num_classes)
    if low <= chance or (part < PART_OF_FEATURES and not told):
        return []
    names = [material.class_names[label] for label in told]
    which = f" of {listed(names, _SHOWN)}" if names else ""
    rows = np.flatnonzero((predicted == labels) & (np.isin(labels, told) if told else True))
    # A few of each class, so that what they share is seen.
    place = np.zeros(len(rows), np.int64)
    for label in np.unique(labels[rows]):
        place[labels[rows] == label] = np.arange(int((labels[rows] == label).sum()))
    shown = rows[np.lexsort((labels[rows], place // 6))]
    one = Finding(
        cue.kind,
        f"the label{which} can be told from {cue.title} alone",
        f"A small classifier that sees nothing else has a balanced accuracy of {mean:.1%} ({low:.1%} to {high:.1%}) in "
        f"cross-validation; guessing has {chance:.1%}, and the whole picture {by_features:.1%}. A network can learn "
        "this in place of the thing, and then fails where it is missing.",
        len(rows),
        cue.advice,
        groups=material.sights(shown),
        facts={
            "balanced_accuracy": mean,
            "interval": [low, high],
            "chance": chance,
            "by_features": by_features,
            "classes": names,
        },
    )
    return [one]


def _classes_told(labels: Labels, predicted: Labels, num_classes: int) -> list[int]:
    """The classes that a cue tells nearly by itself: of the pictures that it calls so, and of those that are, surely
    more than PART_OF_CERTAINTY of the way from guessing to all are right."""
    found = []
    for label in range(num_classes):
        called, own = predicted == label, labels == label
        right = int((called & own).sum())
        if not right or own.sum() < folds.LEAST:
            continue
        guessed = float(max(own.mean(), called.mean()))
        parts = [
            (interval(right, int(mask.sum()))[0] - guessed) / max(1 - guessed, 1e-9) for mask in (called, own)
        ]
        if min(parts) >= PART_OF_CERTAINTY:
            found.append(label)
    return found
