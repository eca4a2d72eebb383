"""The orders in which images are shown: ORDERS by name, each a function of the board and the split.

To add one: a function that returns rows int64 (m,), and a line in ORDERS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clothier.label.board import UNLABELLED, Board
from clothier.values import Floats, Labels

_SPREAD = 500  # unlabelled photos that are chosen to differ from each other; the rest follow by doubt alone


@dataclass(frozen=True)
class Order:
    """`words` name it on the page."""

    words: str
    rows: Callable[[Board, str], Labels]


def suspects(board: Board, split: str) -> Labels:
    """Images whose label the classifier denies: first what `clothier check` lists, then by suspicion."""
    rows = np.flatnonzero((board.parts == split) & (board.said.argmax(axis=1) != board.labels))
    return rows[np.lexsort((-board.suspicion[rows], ~board.wrong[rows]))]


def unsure(board: Board, split: str) -> Labels:
    """Those of which the model, or else the classifier, is least sure, by the margin between its two first classes.

    Source: T. Scheffer, C. Decomain and S. Wrobel, "Active Hidden Markov Models for Information Extraction", 2001.
    """
    said = board.said if board.model_said is None else board.model_said
    rows = np.flatnonzero(board.parts == split)
    return rows[np.argsort(margins(said[rows]), kind="stable")]


def unlabelled(board: Board, split: str) -> Labels:
    """Unlabelled photos, in which order labelling them helps most: again and again the one that is farthest from all
    that is labelled or chosen, distances weighed by the doubt about it. Where photos are many, the rest by doubt.

    Source: farthest point first (O. Sener and S. Savarese, "Active Learning for Convolutional Neural Networks: A
    Core-Set Approach", 2018), weighed by the margin of `unsure`.
    """
    rows = np.flatnonzero(board.parts == UNLABELLED)
    if not len(rows):
        return rows
    said = board.said if board.model_said is None else board.model_said
    doubt = 1 - margins(said[rows])
    return rows[_spread(board.vectors[rows], doubt, _to_labelled(board, rows))]


def _to_labelled(board: Board, rows: Labels) -> Floats:
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(algorithm="brute").fit(board.vectors[board.parts != UNLABELLED])
    apart, _ = index.kneighbors(board.vectors[rows], 1)
    return np.asarray(apart[:, 0], np.float32)


def _spread(vectors: Floats, doubt: Floats, apart: Floats) -> Labels:
    """The rows in that order; `apart` float32 (n,) is how far each is from what is labelled."""
    chosen: list[int] = []
    left = np.ones(len(vectors), bool)
    for _ in range(min(_SPREAD, len(vectors))):
        row = int(np.where(left, (doubt + 1e-6) * (apart + 1e-6), -1).argmax())
        chosen.append(row)
        left[row] = False
        apart = np.minimum(apart, np.linalg.norm(vectors - vectors[row], axis=1))
    rest = np.flatnonzero(left)
    return np.concatenate([np.array(chosen, np.int64), rest[np.argsort(-doubt[rest], kind="stable")]])


def margins(probabilities: Floats) -> Floats:
    """float32 (n,): the difference between the two highest probabilities of each row.

    >>> margins(np.array([[0.25, 0.5, 0.25], [0.0, 1.0, 0.0]], np.float32)).tolist()
    [0.25, 1.0]
    """
    highest = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(highest[:, 1] - highest[:, 0], np.float32)


ORDERS = {
    "suspects": Order("suspected labels first", suspects),
    "unsure": Order("least sure first", unsure),
    UNLABELLED: Order("unlabelled photos", unlabelled),
}
GIVEN = "given"  # ids from a file, in its order
