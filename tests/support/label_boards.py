"""A small board, made by hand: three classes on a line, two wrong labels, four unlabelled photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clothier.data.decision_log import DecisionLog
from clothier.label.board import UNLABELLED, Board
from clothier.label.session import Session
from clothier.values import UNKNOWN, Dataset, Split

NAMES = ("hat", "shoe", "coat")
WRONG = (2, 7)  # rows of the training split
COUNT = 12


def board() -> Board:
    """Twelve training images, three test images, four unlabelled ones; class c lies at 10 c."""
    truth = np.array([row % 3 for row in range(COUNT)] + [0, 1, 2] + [0, 1, 2, 0], np.int64)
    images = np.repeat(np.arange(len(truth), dtype=np.uint8), 16).reshape(-1, 4, 4, 1)
    labels = truth.copy()
    for row in WRONG:
        labels[row] = (labels[row] + 1) % 3
    said = np.full((len(truth), 3), 0.1, np.float32)
    said[np.arange(len(truth)), truth] = 0.8
    said[5] = (0.3, 0.3, 0.4)
    vectors = np.stack([10.0 * truth + 0.01 * np.arange(len(truth)), 0.0 * truth], axis=1).astype(np.float32)
    vectors[-1] = (5, 50)  # far from all
    dataset = Dataset(
        Split(images[:COUNT], labels[:COUNT]),
        None,
        Split(images[COUNT : COUNT + 3], labels[COUNT : COUNT + 3]),
        NAMES,
        "toy",
        "toy",
    )
    names = tuple(f"{UNLABELLED}/{number}.png" for number in range(4))
    others = Dataset(Split(images[-4:], np.zeros(4, np.int64), names), None, None, NAMES, "others", "others")
    suspicion = np.where(labels == truth, 0.1, 0.9).astype(np.float32)
    suspicion[WRONG[1]] = 0.95
    labels[-4:] = UNKNOWN
    suspicion[-4:] = 0
    return Board(
        source="generated",
        class_names=NAMES,
        ids=(*dataset.train.ids("train"), *dataset.split("test").ids("test"), *names),
        parts=np.array(["train"] * COUNT + ["test"] * 3 + [UNLABELLED] * 4),
        labels=labels,
        said=said,
        suspicion=suspicion,
        wrong=suspicion > 0.9,
        vectors=vectors,
        dataset=dataset,
        others=others,
        files={names[0]: Path("photos/0.png")},
    )


def session(path: Path, order: str = "suspects", given: tuple[str, ...] = ()) -> Session:
    return Session(board(), DecisionLog(path), order, "train", given)
