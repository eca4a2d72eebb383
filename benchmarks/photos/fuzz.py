"""Damaged and odd pictures by the thousand: each must end as an image or as a reason in one line.

    python -m benchmarks.photos.fuzz [--pictures 20000] [--start 0] [--seed 1] [--json]

Pictures of every format and mode that the photo doctor reads are drawn, then damaged by seeded mutations: bytes
changed, cut off, doubled, overwritten, swapped with another picture's, and sizes in headers made huge. Every one goes
through `photo.doctor.prepare`. It ends with status 1 where anything else came of one than an image or a reason, or
where memory grew. Each picture follows from the seed and its number alone: `--start` goes on where another run ended.
"""

from __future__ import annotations

import gc
import io
import json
import re
import runpy
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.common import parser, peak_megabytes
from clothier.errors import DataError
from clothier.photo import doctor

WAYS = ("doctor", "pad", "centre")
SETTLED = 0.1  # share of the pictures after which memory is taken to be what it stays at
_DRAWN = Path(__file__).parents[2] / "tests" / "support"
GROWTH = 32  # megabytes that what is held between pictures may grow by from then on


@dataclass
class FuzzCounts:
    """What became of the pictures: counts by ending, crashes in full, megabytes held after a tenth of them and at the
    end, the most at once within one, and the slowest in seconds."""

    endings: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    settled: float = 0.0
    held: float = 0.0
    peak: float = 0.0
    slowest: float = 0.0


def drawn() -> list[bytes]:
    """A sound picture in each format, mode and manner."""
    image = Image.new("RGB", (64, 48), (190, 170, 140))
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 8, 44, 40), (40, 50, 140))
    pen.ellipse((26, 12, 36, 22), (230, 60, 40))
    noise = np.random.default_rng(0).integers(-9, 10, (48, 64, 3))
    image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    clear = image.copy()
    clear.putalpha(Image.linear_gradient("L").resize(image.size))
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    frames: dict[str, Any] = {"save_all": True, "append_images": [image.rotate(90), clear.convert("RGB")]}
    exif = Image.Exif()
    exif[0x0112] = 6
    profiles = runpy.run_path(str(_DRAWN / "icc.py"))
    palette = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=32)
    manners: list[tuple[str, Image.Image, dict[str, Any]]] = [
        ("JPEG", image, {"exif": exif}),
        ("JPEG", image, {"progressive": True, "icc_profile": b"no profile"}),
        ("JPEG", image.convert("L"), {"comment": b"grey"}),
        ("JPEG", image.convert("CMYK"), {}),
        ("PNG", image, {"exif": exif}),
        ("PNG", image.convert("1"), {}),
        ("PNG", image.convert("L"), {"transparency": 128}),
        ("PNG", clear.convert("LA"), {}),
        ("PNG", clear, {}),
        ("PNG", deep, {}),
        ("PNG", palette, {"transparency": 3}),
        ("PNG", image, frames),
        ("WEBP", image, {"quality": 70, "exif": exif}),
        ("WEBP", clear, {"lossless": True}),
        ("WEBP", image, frames),
        ("GIF", palette, {"transparency": 2}),
        ("GIF", image, {**frames, "loop": 0}),
        ("GIF", image.convert("L"), {"interlace": True}),
        ("BMP", image, {}),
        ("BMP", image.convert("L"), {}),
        ("BMP", image.convert("1"), {}),
        ("BMP", palette, {}),
        ("BMP", clear, {}),
        ("JPEG", image, {"icc_profile": profiles["of_colours"](profiles["P3"], 2.2)}),
        ("JPEG", image.convert("CMYK"), {"icc_profile": profiles["of_inks"]([(50, 9, 9)] * 16)}),
        ("PNG", image.convert("L"), {"icc_profile": profiles["of_grey"](1.8)}),
        ("AVIF", image, {"exif": exif}),
        ("AVIF", clear, {}),
        ("AVIF", image, frames),
        ("TIFF", image, {"exif": exif}),
        ("TIFF", image, {"compression": "tiff_lzw", **frames}),
        ("TIFF", image, {"compression": "jpeg"}),
        ("TIFF", image.convert("1"), {"compression": "group4"}),
        ("TIFF", image.convert("CMYK"), {"compression": "tiff_adobe_deflate"}),
        ("TIFF", image.convert("LAB"), {"compression": "packbits"}),
        ("TIFF", image.convert("YCbCr"), {"compression": "zstd"}),
        ("TIFF", image.convert("L").convert("F"), {"big_tiff": True}),
        ("TIFF", clear, {"big_tiff": True, "compression": "zstd"}),
        ("TIFF", deep, {}),
        ("TIFF", palette, {}),
        ("MPO", image, frames),  # last of those with frames, on which Pillow leaves its settings
        ("PPM", image, {}),
        ("ICO", clear, {}),
    ]
    made = [
        content for content in runpy.run_path(str(_DRAWN / "heic.py")).values() if isinstance(content, bytes)
    ]
    for kind, picture, options in manners:
        buffer = io.BytesIO()
        picture.copy().save(buffer, kind, **options)
        made.append(buffer.getvalue())
    return made


def mutate(rng: np.random.Generator, sound: list[bytes]) -> bytes:
    """One of them with one to four kinds of damage, or now and then none."""
    content = bytearray(sound[rng.integers(len(sound))])
    for _ in range(rng.integers(0, 5)):
        if not content:
            break
        place, length = int(rng.integers(len(content))), int(rng.integers(1, 65))
        match int(rng.integers(8)):
            case 0:  # one byte
                content[place] = int(rng.integers(256))
            case 1:  # one bit, near the start, where headers are
                content[min(place, int(rng.integers(1, 65)), len(content) - 1)] ^= 1 << int(rng.integers(8))
            case 2:  # the end is missing
                del content[place:]
            case 3:  # a run is missing
                del content[place : place + length]
            case 4:  # a run comes twice
                content[place:place] = content[place : place + length]
            case 5:  # noise
                content[place : place + length] = rng.bytes(length)
            case 6:  # a number becomes huge
                content[place : place + 4] = bytes([rng.choice([0x00, 0x7F, 0xFF])]) * 4
            case 7:  # another picture's bytes
                other = sound[rng.integers(len(sound))]
                content[place : place + length] = other[place : place + length]
    return bytes(content)


def ending(content: bytes, way: str) -> str:
    """ "image", or the reason with its numbers left out; anything else raises."""
    try:
        image = doctor.prepare(content, way, (28, 28), 1)
    except DataError as error:
        reason = str(error)
        if "\n" in reason or not reason:
            raise RuntimeError(f"a reason that is not one line: {reason!r}") from error
        return re.sub(r"\d[\d,.]*", "N", reason)
    if image.shape != (28, 28, 1) or image.dtype != np.uint8:
        raise RuntimeError(f"an image of shape {image.shape} and type {image.dtype}")
    return "image"


def held_megabytes() -> float:
    """What this process holds now; where the system does not tell, the most it held."""
    gc.collect()
    status = Path("/proc/self/status")
    if not status.exists():
        return peak_megabytes()
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 2**10


def fuzz(pictures: int, seed: int, start: int = 0) -> FuzzCounts:
    """What became of the pictures from number `start` up to number `pictures`."""
    outcome, sound, began = FuzzCounts(), drawn(), time.perf_counter()
    for number in range(start, pictures):
        rng = np.random.default_rng([seed, number])
        content = mutate(rng, sound)
        started = time.perf_counter()
        try:
            outcome.endings[ending(content, WAYS[number % len(WAYS)])] += 1
        except Exception:
            outcome.crashes.append(f"picture {number} of seed {seed}: {traceback.format_exc()}")
        outcome.slowest = max(outcome.slowest, time.perf_counter() - started)
        if number == start + int(SETTLED * (pictures - start)):
            outcome.settled = held_megabytes()
        if number % 1000 == 999:
            rate = (number + 1 - start) / (time.perf_counter() - began)
            print(
                f"{number + 1} pictures, {rate:.0f}/s, {held_megabytes():.0f} MB",
                file=sys.stderr,
                flush=True,
            )
    outcome.held, outcome.peak = held_megabytes(), peak_megabytes()
    return outcome


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--pictures", type=int, default=20_000)
    words.add_argument("--start", type=int, default=0, help="number of the first picture")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--keep", type=Path, help="folder for the bytes of pictures that crashed")
    given = words.parse_args()
    outcome = fuzz(given.start + 500 if given.quick else given.pictures, given.seed, given.start)
    if given.keep and outcome.crashes:
        given.keep.mkdir(parents=True, exist_ok=True)
        for text in outcome.crashes:
            number = int(text.split()[1])
            rng = np.random.default_rng([given.seed, number])
            (given.keep / f"{number}.bin").write_bytes(mutate(rng, drawn()))
    grown = outcome.held - outcome.settled
    if given.json:
        print(json.dumps({**vars(outcome), "endings": dict(outcome.endings), "grown": grown}))
    else:
        for what, count in outcome.endings.most_common():
            print(f"{count:8,}  {what}")
        print(f"{len(outcome.crashes):8,}  crashes", *outcome.crashes[:5], sep="\n")
        print(f"{outcome.held:.0f} MB held at the end, {grown:+.0f} MB since a tenth of the pictures")
        print(f"{outcome.peak:.0f} MB at the peak, within one picture")
        print(f"slowest picture {outcome.slowest:.2f} s")
    sys.exit(1 if outcome.crashes or grown > GROWTH else 0)


if __name__ == "__main__":
    main()
