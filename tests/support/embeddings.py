"""Small embeddings for the tests."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from clothier.values import Embedding

NAMES = ("T-shirt/top", "Trouser", "Écharpe")


def blobs(num_images: int = 90, width: int = 12, seed: int = 1, **changes: Any) -> Embedding:
    """Three clouds of vectors, one a class, their centres along different axes and 8 apart at the least."""
    rng = np.random.default_rng(seed)
    labels = np.arange(num_images, dtype=np.int64) % 3
    vectors = (10 * np.eye(3, width)[labels] + rng.normal(0, 1, (num_images, width))).astype(np.float32)
    made = Embedding(
        vectors=vectors,
        images=rng.integers(0, 256, (num_images, 4, 3, 1), dtype=np.uint8),
        labels=labels,
        class_names=NAMES,
        ids=tuple(f"test/{row}" for row in range(num_images)),
        source="blobs",
    )
    return dataclasses.replace(made, **changes)
