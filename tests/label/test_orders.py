"""Which images come first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from support.label_boards import COUNT, board

from clothier.label import orders


def test_suspects_are_those_that_the_classifier_denies_the_likeliest_first() -> None:
    assert orders.suspects(board(), "train").tolist() == [7, 2]
    assert orders.suspects(board(), "test").tolist() == []


def test_what_check_lists_comes_before_what_it_does_not() -> None:
    made = board()
    wrong = np.zeros(len(made), bool)
    wrong[2] = True
    assert orders.suspects(replace(made, wrong=wrong), "train").tolist() == [2, 7]


def test_the_least_sure_comes_first_by_the_model_where_there_is_one() -> None:
    made = board()
    assert orders.unsure(made, "train").tolist() == [5, 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    said = made.said.copy()
    said[3] = (0.5, 0.5, 0)
    assert orders.unsure(replace(made, model_said=said), "train")[0] == 3


def test_unlabelled_photos_come_by_doubt_and_distance() -> None:
    made = board()
    rows = orders.unlabelled(made, "train")
    assert rows[0] == len(made) - 1  # far from all
    assert sorted(rows.tolist()) == list(range(COUNT + 3, len(made)))
    said = made.said.copy()
    said[COUNT + 4] = (0.34, 0.33, 0.33)
    said[len(made) - 1] = (1, 0, 0)
    assert orders.unlabelled(replace(made, said=said), "train")[0] == COUNT + 4


def test_photos_that_are_alike_do_not_follow_each_other() -> None:
    vectors = np.array([[0, 0], [0, 0.1], [9, 9], [9, 9.1]], np.float32)
    doubt, apart = np.array([0.5, 0.49, 0.4, 0.39], np.float32), np.full(4, 10, np.float32)
    assert orders._spread(vectors, doubt, apart)[:2].tolist() == [0, 2]
