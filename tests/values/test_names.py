"""What a class may be called."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clothier.values import names

SCRIPTS = (
    "قميص",
    "پیراهن\u200cبلند",
    "क्\u200dष",
    "長い\u3000靴",
    "👩\u200d🎤❤\ufe0f",
    "cafe\u0301",
    "T\u00a0shirt",
    "=1+1",
    "\"quoted\" 'name'",
    "T-shirt/top",
    "..",
    "100%",
    "a & b <c>",
    "x" * 200,
    "חולצה\u200f 2",
)


def test_names_of_every_script_pass() -> None:
    assert names.fault(SCRIPTS) == ""
    for name in SCRIPTS:
        assert names.plain(name) == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a\tb", "class 'a\\tb' has U+0009 (CHARACTER TABULATION) in its name"),
        ("a\nb", "class 'a\\nb' has U+000A (LINE FEED) in its name"),
        ("a\x01", "class 'a\\x01' has U+0001 (a control character) in its name"),
        ("\x1b[31m", "class '\\x1b[31m' has U+001B (ESCAPE) in its name"),
        ("a\u2028b", "class 'a\\u2028b' has U+2028 (LINE SEPARATOR) in its name"),
        ("a\u202eb", "class 'a\\u202eb' has U+202E (RIGHT-TO-LEFT OVERRIDE) in its name"),
        ("a\u2067b", "class 'a\\u2067b' has U+2067 (RIGHT-TO-LEFT ISOLATE) in its name"),
        ("caf\udce9", "class 'caf\\udce9' has the byte 0xE9, which is no UTF-8, in its name"),
        ("a\ud800", "class 'a\\ud800' has U+D800 (half of a character) in its name"),
    ],
)
def test_what_breaks_a_line_or_turns_it_is_named(name: str, words: str) -> None:
    assert names.fault(["shoe", name]) == (
        f"{words}; wanted letters, spaces and signs in one line; rename it"
    )
    assert names.plain(name) != name


@pytest.mark.parametrize("name", ["", " ", "\u3000", "\u00a0 ", "\u200b", "\u200d", "\ufeff"])
def test_a_name_that_shows_nothing(name: str) -> None:
    assert names.fault([name, "shoe"]) == (
        f"class {name!a} has a name that shows nothing; wanted letters or signs; rename it"
    )


@pytest.mark.parametrize(
    "name", ["cafe\u0301", "caf\u00e9", " caf\u00e9", "caf\u00e9\u00a0", "ca\u200bf\u00e9", "caf\u00e9\u200e"]
)
def test_names_that_look_the_same_are_refused(name: str) -> None:
    assert names.fault(["shoe", "caf\u00e9", name]) == (
        f"the classes 'caf\\xe9' and {name!a} look the same when shown; "
        "wanted names that the eye tells apart; rename one, or join the two"
    )


def test_joiners_tell_words_apart() -> None:
    assert names.fault(["क्\u200dष", "क्ष"]) == ""


def test_bounds() -> None:
    assert names.fault(["a" * 255, "b"]) == ""
    assert names.fault(["a" * 256, "b"]) == (
        f"class '{'a' * 40}...' has a name of 256 characters; wanted at most 255; shorten it"
    )
    assert names.fault([f"{number}" for number in range(10_000)]) == ""
    assert names.fault([f"{number}" for number in range(10_001)]) == (
        "there are 10,001 classes; wanted at most 10,000; join some"
    )
    assert names.fault([f"{number:0250}" for number in range(1049)]) == (
        "the classes' names have 262,250 bytes in all; wanted at most 262,144; shorten them"
    )


@given(some.text())
def test_a_name_that_passes_is_a_line_that_utf8_and_json_hold(name: str) -> None:
    if names.fault([name]):
        assert names.fault([name]).isprintable()
    else:
        assert json.loads(json.dumps(name, ensure_ascii=False).encode()) == name
        assert len(name.splitlines()) == 1


@given(some.text())
def test_a_name_looks_as_it_does_in_another_normal_form(name: str) -> None:
    assert names.look(unicodedata.normalize("NFD", name)) == names.look(unicodedata.normalize("NFC", name))


def test_whole_numbers_are_sorted_as_numbers() -> None:
    assert names.in_order({"10", "2", "007", "7"}) == ["2", "007", "7", "10"]
    assert names.in_order({"10", "2", "b"}) == ["10", "2", "b"]
    assert names.in_order({"1.5", "10", "2"}) == ["1.5", "10", "2"]
    assert names.in_order({"२०", "३"}) == ["३", "२०"]
    assert names.in_order({"9" * 5000, "2"}) == ["2", "9" * 5000]


def test_names_that_differ_in_capitals_alone() -> None:
    assert names.differing_in_case(["Hat", "hat", "Shoe", "HAT", "ÉTÉ", "été", "ete"]) == [
        ("Hat", "hat"),
        ("Hat", "HAT"),
        ("ÉTÉ", "été"),
    ]
