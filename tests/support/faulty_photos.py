"""A folder of drawn photos of three kinds of things, and faults that are planted in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from clothier.values import Images

SIDE = 96
NAMES = ("bars", "disc", "rows")
_PLACES = np.mgrid[:SIDE, :SIDE] - SIDE / 2


def drawn(kind: str, rng: np.random.Generator, ground: tuple[int, int, int] | None = None) -> Images:
    """A light thing of that kind on a ground of a random colour, uint8 (96, 96, 3): no two alike."""
    rows, columns = _PLACES - rng.uniform(-2.5, 2.5, (2, 1, 1))
    wave = rng.uniform(9, 10)
    inside = np.hypot(rows, columns) < rng.uniform(28, 36)
    pattern = {"bars": np.sin(columns / wave * 2) > 0, "rows": np.sin(rows / wave * 2) > 0, "disc": inside}
    shape = pattern[kind] & inside if kind != "disc" else inside
    below = np.array(ground or rng.integers(40, 80, 3), np.float64)
    above = rng.uniform(190, 230, 3)
    picture = np.where(shape[..., np.newaxis], above, below)
    # Soft blots make each picture its own.
    coarse = Image.fromarray(rng.integers(0, 60, (7, 7, 3), dtype=np.uint8))
    blots = np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float64)
    made: Images = np.clip(picture + blots - 30 + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
    return made


def save_clean(root: Path, per_class: int = 40, seed: int = 3) -> None:
    """Train and validation, a quarter as many; nothing is wrong with them."""
    rng = np.random.default_rng(seed)
    for split, count in (("train", per_class), ("validation", per_class // 4)):
        for name in NAMES:
            for number in range(count):
                save(root / split / name / f"{split}-{name}-{number}.jpg", drawn(name, rng))


def save(path: Path, pixels: Images, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=90, **options)  # type: ignore[arg-type]
