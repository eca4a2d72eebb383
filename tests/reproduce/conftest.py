"""Requests on a tiny data set, whose runs are tested on the same few images whatever the test images are called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clothier import reproduce
from clothier.reproduce import Request
from clothier.values import Dataset

MakeRequest = Callable[..., Request]


@pytest.fixture
def request_of(tiny: Dataset) -> MakeRequest:
    """request_of(folder, "cnn1,cnn3", **fields): a request, by default on the official test images alone."""

    def make(root: Path, names: str = "cnn1", **fields: Any) -> Request:
        usual: dict[str, Any] = {"tests": ("official",), "seeds": 1, "augmented_seeds": 1}
        return Request(
            rows=reproduce.rows("all", names.split(",")),
            runs=root,
            load=lambda recipe, seed: tiny,
            source="tiny",
            **{**usual, **fields},
        )

    return make
