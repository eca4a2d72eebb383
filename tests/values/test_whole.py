from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from clothier.errors import InputError
from clothier.values.whole import whole_number


def test_whole_numbers_are_python_s() -> None:
    assert type(whole_number("seed", np.int64(3), 0)) is int
    assert whole_number("seed", 0, 0) == 0


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (-1, "seed is -1; wanted 0 or more"),
        ("a", "seed is 'a'; wanted a whole number"),
        (1.5, "seed is 1.5; wanted a whole number"),
        (True, "seed is True; wanted a whole number"),
        (None, "seed is None; wanted a whole number"),
    ],
)
def test_what_is_no_whole_number_is_refused(value: Any, told: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(told)}$"):
        whole_number("seed", value, 0)
