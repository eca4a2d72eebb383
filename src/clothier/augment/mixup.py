"""mixup: each image faded into another of its batch, and its label as much.

Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018; ALPHA from section 3.1, where 0.1 to 0.4 did
best and networks underfitted with large values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.values import Floats, Images, Labels, Mixed

ALPHA = 0.2  # shares are drawn from Beta(ALPHA, ALPHA): most images stay nearly whole


@dataclass(frozen=True, eq=False)
class Dice:
    """Each (n,): int64 number of the image that is mixed in, float32 share in [0.5, 1] of the image itself."""

    partners: npt.NDArray[np.int64]
    shares: Floats


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images = len(images)
    shares = rng.beta(ALPHA, ALPHA, num_images)
    # A pair is the same pair the other way round; the larger share to the image itself keeps each in its epoch.
    return Dice(
        partners=rng.integers(0, num_images, num_images),
        shares=np.maximum(shares, 1 - shares).astype(np.float32),
    )


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied, rounded to the nearest grey level, halves up."""
    moved = np.empty_like(images, order="C")
    _fade(images.reshape(len(images), -1), dice.partners, dice.shares, moved.reshape(len(images), -1))
    return moved


def mix(labels: Labels, dice: Dice) -> Mixed:
    """Labels int64 (n,) mixed as the images are."""
    return Mixed(labels, labels[dice.partners], dice.shares)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _fade(
    pixels: npt.NDArray[np.uint8],
    partners: npt.NDArray[np.int64],
    shares: Floats,
    moved: npt.NDArray[np.uint8],
) -> None:
    for n in range(len(pixels)):
        own, other, share = pixels[n], pixels[partners[n]], shares[n]
        for place in range(len(own)):
            base = np.float32(other[place])
            mixed = base + share * (np.float32(own[place]) - base)
            moved[n, place] = np.uint8(np.int32(mixed + np.float32(0.5)))
