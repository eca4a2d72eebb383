"""Photos to decode."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.photo_cache import Save, Splits

from clothier.data.cache.photos import Photo


@pytest.fixture
def splits(tmp_path: Path, save_picture: Save) -> Splits:
    """Twelve photos to train, five to test."""
    counts = {"train": 12, "test": 5}
    return {
        split: [
            Photo(save_picture(tmp_path / split / f"{n}.png", 10 * n + place), f"{split}/{n}.png", n % 2)
            for n in range(count)
        ]
        for place, (split, count) in enumerate(counts.items())
    }
