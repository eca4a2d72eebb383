"""JSON of unknown origin, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from clothier.errors import BundleError, RunError
from clothier.values.fields import Fields, parse

JSON = some.recursive(
    some.none() | some.booleans() | some.floats() | some.integers() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
)


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_any_json_is_an_object_or_one_line_of_words(content: Any) -> None:
    try:
        assert isinstance(parse(json.dumps(content).encode(), "it"), dict)
    except BundleError as error:
        assert str(error).isprintable()


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_a_wrong_value_is_told_in_one_line(value: Any) -> None:
    calls: dict[str, Callable[[Fields], object]] = {
        "whole": lambda fields: fields.whole("a", 5, 6),
        "number": lambda fields: fields.number("a", 0.25, 0.5),
        "class_names": lambda fields: fields.class_names("a"),
        "one_of": lambda fields: fields.one_of("a", ["b"]),
        "numbers": lambda fields: fields.numbers("a"),
        "simple": lambda fields: fields.simple("a"),
        "page": lambda fields: fields.page("a", 10),
    }
    for call in calls.values():
        try:
            call(Fields({"a": value}, "it"))
        except BundleError as error:
            assert str(error).isprintable()
            assert len(str(error)) < 300


def test_good_values_come_through() -> None:
    fields = Fields({"a": 3, "b": 0.5, "c": "word", "d": "two\nlines", "e": ["x", "y"], "f": {"g": 1}}, "it")
    assert fields.whole("a", 1, 3) == 3
    assert fields.number("b", 0, 1) == 0.5
    assert fields.word("c") == "word"
    assert fields.page("d", 20) == "two\nlines"
    assert fields.class_names("e") == ("x", "y")
    assert fields.numbers("f") == {"g": 1.0}
    fields.end()


def test_what_nobody_took_is_refused() -> None:
    with pytest.raises(BundleError) as caught:
        Fields({"\x1b[2J": 1}, "it").end()
    assert (
        str(caught.value) == "it has unknown fields ('\\x1b[2J'); wanted none; a newer clothier may know them"
    )


def test_class_names_are_refused_by_the_error_asked_for() -> None:
    with pytest.raises(RunError, match=r"^it: 'a': "):
        Fields({"a": ["x", "x"]}, "it", RunError).class_names("a")
