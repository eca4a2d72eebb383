"""A data set -> vectors that a quick classifier learns from, of all images but the test images."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from clothier.checking import features
from clothier.values import Dataset, Floats, Images, Labels, Report, Tell

_SIDE = 32  # of the small copies whose pixels are learnt from
# Cosines of pixels, which let a linear classifier draw curved borders. Source: A. Rahimi and B. Recht, "Random Features
# for Large-Scale Kernel Machines", 2007.
_NUM_COSINES = 512
_WIDTH = 0.5  # of the kernel, as a part of the median distance of two images
_SAMPLED = 1000


@dataclass(frozen=True, eq=False)
class Material:
    """`vectors` float32 (n, d) and `labels` int64 (n,) of the training images and then of the validation images;
    `group_of` int64 (n,) is the same for images with the same vector. `words` say what the vectors are."""

    vectors: Floats
    labels: Labels
    group_of: Labels
    words: str
    of_network: bool

    @classmethod
    def of(cls, dataset: Dataset, report: Report, tell: Tell) -> Material:
        count = len(dataset.train) + len(dataset.validation or ())
        if features.fits_base(dataset):
            seen = features.of_base(dataset, report, tell)  # of all splits, as clothier check keeps them
            vectors, words, of_network = seen.values[:count], seen.words, True
        else:
            known = replace(dataset, test=None)
            vectors, words = of_pixels(_small(known, report))
            of_network = False
        parts = [split.labels for split in (dataset.train, dataset.validation) if split is not None]
        _, group_of = np.unique(vectors, axis=0, return_inverse=True)
        return cls(vectors, np.concatenate(parts), group_of.ravel().astype(np.int64), words, of_network)


def of_pixels(small: Images) -> tuple[Floats, str]:
    """(vectors, what they are) of images uint8 (n, side, side, channels)."""
    made = features.of_pixels(small)
    return cosines(made.values), made.words


def cosines(vectors: Floats, seed: int = 13) -> Floats:
    """float32 (n, 512): cosines in directions by chance."""
    rng = np.random.default_rng(seed)
    some = vectors[rng.permutation(len(vectors))[:_SAMPLED]]
    half = len(some) // 2
    apart = np.sqrt(np.square(some[:half] - some[half : 2 * half]).sum(axis=1)) if half else np.ones(1)
    width = _WIDTH * (float(np.median(apart)) or 1.0)
    directions = (rng.standard_normal((vectors.shape[1], _NUM_COSINES)) / width).astype(np.float32)
    shifts = rng.uniform(0, 2 * np.pi, _NUM_COSINES).astype(np.float32)
    return np.asarray(np.sqrt(2 / _NUM_COSINES) * np.cos(vectors @ directions + shifts), np.float32)


def _small(dataset: Dataset, report: Report) -> Images:
    """Small copies of all images, uint8 (n, side, side, channels)."""
    total = sum(map(len, dataset.splits().values()))
    made, row = np.empty((total, _SIDE, _SIDE, dataset.image_shape[2]), np.uint8), 0
    for split in dataset.splits().values():
        for image in split.images:
            pixels = image if image.shape[2] == 3 else image[..., 0]
            picture = Image.fromarray(np.ascontiguousarray(pixels))
            copy = picture.resize((_SIDE, _SIDE), Image.Resampling.BOX)
            made[row] = np.asarray(copy).reshape(_SIDE, _SIDE, -1)
            row += 1
            report("looking at pictures", row, total)
    return made
