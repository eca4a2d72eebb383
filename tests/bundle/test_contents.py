"""What a bundle holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.model_files import made

from clothier.errors import BundleError


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": np.zeros(6, np.int64)},
        {"ids": np.zeros(7, np.int32)},
        {"images": np.zeros((7, 6, 5), np.uint8)},
    ],
)
def test_look_alikes_that_do_not_fit_together_are_refused(changes: dict[str, object]) -> None:
    assert made().lookalikes
    with pytest.raises(BundleError, match=r"look-alikes have shapes .* as many of each"):
        replace(made().lookalikes, **changes)  # type: ignore[type-var]  # it is there
