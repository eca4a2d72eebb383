"""An embedding that is awkward in every way at once: colour, not square, odd names, labels that nobody knows."""

from __future__ import annotations

import numpy as np

from clothier.values import UNKNOWN, Embedding, Images

NAMES = ("T-shirt/top", "a\tb\nc", " ", "Écharpe & <b>")
RED, BLUE = (255, 0, 0), (0, 0, 255)


def awkward(num_images: int = 40, width: int = 5) -> Embedding:
    """Photos 6 x 4, every other one red, the others blue; one in five has no label."""
    rows = np.arange(num_images)
    labels = np.where(rows % 5 == 4, UNKNOWN, rows % 4).astype(np.int64)
    return Embedding(
        vectors=np.random.default_rng(3).normal(size=(num_images, width)).astype(np.float32),
        images=two_colours(num_images),
        labels=labels,
        class_names=NAMES,
        ids=tuple(f"shop\t{row}/é.jpg" for row in rows),
        source="photos",
        predictions=(rows % 3).astype(np.int64),
        confidence=np.linspace(0, 1, num_images, dtype=np.float32),
    )


def two_colours(num_images: int) -> Images:
    colours = np.where(np.arange(num_images)[:, np.newaxis] % 2, BLUE, RED).astype(np.uint8)
    return np.broadcast_to(colours[:, np.newaxis, np.newaxis], (num_images, 6, 4, 3)).copy()
