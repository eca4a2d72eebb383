"""Two spaces of the same few images, with maps made by hand: no t-SNE runs."""

from __future__ import annotations

import dataclasses

import numpy as np

from clothier.embed.projections import Tsne, pca
from clothier.explorer import Space, Suspects
from clothier.values import UNKNOWN, Embedding

NAMES = ("T-shirt/top", "Écharpe", "<img src=x onerror=alert(1)>", "Bag")
COUNT = 240
SUSPECT = 7  # the image that is suspected most


def embedding(dimensions: int = 80, seed: int = 3) -> Embedding:
    """Four clouds in that many dimensions, one a class but for two images without a label; a tenth of the predictions
    are wrong."""
    rng = np.random.default_rng(seed)
    labels = np.arange(COUNT, dtype=np.int64) % len(NAMES)
    centres = rng.normal(0, 3, (len(NAMES), dimensions))
    vectors = (centres[labels] + rng.normal(0, 1, (COUNT, dimensions))).astype(np.float32)
    images = np.zeros((COUNT, 8, 8, 1), np.uint8)
    images[:, 2:6, 2:6] = rng.integers(60, 256, (COUNT, 4, 4, 1))
    predictions = np.where(np.arange(COUNT) % 10 == 0, (labels + 1) % len(NAMES), labels)
    labels[[50, 51]] = UNKNOWN
    return Embedding(
        vectors=vectors,
        images=images,
        labels=labels,
        class_names=NAMES,
        ids=tuple(f"test/{row}" for row in range(COUNT)),
        source="net dense1, made test",
        predictions=predictions,
        confidence=rng.uniform(0.3, 1, COUNT).astype(np.float32),
    )


def pixels(of: Embedding) -> Embedding:
    """The same images by their pixels, without predictions."""
    vectors = of.images.reshape(len(of), -1).astype(np.float32) / np.float32(255)
    return dataclasses.replace(
        of, vectors=vectors, source="pixels, made test", predictions=None, confidence=None
    )


def tsne(of: Embedding, dimensions: int, num_snapshots: int = 60) -> Tsne:
    """A walk from a speck to places around the class's own corner."""
    rng = np.random.default_rng(5)
    corners = 40 * rng.normal(0, 1, (len(NAMES) + 1, dimensions))
    last = (corners[of.labels] + rng.normal(0, 4, (len(of), dimensions))).astype(np.float32)
    growth = np.linspace(1e-4, 1, num_snapshots, dtype=np.float32)[:, None, None]
    wobble = rng.normal(0, 1, (num_snapshots, 1, dimensions)).astype(np.float32)
    taken = (last + wobble * (1 - growth)) * growth
    return Tsne(taken[-1], taken, np.arange(num_snapshots, dtype=np.int64) * 10, 0.9, 1.0)


def spaces() -> list[Space]:
    made = embedding()
    return [
        Space("pixels", pixels(made), pca(pixels(made).vectors), {2: tsne(made, 2)}),
        Space("net dense1", made, pca(made.vectors), {2: tsne(made, 2), 3: tsne(made, 3)}),
    ]


def suspects() -> Suspects:
    order = np.array([SUSPECT, 30, 11])
    return Suspects(order, np.array([0.9, 0.5, 0.25], np.float32), "net dense1")
