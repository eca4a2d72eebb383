from __future__ import annotations

import pytest

from clothier.data import unreadable
from clothier.errors import DataError

BAD = {f"{number}.png": "is empty" for number in range(7)}
CUT = {"a.jpg": "3 % of the picture is missing", "b.jpg": "details of the picture are missing"}


def test_unreadable_pictures_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        unreadable.tell("folder:x", BAD, CUT, pytest.fail, skip_bad=False)
    assert str(caught.value) == (
        "folder:x has 7 unreadable pictures: 0.png is empty; 1.png is empty; 2.png is empty; 3.png is empty; "
        "4.png is empty; and 2 more; replace them, or leave them out with --skip-bad"
    )


@pytest.mark.parametrize("skip_bad", [True, False])
def test_truncated_pictures_are_told(skip_bad: bool) -> None:
    told: list[str] = []
    unreadable.tell("folder:x", {}, CUT, told.append, skip_bad=skip_bad)
    assert told == [
        "read 2 pictures only in part: a.jpg (3 % of the picture is missing); "
        "b.jpg (details of the picture are missing)"
    ]


def test_what_is_left_out_is_told_first() -> None:
    told: list[str] = []
    unreadable.tell(
        "folder:x", {"c.png": "is damaged"}, {"a.jpg": "a bit is missing"}, told.append, skip_bad=True
    )
    assert told == [
        "left out 1 unreadable picture: c.png is damaged",
        "read 1 picture only in part: a.jpg (a bit is missing)",
    ]


def test_of_whole_pictures_nothing_is_said() -> None:
    unreadable.tell("folder:x", {}, {}, pytest.fail, skip_bad=False)
