from __future__ import annotations

import pytest

from clothier.values.wording import counted, listed


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 classes"), (1, "1 class"), (2, "2 classes"), (1000, "1,000 classes")],
)
def test_a_noun_agrees_with_its_number(number: int, words: str) -> None:
    assert counted(number, "class", "classes") == words
    assert counted(number, "photo") == words.replace("classes", "photos").replace("class", "photo")


@pytest.mark.parametrize(
    ("most", "words"),
    [(4, "a, b, c, d"), (3, "a, b, c and 1 more kind"), (2, "a, b and 2 more kinds")],
)
def test_what_is_not_listed_is_counted(most: int, words: str) -> None:
    assert listed(list("abcd"), most, "kind") == words
    assert listed(list("abcd"), most) == words.removesuffix("s").removesuffix(" kind")


def test_a_plural_that_takes_no_s() -> None:
    assert listed(list("abc"), 1, "class", "classes") == "a and 2 more classes"
    assert listed(list("abc"), 2, "class", "classes") == "a, b and 1 more class"
