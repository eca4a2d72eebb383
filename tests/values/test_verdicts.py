from __future__ import annotations

import pytest

from clothier.values import STATUSES
from clothier.values.verdicts import lowered, percent, verdict

CLASSES = (("shirt", 0.62), ("t-shirt", 0.3), ("dress", 0.05), ("hat", 0.03))


@pytest.mark.parametrize(
    ("status", "size", "words"),
    [
        ("sure", 1, "Shirt (62 %)"),
        ("likely", 1, "Probably shirt"),
        ("likely", 2, "Probably shirt, perhaps t-shirt"),
        ("likely", 3, "Probably shirt, perhaps t-shirt or dress"),
        ("unsure", 4, "Could be many things (shirt 62 %)"),
        ("unlike", 1, "Shirt? This does not look like the pictures I learned from"),
        ("unreadable", 0, ""),
    ],
)
def test_each_verdict_has_its_words(status: str, size: int, words: str) -> None:
    assert verdict(status, CLASSES, size) == words
    assert status in STATUSES


def test_what_is_not_calibrated_says_so() -> None:
    assert verdict("", CLASSES, is_calibrated=False) == "Shirt (62 %, not calibrated)"
    assert verdict("", CLASSES) == "Shirt (62 %)"


def test_percents_are_whole_and_never_claim_certainty() -> None:
    shares = (1.0, 0.999, 0.99, 0.004, 0.0)
    assert [percent(share) for share in shares] == ["100 %", "over 99 %", "99 %", "under 1 %", "0 %"]


def test_a_warning_takes_the_plainness_alone() -> None:
    assert [lowered(status) for status in STATUSES] == ["likely", "likely", "unsure", "unlike", "unreadable"]
