"""Does training on photos suit other pictures than clothes? Two sets that packages bring, at the recipe's own settings.

    pip install scikit-image
    python -m benchmarks.photos.kinds --out FOLDER [--recipe photos]

`digits` are scikit-learn's 1,797 handwritten digits, enlarged from 8x8 pixels. `textures` are patches of six of
scikit-image's pictures: training patches come from their left three quarters, the others from the rest. Both are
written below FOLDER, read as `folder:`, and a fifth is for validation.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

import clothier
from benchmarks.common import parser
from clothier import recipes
from clothier.models import bases

SIDE = 96  # pixels, of what is written
TEXTURES = ("brick", "grass", "gravel", "coins", "text", "page")
PATCHES = 150  # of each texture


def digits() -> Iterator[tuple[str, str, Image.Image]]:
    """(split, class, picture): every fifth is for validation."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        grey = Image.fromarray(np.uint8(image.reshape(8, 8) * 255 / 16))
        split = "validation" if number % 5 == 0 else "train"
        yield split, str(label), grey.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def textures() -> Iterator[tuple[str, str, Image.Image]]:
    """(split, class, picture)."""
    found = importlib.util.find_spec("skimage")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("scikit-image is not installed; wanted its pictures: pip install scikit-image")
    folder, rng = Path(found.submodule_search_locations[0]) / "data", np.random.default_rng(1)
    for name in TEXTURES:
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        border = picture.width * 3 // 4
        for number in range(PATCHES):
            split = "validation" if number % 5 == 0 else "train"
            left, right = (border, picture.width) if split == "validation" else (0, border)
            x = int(rng.integers(left, right - SIDE + 1))
            y = int(rng.integers(0, picture.height - SIDE + 1))
            yield split, name, picture.crop((x, y, x + SIDE, y + SIDE))


KINDS = {"digits": digits, "textures": textures}


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--recipe", default="photos")
    given = words.parse_args()
    for name, pictures in KINDS.items():
        for number, (split, label, picture) in enumerate(pictures()):
            path = given.out / name / split / label / f"{number:04}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            picture.save(path)
        side = bases.BASES[recipes.get(given.recipe).model].side
        dataset = clothier.load(f"folder:{given.out / name}", clothier.LoadOptions(image_size=(side, side)))
        run = clothier.train(given.recipe, dataset, root=given.out / "runs", verbose=0)
        for phase in run.read_scores():
            scored = phase.validation
            assert scored
            print(
                f"{name:9} {phase.name:10} {scored.accuracy:.1%} of {int(scored.confusion.sum())} validation pictures",
                flush=True,
            )


if __name__ == "__main__":
    main()
