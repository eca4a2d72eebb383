"""Everyday pictures of other things than clothes, as packages bring them: what a model should call unlike its photos.

    apt-get install tuxpaint-stamps-default gnome-backgrounds mate-backgrounds ukui-wallpapers
    apt-get install plasma-workspace-wallpapers
    pip install scikit-image
    python -m benchmarks.photos.others --out FOLDER [--root /usr/share]

The pictures are the photos and drawings of Debian's stamps (without clothes and symbols), desktop backgrounds,
scikit-image's samples that are in its wheel, and scikit-learn's two. Large pictures are also cut into square crops.
They are written to FOLDER/tune and FOLDER/report, in one folder for each kind; crops of one picture are in the same
half. The kind `drawn` has what cameras see by mistake: blank walls, noise, gradients. Nothing of this is committed.
"""

from __future__ import annotations

import importlib.util
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.common import parser
from clothier import photo
from clothier.errors import DataError

HALVES = ("tune", "report")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
STAMPS, BACKGROUNDS = "tuxpaint/stamps", ("backgrounds", "wallpapers")  # below the root
# Stamps that show clothes, or letters and signs, which no camera sees alone.
LEFT_OUT = ("clothes", "symbols", "military", "costume", "hat", "shoe", "glove", "mitten", "sock", "cap")
SAMPLES = {"skimage": "data", "sklearn": "datasets/images"}
WITH_CLOTHES = ("astronaut", "lfw", "motorcycle_disp")
CROPS, LEAST_SIDE = 3, 700  # crops of a picture whose shorter side has so many pixels
SIDE = 320  # of what is written
DRAWN = 60  # pictures of each drawn kind


def paths(root: Path) -> Iterator[tuple[str, Path]]:
    """(kind, path) of each picture, in order."""
    stamps = root / STAMPS
    for path in sorted(stamps.rglob("*")):
        parts = [part.lower() for part in path.relative_to(stamps).parts]
        if path.suffix.lower() in SUFFIXES and not any(word in part for word in LEFT_OUT for part in parts):
            yield "stamps", path
    for folder in BACKGROUNDS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix.lower() in SUFFIXES and not path.is_symlink():
                yield "backgrounds", path
    for module, folder in SAMPLES.items():
        found = importlib.util.find_spec(module)
        for place in (found.submodule_search_locations or ()) if found else ():
            for path in sorted((Path(place) / folder).glob("*")):
                if path.suffix.lower() in SUFFIXES and not path.stem.startswith(WITH_CLOTHES):
                    yield "samples", path


def crops(image: Image.Image, rng: np.random.Generator) -> Iterator[Image.Image]:
    """The picture, and square crops of a third to two thirds of its shorter side where it is large."""
    yield image
    shorter = min(image.size)
    for _ in range(CROPS if shorter >= LEAST_SIDE else 0):
        side = int(shorter * rng.uniform(1 / 3, 2 / 3))
        left, top = (int(rng.integers(0, length - side + 1)) for length in image.size)
        yield image.crop((left, top, left + side, top + side))


def drawn(rng: np.random.Generator) -> Iterator[tuple[str, Image.Image]]:
    """(name, picture) of blank walls, noise, soft noise, and gradients."""
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    for number in range(DRAWN):
        colour, other = rng.integers(0, 256, (2, 3))
        blank = colour + rng.normal(0, rng.uniform(0, 6), (SIDE, SIDE, 3))
        noise = rng.integers(0, 256, (SIDE, SIDE, 3))
        slope = rng.uniform(-1, 1, 2)
        share = np.clip(0.5 + slope[0] * (rows - 0.5) + slope[1] * (columns - 0.5), 0, 1)[..., None]
        for name, pixels in {
            "blank": blank,
            "noise": noise,
            "gradient": colour * share + other * (1 - share),
        }.items():
            yield f"{name}-{number}", Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        soft = Image.fromarray(noise.astype(np.uint8)).filter(ImageFilter.GaussianBlur(rng.uniform(2, 30)))
        yield f"clouds-{number}", soft


def half(name: str) -> str:
    """The half of a picture, which its name decides."""
    return HALVES[zlib.crc32(name.encode()) % 2]


def write(root: Path, out: Path) -> dict[str, int]:
    """The pictures in their folders; how many there are of each half and kind."""
    rng = np.random.default_rng(7)
    counts: dict[str, int] = {}

    def keep(kind: str, name: str, image: Image.Image, place: int = 0) -> None:
        folder = out / half(name) / kind
        folder.mkdir(parents=True, exist_ok=True)
        small = image.copy()  # the next crops are cut from the whole
        small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        small.save(folder / f"{name}-{place}.png")
        key = f"{half(name)}/{kind}"
        counts[key] = counts.get(key, 0) + 1

    for kind, path in paths(root):
        try:
            image = photo.decode(path).convert("RGB")
        except DataError as error:
            print(f"{path} {error}", file=sys.stderr)
            continue
        for place, crop in enumerate(crops(image, rng)):
            keep(kind, "-".join((*path.parts[-4:-1], path.stem)), crop, place)
    for name, image in drawn(rng):
        keep("drawn", name, image)
    return counts


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--root", type=Path, default=Path("/usr/share"))
    given = words.parse_args()
    for name, count in sorted(write(given.root, given.out).items()):
        print(f"{name}  {count:,}")


if __name__ == "__main__":
    main()
