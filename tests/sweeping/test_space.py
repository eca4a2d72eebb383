from __future__ import annotations

from typing import Any

import pytest

from clothier.errors import InputError
from clothier.sweeping import space
from clothier.sweeping.space import Choices, Range


def test_texts_become_fixed_values_choices_and_ranges() -> None:
    fixed, varied = space.read(
        {
            "learning_rate": "1e-4..1e-2:log",
            "batch_size": "32..256",
            "optimizer": "adam, adamw",
            "epochs": "3",
            "class_weight": ["balanced", "dress=2,skirt=1.5"],
            "label_smoothing": [0, 0.1, "0.2,0.1"],
        }
    )
    assert fixed == {"epochs": 3}
    assert varied == {
        "learning_rate": Range(1e-4, 1e-2, log=True),
        "batch_size": Range(32, 256),
        "optimizer": Choices(("adam", "adamw")),
        "class_weight": Choices(("balanced", "dress=2,skirt=1.5")),
        "label_smoothing": Choices((0, 0.1, 0.2)),
    }
    assert not space.is_grid(varied)
    assert space.read({name: str(each) for name, each in varied.items() if name != "class_weight"}) == (
        {},
        {name: each for name, each in varied.items() if name != "class_weight"},
    )


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        ("lerning_rate", "1,2", "unknown recipe field 'lerning_rate'"),
        ("learning_rate", "1e-3,,1e-4", "learning_rate is ''; wanted a number above 0, such as 0.001"),
        ("learning_rate", "0..1", "learning_rate is 0.0; wanted a number above 0, such as 0.001"),
        ("batch_size", "32..64.5", "batch_size is '64.5'; wanted a whole number from 1 to 100,000"),
        (
            "batch_size",
            "64..32",
            "batch_size is '64..32', whose low end is not below its high end; swap them",
        ),
        (
            "batch_size",
            "32..64:lin",
            "batch_size is '32..64:lin'; wanted choices such as 1e-3,3e-4 or a range such as 1e-4..1e-2 or "
            "1e-4..1e-2:log",
        ),
        (
            "momentum",
            "0..0.9:log",
            "momentum is '0..0.9:log', and 0.0 has no logarithm; wanted a low end above 0",
        ),
        ("epochs", [], "epochs has no choices; wanted one or more; name some, or leave it out"),
        (
            "seed",
            "1,2",
            "seed is 1,2; wanted one value, because every configuration trains with the same seeds; use --seeds for "
            "their number",
        ),
        ("augment", "a..b,photo:log", None),
    ],
)
def test_wrong_values_are_said(field: str, given: Any, words: str | None) -> None:
    if words is None:  # texts have no ranges
        assert space.read({field: given})[1] == {field: Choices(("a..b", "photo:log"))}
        return
    with pytest.raises(InputError) as caught:
        space.read({field: given})
    assert str(caught.value).startswith(words)


def test_sizes_and_extremes() -> None:
    _, varied = space.read({"batch_size": "32..64", "optimizer": "adam,adamw"})
    assert space.size(varied) == 66
    assert list(space.extremes(varied)) == [
        {"batch_size": size, "optimizer": name} for size in (32, 64) for name in ("adam", "adamw")
    ]
    _, varied = space.read({"learning_rate": "1e-4..1e-2"})
    assert space.size(varied) == float("inf")
    assert space.wide(varied) == [
        "learning_rate=0.0001..0.01 is drawn evenly, so nine of ten numbers lie above 0.0011; "
        "learning_rate=0.0001..0.01:log draws evenly in its logarithm"
    ]
    assert space.wide(space.read({"learning_rate": "1e-4..1e-2:log"})[1]) == []


def test_drawn_numbers_are_short_and_within_the_range() -> None:
    assert Range(1e-4, 1e-2).rounded(0.00123456) == 0.001235
    assert Range(0.12344678, 1.0).rounded(0.12344678) == 0.12344678
    assert Range(1, 9).rounded(7) == 7
    assert (
        space.written({"learning_rate": 0.001235, "optimizer": "adam"})
        == "learning_rate=0.001235 optimizer=adam"
    )
