"""Arrays -> parts of a page: quantised, gzipped, in base64.

The budget for 10,000 grey images of 28x28 in two spaces, in MB of the page, of 18 in all:

    pictures    uint8, 28x28                                       6
    vectors     int16, at most 64 principal components             2
    t-SNE       int16, the final map and 40 snapshots of 12 bits   3 a map
    the rest    ten components a space, labels, ids, script        2

Vectors that are the pictures' own pixels are not packed twice.
"""

from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clothier.embed.projections import Pca, pca
from clothier.values import Embedding, Floats, Images

SIDE = 32  # pixels of the longer side of a picture; larger ones are scaled to fit
MAX_DIMENSIONS = 64  # of a vector; more are replaced by as many principal components
SNAPSHOTS = 40
COORDINATE, SNAPSHOT = 2**15 - 1, 2**11 - 1  # steps from 0 to the largest number
_LEVEL = 6  # of gzip: 9 takes ten times as long for 1 %


@dataclass(frozen=True, eq=False)
class Part:
    """An array uint8, int16 or float32 for the page.

    Numbers are `scale` times the packed values, unless it is None. With `steps`, each row of `steps` numbers is packed
    as its differences from the row before.
    """

    array: npt.NDArray[Any]
    scale: float | None = None
    steps: int = 0

    def facts(self) -> dict[str, Any]:
        """What the page must know to unpack it."""
        return {"dtype": self.array.dtype.name, "scale": self.scale, "steps": self.steps}

    def text(self) -> str:
        """gzip in base64. First bytes of all numbers come first, then second ones: like bytes compress better side by
        side."""
        flat = np.ascontiguousarray(self.array).reshape(-1)
        if self.steps:
            rows = flat.reshape(-1, self.steps)
            flat = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1])).reshape(-1)
        little = flat.astype(flat.dtype.newbyteorder("<"))
        planes = little.view(np.uint8).reshape(-1, flat.itemsize).T
        return encoded(planes.tobytes())


def encoded(content: bytes) -> str:
    """The bytes as gzip in base64; equal bytes give equal text."""
    return base64.b64encode(gzip.compress(content, _LEVEL, mtime=0)).decode()


def quantised(values: Floats) -> Part:
    """Numbers as int16, none farther from its own than the largest of them divided by 65,534."""
    largest = float(np.abs(values).max(initial=0)) or 1.0
    return Part(
        np.round(values.astype(np.float64) * (COORDINATE / largest)).astype(np.int16), largest / COORDINATE
    )


def snapshots(taken: Floats) -> Part:
    """Snapshots float32 (s, n, k) as int16, each scaled so that its farthest point has distance 1, in 2,047 steps."""
    radius = np.sqrt((taken.astype(np.float64) ** 2).sum(axis=2).max(axis=1)).clip(1e-30)
    packed = np.round(taken / radius[:, None, None] * SNAPSHOT).astype(np.int16)
    return Part(packed, 1 / SNAPSHOT, steps=packed[0].size)


def chosen(number: int) -> list[int]:
    """The indices of the snapshots to pack: at most SNAPSHOTS, evenly spaced, with the first and the last."""
    return sorted({round(place) for place in np.linspace(0, number - 1, min(number, SNAPSHOTS))})


def pictures(images: Images) -> Images:
    """The images as the page shows them: themselves, or scaled to fit SIDE, uint8 (n, height, width, channels)."""
    height, width = images.shape[1:3]
    if max(height, width) <= SIDE:
        return images
    factor = SIDE / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = [
        Image.fromarray(image.squeeze(axis=2) if image.shape[2] == 1 else image).resize(
            size, Image.Resampling.BOX
        )
        for image in images
    ]
    return np.stack([np.asarray(image).reshape(size[1], size[0], -1) for image in small])


def has_dark_ground(images: Images) -> bool:
    """Whether these are grey images of something bright on black, which a light page shows better as ink on paper."""
    edges = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    return images.shape[3] == 1 and float(np.median(np.concatenate([edge.ravel() for edge in edges]))) < 64


@dataclass(frozen=True, eq=False)
class Stored:
    """The vectors that the page holds: `part`, or None where they are the pictures' own pixels, from 0 to 1.

    `vectors` float32 (n, d) are what it reads back; `kept` is the share of the variance that they hold, in [0, 1].
    """

    part: Part | None
    vectors: Floats
    kept: float


def stored(embedding: Embedding) -> Stored:
    """The embedding's vectors as the page holds them: exact where they are pixels, else int16, of at most
    MAX_DIMENSIONS. Distances between them are those of the full vectors but for the variance that is left out."""
    vectors = embedding.vectors
    shown = pictures(embedding.images)
    pixels = shown.reshape(len(shown), -1)
    if pixels.shape == vectors.shape and np.allclose(pixels / 255, vectors, rtol=0, atol=1e-6):
        return Stored(None, (pixels / np.float32(255)).astype(np.float32), 1.0)
    kept = 1.0
    if vectors.shape[1] > MAX_DIMENSIONS:
        reduced: Pca = pca(vectors, MAX_DIMENSIONS)
        vectors, kept = reduced.coordinates, float(reduced.explained.sum())
    part = quantised(vectors)
    return Stored(part, (part.array * np.float64(part.scale or 1)).astype(np.float32), kept)
