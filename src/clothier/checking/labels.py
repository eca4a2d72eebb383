"""Wrong labels, and classes that are hard to tell apart: what classifiers say of pictures they have not seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from clothier.checking import advice, folds
from clothier.checking.material import Material
from clothier.embed import neighbours
from clothier.evaluate import interval
from clothier.evaluate.scores import confusion_matrix
from clothier.values import Embedding, Finding, Floats, Images, Labels
from clothier.values.wording import counted

# Neighbours and classifier together: a picture's suspicion, in [0, 1], from which it is listed.
# Of 95 labels of 3,409 photos that were made wrong, 65 were listed, beside 55 others, at 0.75 69 beside 98.
SUSPICIOUS = 0.9
# Of the pictures of two classes that are called one of the two, at least so many are called the other one.
CONFUSED = 0.2
_NOTHING: Images = np.zeros((1, 1, 1, 1), np.uint8)


@dataclass(frozen=True, eq=False)
class Judged:
    """What out-of-fold classifiers say: probabilities float32 (n, k), and the classes int64 (n,) they name."""

    probabilities: Floats
    predicted: Labels


def judge(material: Material) -> Judged:
    """Each picture judged by logistic regression on the vectors of others; copies of a picture are not among them."""
    fold = folds.folds(material.labels, material.group_of)
    said = folds.of_features(material.vectors.values, material.labels, fold, len(material.class_names))
    return Judged(said, said.argmax(axis=1).astype(np.int64))


def check(material: Material, judged: Judged) -> list[Finding]:
    return [*_suspects(material, judged), *_confused(material, judged)]


def suspicion(material: Material, judged: Judged) -> tuple[Labels, Floats, npt.NDArray[np.bool_]]:
    """(the rows int64 (n,), the most suspicious label first, the suspicion float32 (n,) of each row, in [0, 1],
    which is 0 where the classifier agrees with the label, and whether its label is likely to be wrong)."""
    names, labels = material.class_names, material.labels
    embedding = Embedding(
        vectors=material.vectors.values,
        images=np.broadcast_to(_NOTHING, (len(material), 1, 1, 1)),
        labels=labels,
        class_names=names,
        ids=tuple(map(str, range(len(material)))),  # a file may be named alike in two splits
        source=material.vectors.words,
        predictions=judged.predicted,
        confidence=judged.probabilities.max(axis=1),
    )
    order, scores = neighbours.suspects(embedding, denied_only=True)
    return order, scores, _are_wrong(judged, labels, len(names)) & (scores >= SUSPICIOUS)


def _suspects(material: Material, judged: Judged) -> list[Finding]:
    names, labels = material.class_names, material.labels
    order, scores, wrong = suspicion(material, judged)
    rows = order[wrong[order]]
    if not len(rows):
        return []
    notes = [f"looks like {names[judged.predicted[row]]}" for row in rows]
    pairs = np.bincount(labels[rows] * len(names) + judged.predicted[rows], minlength=len(names) ** 2)
    frequent = [
        divmod(int(pair), len(names)) for pair in np.argsort(-pairs, kind="stable")[:3] if pairs[pair]
    ]
    most = ", ".join(
        f"{names[a]} that looks like {names[b]} ({pairs[a * len(names) + b]:,})" for a, b in frequent
    )
    return [
        Finding(
            "suspected-labels",
            f"{counted(len(rows), 'label looks', 'labels look')} wrong",
            "A classifier that has not seen the picture is as sure of another class as it usually is where it is "
            f"right, and most of the picture's neighbours have another label. Most frequent: {most}.",
            len(rows),
            "Look at them in this order: `clothier label` shows them and writes what you decide into labels.csv. Some "
            "are right and only unusual.",
            groups=material.sights(rows, notes),
            commands=(
                *advice.label(material, str(material.splits[rows[0]])),
                *advice.explore(material, str(material.splits[rows[0]])),
            ),
            facts={
                "share": len(rows) / len(material),
                "scores": [round(float(scores[row]), 4) for row in rows],
            },
        )
    ]


def _are_wrong(judged: Judged, labels: Labels, num_classes: int) -> npt.NDArray[np.bool_]:
    """Pictures of which another class has at least the mean probability that pictures with its label get.

    Source: C. Northcutt, L. Jiang and I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021.
    """
    rows = np.arange(len(labels))
    counts = np.bincount(labels, minlength=num_classes)
    own = np.bincount(labels, judged.probabilities[rows, labels], num_classes) / np.maximum(counts, 1)
    usual = np.where(counts >= folds.LEAST, own, 1.1)  # a class of so few cannot claim others' pictures
    sure = judged.probabilities.max(axis=1) >= usual[judged.predicted]
    wrong: npt.NDArray[np.bool_] = sure & (judged.predicted != labels) & (counts[labels] >= folds.LEAST)
    return wrong


def _confused(material: Material, judged: Judged) -> list[Finding]:
    names = material.class_names
    confusion = confusion_matrix(material.labels, judged.predicted, len(names))
    found = []
    for a, b in combinations(range(len(names)), 2):
        wrong = int(confusion[a, b] + confusion[b, a])
        total = wrong + int(confusion[a, a] + confusion[b, b])
        if min(confusion[a].sum(), confusion[b].sum()) < folds.LEAST or not total:
            continue
        low, high = interval(wrong, total)
        if low >= CONFUSED:
            found.append((wrong / total, low, high, a, b, wrong, total))
    if not found:
        return []
    found.sort(reverse=True)
    rows = tuple(
        (f"{names[a]} and {names[b]}", f"{share:.1%}", f"{low:.1%} to {high:.1%}", f"{wrong:,} of {total:,}")
        for share, low, high, a, b, wrong, total in found
    )
    return [
        Finding(
            "confused-classes",
            f"{counted(len(found), 'pair')} of classes {'is' if len(found) == 1 else 'are'} hard to tell apart",
            "Of the pictures of the two classes that are called one of the two, at least one in five is called the "
            "other one. A coin would give 50 %.",
            len(found),
            "Look at their pictures: join the classes, say more sharply what belongs to which, or take photos that "
            "show the difference.",
            noun="pairs of classes",
            facts={
                "pairs": [
                    {
                        "classes": [names[a], names[b]],
                        "share": share,
                        "interval": [low, high],
                        "pictures": total,
                    }
                    for share, low, high, a, b, _, total in found
                ]
            },
            columns=("classes", "taken for the other", "95% interval", "pictures"),
            rows=rows,
        )
    ]
