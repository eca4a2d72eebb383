"""Pictures that are no clothes, 28 x 28 grey, light on dark: what a network should find strange.

Two tables: methods are chosen on TUNING and told about on REPORTED; they share no kind of picture. Each entry takes a
generator of random numbers and a count and gives uint8 (n, 28, 28, 1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from clothier.values import Images

SIDE = 28
Draw = Callable[[np.random.Generator, int], Images]


def bundled_digits(rng: np.random.Generator, count: int) -> Images:
    """scikit-learn's handwritten digits, 8 x 8, enlarged as MNIST's are: 20 pixels in a frame of 28."""
    from sklearn.datasets import load_digits

    pixels = load_digits().images
    chosen = pixels[rng.choice(len(pixels), count, replace=count > len(pixels))]
    return _stack([_framed(Image.fromarray((image * 255 / 16).astype(np.uint8))) for image in chosen])


def drawn_digits(rng: np.random.Generator, count: int) -> Images:
    """Digits of Pillow's own font, turned, sheared, of several weights."""
    images = []
    for _ in range(count):
        large = Image.new("L", (112, 112))
        font = ImageFont.load_default(size=float(rng.uniform(70, 95)))
        digit, weight = str(rng.integers(10)), int(rng.integers(0, 5))
        ImageDraw.Draw(large).text((56, 56), digit, fill=255, font=font, anchor="mm", stroke_width=weight)
        shear, lean = rng.uniform(-0.25, 0.25, 2)
        matrix = (1, shear, -56 * shear, lean, 1, -56 * lean)
        turned = large.transform(large.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
        images.append(turned.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return _stack(images)


def noise(rng: np.random.Generator, count: int) -> Images:
    """Every pixel drawn alone: evenly, or normally around a grey of the image's own."""
    even = rng.uniform(0, 255, (count, SIDE, SIDE, 1))
    normal = rng.normal(
        rng.uniform(0, 255, (count, 1, 1, 1)), rng.uniform(10, 80, (count, 1, 1, 1)), even.shape
    )
    return np.clip(np.where(rng.random((count, 1, 1, 1)) < 0.5, even, normal), 0, 255).astype(np.uint8)


def blanks(rng: np.random.Generator, count: int) -> Images:
    """One grey all over; the first two are black and white."""
    greys = rng.integers(0, 256, (count, 1, 1, 1), dtype=np.uint8)
    greys[:2] = np.array([0, 255])[: len(greys), None, None, None]
    return np.broadcast_to(greys, (count, SIDE, SIDE, 1)).copy()


def textures(rng: np.random.Generator, count: int) -> Images:
    """Stripes, checks and weaves of any direction and pitch: sums of two waves, some of them hard-edged."""
    y, x = np.mgrid[:SIDE, :SIDE]
    images = np.empty((count, SIDE, SIDE, 1), np.uint8)
    for image in images:
        waves = np.zeros((SIDE, SIDE))
        for _ in range(rng.integers(1, 3)):
            angle, pitch, phase = rng.uniform(0, np.pi), rng.uniform(3, 14), rng.uniform(0, 2 * np.pi)
            waves += np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / pitch + phase)
        waves = np.sign(waves) if rng.random() < 0.5 else waves / np.abs(waves).max()
        low, high = np.sort(rng.uniform(0, 255, 2))
        image[..., 0] = low + (high - low) * (waves + 1) / 2
    return images


def scribbles(rng: np.random.Generator, count: int) -> Images:
    """A few thick strokes between random points."""
    images = []
    for _ in range(count):
        large = Image.new("L", (112, 112))
        points = [tuple(point) for point in rng.uniform(10, 102, (int(rng.integers(3, 7)), 2)).tolist()]
        ImageDraw.Draw(large).line(points, fill=int(rng.integers(120, 256)), width=int(rng.integers(4, 14)))
        images.append(large.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return _stack(images)


def blobs(rng: np.random.Generator, count: int) -> Images:
    """Soft clouds: noise, blurred and stretched to all greys."""
    images = []
    for field in rng.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8):
        blurred = Image.fromarray(field).filter(ImageFilter.GaussianBlur(float(rng.uniform(1.5, 5))))
        values = np.asarray(blurred, np.float32)
        values = (values - values.min()) / max(1.0, float(np.ptp(values)))
        images.append(Image.fromarray((255 * values).astype(np.uint8)))
    return _stack(images)


def slopes(rng: np.random.Generator, count: int) -> Images:
    """Grey that rises evenly in some direction."""
    y, x = np.mgrid[:SIDE, :SIDE] / (SIDE - 1) - 0.5
    angles = rng.uniform(0, 2 * np.pi, (count, 1, 1))
    values = 0.5 + (x * np.cos(angles) + y * np.sin(angles)) / np.sqrt(2)
    return np.asarray(255 * values[..., None], np.uint8)


def shuffled(images: Images) -> Draw:
    """The given images in sixteen pieces that changed places."""

    def draw(rng: np.random.Generator, count: int) -> Images:
        chosen = images[rng.choice(len(images), count)].reshape(count, 4, 7, 4, 7)
        pieces = chosen.transpose(0, 1, 3, 2, 4).reshape(count, 16, 7, 7)
        mixed = rng.permuted(np.tile(np.arange(16), (count, 1)), axis=1)
        moved = np.take_along_axis(pieces, mixed[:, :, None, None], axis=1).reshape(count, 4, 4, 7, 7)
        whole: Images = moved.transpose(0, 1, 3, 2, 4).reshape(count, SIDE, SIDE, 1)
        return whole

    return draw


def negatives(images: Images) -> Draw:
    """The given images, dark on light."""
    return lambda rng, count: 255 - images[rng.choice(len(images), count)]


REPORTED: dict[str, Draw] = {
    "bundled digits": bundled_digits,
    "drawn digits": drawn_digits,
    "noise": noise,
    "blanks": blanks,
    "textures": textures,
}


def tuning(images: Images) -> dict[str, Draw]:
    """The strangers that methods are chosen on; some are made of images that the network knows."""
    return {
        "scribbles": scribbles,
        "blobs": blobs,
        "slopes": slopes,
        "shuffled": shuffled(images),
        "negatives": negatives(images),
    }


def _framed(image: Image.Image) -> Image.Image:
    frame = Image.new("L", (SIDE, SIDE))
    frame.paste(image.resize((20, 20), Image.Resampling.BICUBIC), (4, 4))
    return frame


def _stack(images: list[Image.Image]) -> Images:
    return np.stack([np.asarray(image, np.uint8) for image in images])[..., None]
