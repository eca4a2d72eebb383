"""Accuracy on photos that are noisy, blurred, dark, turned, cut or strongly compressed, at three strengths.

    python -m benchmarks.photos.corruptions --photos FOLDER [--models clothes runs/photos-1 ...] [--json]

FOLDER has a `validation` folder with a folder for each class; class names must be the model's. Photos are padded with
white to 224x224 pixels, corrupted, and predicted as any photo is. Noise, blur, weather and digital corruptions have the
published strengths 1 to 3 (D. Hendrycks and T. Dietterich, "Benchmarking Neural Network Robustness to Common
Corruptions and Perturbations", 2019); turning, cutting and darkness are ours. The last lines are the means and how far
they lie below clean photos.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps

import clothier

SIDE = 224
Pixels = Any  # float64 (height, width, 3) in [0, 1]
Kind = Callable[[Pixels, int, np.random.Generator], Pixels]


def noise(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    return pixels + rng.normal(0, (0.08, 0.12, 0.18)[strength], pixels.shape)


def shot_noise(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    light = (60, 25, 12)[strength]
    return rng.poisson(pixels * light) / light


def impulse_noise(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    share = (0.03, 0.06, 0.09)[strength]
    drawn = rng.random(pixels.shape)
    return np.where(drawn < share / 2, 0.0, np.where(drawn > 1 - share / 2, 1.0, pixels))


def defocus(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    return filtered(pixels, ImageFilter.BoxBlur((2.5, 3.5, 5)[strength]))


def motion(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    reach = (10, 15, 20)[strength]
    return sum(np.roll(pixels, step, axis=1) for step in range(reach)) / reach


def brightness(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    return pixels + (0.1, 0.2, 0.3)[strength]


def darkness(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    return pixels * (0.6, 0.45, 0.3)[strength]


def contrast(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    mean = pixels.mean(axis=(0, 1), keepdims=True)
    return mean + (pixels - mean) * (0.4, 0.3, 0.2)[strength]


def saturation(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    grey = pixels.mean(axis=2, keepdims=True)
    return grey + (pixels - grey) * (0.3, 0.1, 2.0)[strength]


def compression(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    file = io.BytesIO()
    picture(pixels).save(file, "JPEG", quality=(25, 18, 15)[strength])
    return values(Image.open(file))


def pixelation(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    side = int(SIDE * (0.6, 0.5, 0.4)[strength])
    small = picture(pixels).resize((side, side), Image.Resampling.BOX)
    return values(small.resize((SIDE, SIDE), Image.Resampling.BOX))


def turn(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    angle = (10, 20, 30)[strength] * rng.choice([-1, 1])
    return values(picture(pixels).rotate(angle, Image.Resampling.BILINEAR, fillcolor="white"))


def cut(pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
    side = int(SIDE * (0.9, 0.8, 0.7)[strength])
    left, top = rng.integers(0, SIDE - side + 1, 2)
    return values(picture(pixels).crop((left, top, left + side, top + side)).resize((SIDE, SIDE)))


def filtered(pixels: Pixels, how: ImageFilter.Filter) -> Pixels:
    return values(picture(pixels).filter(how))


def picture(pixels: Pixels) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


def values(image: Image.Image) -> Pixels:
    return np.asarray(image, np.float64) / 255


KINDS: tuple[Kind, ...] = (
    noise, shot_noise, impulse_noise, defocus, motion, brightness, darkness, contrast, saturation, compression,
    pixelation, turn, cut,
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=["clothes"])
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    rows = {name: measured(clothier.open(name), words.photos / "validation") for name in words.models}
    print(json.dumps(rows) if words.json else table(rows))


def measured(model: clothier.Model, folder: Path) -> dict[str, list[float]]:
    """The shares of photos that are classified correctly, as they are and by corruption at each strength."""
    clean, labels = [], []
    for label, name in enumerate(model.class_names):
        for path in sorted((folder / name).iterdir()):
            photo = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
            clean.append(values(ImageOps.pad(photo, (SIDE, SIDE), color="white")))
            labels.append(label)

    def accuracy(photos: list[Image.Image]) -> float:
        return float((model.predict(photos).labels == np.array(labels)).mean())

    found = {"clean": [accuracy([picture(pixels) for pixels in clean])]}
    for kind in KINDS:
        found[kind.__name__] = [
            accuracy([
                picture(kind(pixels, strength, np.random.default_rng([strength, place])))
                for place, pixels in enumerate(clean)
            ])
            for strength in range(3)
        ]  # fmt: skip
    return found


def table(rows: dict[str, dict[str, list[float]]]) -> str:
    lines = []
    for name, found in rows.items():
        clean = found["clean"][0]
        lines.append(f"{name}: {clean:.1%} of clean photos")
        for kind, shares in found.items():
            if kind != "clean":
                lines.append(f"  {kind:14} " + "  ".join(f"{share:6.1%}" for share in shares))
        mean = np.mean([shares for kind, shares in found.items() if kind != "clean"])
        lines.append(f"  mean {mean:.1%}, {100 * (clean - mean):.1f} points below clean photos")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
