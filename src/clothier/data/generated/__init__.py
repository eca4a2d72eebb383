"""Clothes drawn by our own code: ten classes, seeded, no file and no network needed.

Each garment is a file whose `throw` turns dice into a size-free drawing; `render` alone knows pixels. To add a
garment: one new file, one line in GARMENTS.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from clothier.data.generated import (
    ankle_boot,
    bag,
    coat,
    dress,
    pullover,
    sandal,
    shirt,
    sneaker,
    t_shirt,
    trouser,
)
from clothier.data.generated.dice import Dice
from clothier.data.generated.render import render, throw_look
from clothier.data.generated.shapes import Garment
from clothier.errors import InputError
from clothier.values import Images, Labels

# The names and the order are those of Fashion-MNIST.
GARMENTS: dict[str, Callable[[Dice], Garment]] = {
    "T-shirt/top": t_shirt.throw,
    "Trouser": trouser.throw,
    "Pullover": pullover.throw,
    "Dress": dress.throw,
    "Coat": coat.throw,
    "Sandal": sandal.throw,
    "Shirt": shirt.throw,
    "Sneaker": sneaker.throw,
    "Bag": bag.throw,
    "Ankle boot": ankle_boot.throw,
}
CLASS_NAMES = tuple(GARMENTS)
SIZE = 28
SMALLEST = 14  # half of Fashion-MNIST; below, sleeves and straps are thinner than half a pixel


def draw(
    num_images: int, seed: int, report: Callable[[int], None] = lambda done: None
) -> tuple[Images, Labels]:
    """Pictures uint8 (n, 28, 28, 1) of light clothes on black, and labels int64 (n,) in shuffled order.

    Class counts differ by one at most. The same arguments give the same bytes on every machine. Raises
    InputError for fewer images than classes or a negative seed. `report` is told now and then how many are done.
    """
    if num_images < len(CLASS_NAMES):
        raise InputError(f"{num_images} generated images; wanted {len(CLASS_NAMES)} or more, one per class")
    if seed < 0:
        raise InputError(f"seed is {seed}; wanted 0 or more")
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = np.arange(num_images, dtype=np.int64) % len(CLASS_NAMES)
    labels = labels[np.argsort(rng.random(num_images), kind="stable")]
    images = np.empty((num_images, SIZE, SIZE, 1), np.uint8)
    for place, label in enumerate(labels.tolist()):
        images[place, :, :, 0] = draw_one(label, rng)
        if place % 100 == 99:
            report(place + 1)
    return images, labels


def draw_one(label: int, rng: np.random.Generator, size: int = SIZE) -> npt.NDArray[np.uint8]:
    """One picture of the class with that label, uint8 (size, size).

    Equal states of `rng` give the same garment at every size. Raises InputError for a label that is none of
    the classes or a size below 14 pixels.
    """
    if not 0 <= label < len(CLASS_NAMES):
        raise InputError(f"label is {label}; wanted 0 to {len(CLASS_NAMES) - 1}")
    if size < SMALLEST:
        raise InputError(f"size is {size} pixels; wanted {SMALLEST} or more")
    dice = Dice(rng)
    garment = GARMENTS[CLASS_NAMES[label]](dice)
    return render(garment, throw_look(dice, garment), size)
