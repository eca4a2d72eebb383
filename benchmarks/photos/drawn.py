"""Photos of drawn clothes, for benchmarks that are given none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def draw(folder: Path, count: int = 60) -> None:
    """So many photos of drawn clothes on a ground of one colour with noise, as large as photos sent by phones."""
    from clothier.data.generated import CLASS_NAMES, draw_one

    dice = np.random.default_rng(0)
    for index in range(count):
        cloth = draw_one(index % len(CLASS_NAMES), dice, 533)[:, 66:466, np.newaxis] / 255
        pixels = cloth * dice.integers(0, 256, 3) + (1 - cloth) * dice.integers(0, 256, 3)
        noisy = pixels + dice.normal(0, 6, pixels.shape)
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / f"{index:02}.jpg", quality=80)
