"""Where in a picture the thing is: the background is learnt from the border, and what differs from it is kept.

Background and foreground are each a mixture of colours, learnt in turn with the mask, which neighbours smooth: the
idea of Rother, Kolmogorov and Blake, "GrabCut", 2004, with the border in place of a person's rectangle and blurred
shares in place of the cut.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from clothier.photo.mixture import Floats, Mixture
from clothier.values import Images

Mask = npt.NDArray[np.bool_]  # (height, width): whether a pixel is the thing's

SIDE = 96  # longest, in pixels, of the picture that is looked at
BORDER = 0.05  # of the shorter side: the frame that is taken for background at first
MIDDLE = 1.5  # log odds for foreground in the middle, and against it at the edge, that no colour has to earn
REACH = 3.0  # deviations of a thing's places from its middle to where its edge is expected
STRANGER = 2.0  # log odds beyond the border's strangest tenth, where a colour is as likely the thing's
TELLING = 5.0  # log odds that a colour can give at most
TOLD = 1.0  # log odds that the two must differ by: it is 0.1 in noise, above 2.4 in 99 photos of 100
SMOOTHING = 4.0  # log odds that neighbours who all agree give
ROUNDS = 6
LEARNED = 1500  # pixels at most that a mixture is learnt from: twice as fast as from all, and as good
DOUBTED = 0.1  # share between which, and as much below 1, a pixel is of either side
PARTS = 4  # pieces that one thing may lie in: a pair of shoes is two
LEAST_PART = 0.3  # of the heaviest piece, by area near the middle

_RGB_TO_XYZ = np.array(  # divided by the white of D65
    [[0.4339, 0.2126, 0.0178], [0.3762, 0.7152, 0.1095], [0.1899, 0.0722, 0.8727]], np.float32
)


def find(pixels: Images) -> Mask:
    """Where the thing is in a picture, uint8 (height, width, 3): pieces near the middle, their holes filled; nowhere,
    where colours tell no thing from its background."""
    return look(pixels)[0]


def look(pixels: Images) -> tuple[Mask, float]:
    """(what `find` gives, how unclear it is): the number of pixels that may as well be of the other side, as a share of
    the thing's own."""
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = max(1, round(scale * width)), max(1, round(scale * height))
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    shares = _shares(_lab(small))
    mask = _pieces(shares > 0.5)
    unclear = float(((shares > DOUBTED) & (shares < 1 - DOUBTED)).sum() / max(int(mask.sum()), 1))
    grown = Image.fromarray(mask.astype(np.uint8) * 255).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(grown) > 127, unclear


def _shares(colours: Floats) -> Floats:
    """How surely each pixel of a picture in CIELAB, float32 (height, width, 3), is foreground: (height, width); 0 for
    all where colours do not tell."""
    height, width = colours.shape[:2]
    flat = colours.reshape(-1, 3)
    few = _spread(len(flat))
    middle = _middle(np.ones((height, width), np.float32))
    frame = _frame(height, width)
    # At first, what the border's colours explain much worse than nine tenths of the border itself.
    likeness = Mixture.of(flat[frame.ravel()]).log_density(flat).reshape(height, width)
    strange = np.clip(np.percentile(likeness[frame], 10) - STRANGER - likeness, -TELLING, TELLING)
    shares = _sigmoid(_blurred(0.7 * strange + middle, 1))
    for _ in range(ROUNDS):
        # A share of 0 for all would leave nothing to learn from.
        weights = np.clip(shares.ravel()[few], 1e-6, 1 - 1e-6)
        thing, ground = Mixture.of(flat[few], weights), Mixture.of(flat[few], 1 - weights)
        told = (thing.log_density(flat) - ground.log_density(flat)).reshape(height, width)
        told, middle = np.clip(told, -TELLING, TELLING), _middle(shares)
        for _ in range(3):
            shares = _sigmoid(told + middle + SMOOTHING * (2 * _blurred(shares, 2) - 1))
    found = shares > 0.5
    if found.all() or not found.any() or told[found].mean() - told[~found].mean() < TOLD:
        return np.zeros_like(shares)
    return shares


def _spread(count: int) -> npt.NDArray[np.int64]:
    """At most LEARNED of the numbers below count, spread evenly and in no rhythm that a pattern may have."""
    golden = (5**0.5 - 1) / 2
    return np.unique((np.arange(LEARNED) * golden % 1 * count).astype(np.int64))


def _pieces(mask: Mask) -> Mask:
    """The heaviest pieces of a mask, weighed by area near the middle, without holes."""
    height, width = mask.shape
    down, across = np.linspace(-0.5, 0.5, height)[:, np.newaxis], np.linspace(-0.5, 0.5, width)
    weights = np.exp(-3 * (down**2 + across**2)).astype(np.float32)
    density = weights * _blurred(mask.astype(np.float32), 3)
    left, kept, heaviest = mask.copy(), np.zeros_like(mask), 0.0
    for _ in range(PARTS):
        if not left.any():
            break
        seed = np.zeros_like(mask)
        seed.flat[np.argmax(np.where(left, density, -1))] = True
        piece = _reach(seed, left)
        left &= ~piece
        heaviest = heaviest or float(weights[piece].sum())
        if weights[piece].sum() >= LEAST_PART * heaviest:
            kept |= piece
    edge = np.ones_like(mask)
    edge[1:-1, 1:-1] = False
    return ~_reach(edge, ~kept)


def _reach(seed: Mask, allowed: Mask) -> Mask:
    """All of `allowed` that steps up, down, left and right lead to from `seed`."""
    reached, count = seed & allowed, -1
    while count != (count := int(reached.sum())):
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        reached = grown & allowed
    return reached


def _middle(shares: Floats) -> Floats:
    """Log odds that a place gives: MIDDLE in the middle of what was found so far, as much against it at its edge."""
    total, outward = float(shares.sum()) + 1e-6, []
    for axis, side in enumerate(shares.shape):
        weights, places = shares.sum(axis=1 - axis), np.arange(side, dtype=np.float32)
        mean = float(weights @ places) / total
        spread = float(weights @ np.square(places - mean) / total) ** 0.5
        # An even square reaches 3 ** 0.5 times its deviation; the first, of ones, to the edge of the picture.
        outward.append(np.abs(places - mean) / min(max(REACH * spread, side / 6), side / 2))
    farthest = np.minimum(np.maximum(outward[0][:, np.newaxis], outward[1]), 1)
    return np.asarray(MIDDLE * (1 - 2 * np.square(farthest)), np.float32)


def _frame(height: int, width: int) -> Mask:
    border = max(1, round(BORDER * min(height, width)))
    frame = np.ones((height, width), np.bool_)
    frame[border : height - border, border : width - border] = False
    return frame


def _blurred(values: Floats, radius: int) -> Floats:
    """The mean over a square of 2 radius + 1 pixels, edges repeated."""
    down = _summed(values, radius)
    return _summed(down.T, radius).T / np.float32((2 * radius + 1) ** 2)


def _summed(values: Floats, radius: int) -> Floats:
    """The sum over 2 radius + 1 rows, the first and the last repeated."""
    rows = np.concatenate([*[values[:1]] * radius, values, *[values[-1:]] * radius])
    made = rows[: len(values)].copy()
    for shift in range(1, 2 * radius + 1):
        made += rows[shift : shift + len(values)]
    return made


def _sigmoid(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _lab(pixels: Images) -> Floats:
    """CIELAB, where distances are as large as people see them, of sRGB. Source: IEC 61966-2-1 and CIE 15."""
    levels = np.arange(256, dtype=np.float32) / 255
    linear = np.where(levels > 0.04045, ((levels + 0.055) / 1.055) ** 2.4, levels / 12.92)
    xyz = linear[pixels] @ _RGB_TO_XYZ
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)
