"""Which images a search finds."""

from __future__ import annotations

import numpy as np
import pytest
from support.embeddings import blobs

from clothier.embed import Search
from clothier.errors import InputError
from clothier.values import UNKNOWN

EMBEDDING = blobs(6)  # labels 0 1 2 0 1 2


@pytest.mark.parametrize(
    ("search", "rows"),
    [
        (Search("trouser"), [1, 4]),
        (Search("T-SHIRT/TOP"), [0, 3]),
        (Search("éCHARPE"), [2, 5]),
        (Search("t/4"), [4]),  # an id
        (Search("^tro", regex=True), [1, 4]),
        (Search("^T.*p$", regex=True), [0, 3]),
        (Search("(shirt|É)", regex=True), [0, 2, 3, 5]),
        (Search("/[05]$", regex=True), [0, 5]),
        (Search("T.*p"), []),  # plain text is no expression
        (Search("("), []),
    ],
)
def test_labels_and_ids_are_searched(search: Search, rows: list[int]) -> None:
    assert np.flatnonzero(search.rows(EMBEDDING)).tolist() == rows


def test_an_image_without_a_label_is_found_by_its_id_alone() -> None:
    unlabelled = blobs(6, labels=np.full(6, UNKNOWN))
    assert not Search("trouser").rows(unlabelled).any()
    assert np.flatnonzero(Search("test/1").rows(unlabelled)).tolist() == [1]


def test_what_is_no_search_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"^a search is empty; wanted part of a label or an id, such as Sneaker$"
    ):
        Search("")
    with pytest.raises(InputError) as caught:
        Search("[a", regex=True)
    assert str(caught.value) == (
        "search '[a' is not a regular expression (unterminated character set at position 0); "
        "wanted one such as ^Sneaker$; correct it, or search for plain text"
    )
