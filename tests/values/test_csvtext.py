from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clothier.values import csvtext

WORDS = st.text(alphabet="=+-@\t\r'ab, \"\n;0.5", max_size=6)


@given(st.lists(st.lists(WORDS, min_size=2, max_size=3), min_size=1, max_size=4))
def test_words_come_back_and_none_begins_a_formula(rows: list[list[str]]) -> None:
    cells = list(csv.reader(io.StringIO(csvtext.table(rows), newline="")))
    assert [[csvtext.unshielded(cell) for cell in row] for row in cells] == rows
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in cells for cell in row)


def test_numbers_stay_numbers() -> None:
    assert csvtext.line([-0.5, -1, "-1", None, ""]) == "-0.5,-1,'-1,,\n"


@pytest.mark.parametrize(
    ("cell", "word"),
    [("'=1", "=1"), ("''tis", "'tis"), ("'tis", "'tis"), ("'", "'"), ("''", "'"), ("a'=", "a'="), ("", "")],
)
def test_only_what_was_shielded_is_unshielded(cell: str, word: str) -> None:
    assert csvtext.unshielded(cell) == word
