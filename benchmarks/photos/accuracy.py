"""How well does a Fashion-MNIST model know people's photos? Four ways to make its images of them.

    python -m benchmarks.photos.accuracy --photos FOLDER --models RUN_OR_FILE... [--split validation] [--json]

FOLDER holds photos as `folder:FOLDER` takes them, in the classes of the clothing data set; those that Fashion-MNIST has
too are judged: dress, longsleeve (Pullover), outwear (Coat), pants (Trouser), shirt, shoes (Sandal, Sneaker or Ankle
boot) and t-shirt. Ways: squeezed into the model's shape; the same inverted; inverted and padded to a square; the photo
doctor. Choose on `--split train`, and score the others once.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from benchmarks.common import parser
from clothier import photo, predict
from clothier.photo import doctor
from clothier.values import Images

WANTED = {
    "dress": {"Dress"},
    "longsleeve": {"Pullover"},
    "outwear": {"Coat"},
    "pants": {"Trouser"},
    "shirt": {"Shirt"},
    "shoes": {"Sandal", "Sneaker", "Ankle boot"},
    "t-shirt": {"T-shirt/top"},
}
WAYS = ("squeezed", "inverted", "inverted and padded", "doctor")


def prepared(path: Path, size: tuple[int, int]) -> list[Images]:
    """The image uint8 (height, width, 1) that each of WAYS makes of a photo."""
    height, width = size
    grey = photo.decode(path, at_least=(2 * height, 2 * width)).convert("L")
    squeezed = np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS))
    padded = ImageOps.pad(ImageOps.invert(grey), (width, height), Image.Resampling.LANCZOS, color=0)
    doctored = doctor.prepare(path, "doctor", size, 1)
    return [
        squeezed[..., np.newaxis],
        255 - squeezed[..., np.newaxis],
        np.asarray(padded)[..., np.newaxis],
        doctored,
    ]


def read(folder: Path, size: tuple[int, int], limit: int | None) -> tuple[list[str], Images]:
    """The class of each photo, and images uint8 (ways, n, height, width, 1)."""
    paths = [path for name in WANTED for path in sorted((folder / name).glob("*.*"))[:limit]]
    if not paths:
        sys.exit(
            f"{folder} holds none of the folders {', '.join(WANTED)}; wanted one or more, with photos in them"
        )
    with ThreadPoolExecutor() as pool:
        images = list(pool.map(lambda path: prepared(path, size), paths))
    return [path.parent.name for path in paths], np.array(images).swapaxes(0, 1)


def rights(names: list[str], model: predict.Predictor, images: Images) -> dict[str, float]:
    """The share of photos whose class was found, of all and of each class."""
    best = model.predict(np.ascontiguousarray(images)).labels
    right = np.array([model.class_names[row] in WANTED[name] for row, name in zip(best, names, strict=True)])
    classes = np.array(names)
    each = {name: float(right[classes == name].mean()) for name in WANTED if name in names}
    return {"all": float(right.mean()), "mean of classes": float(np.mean(list(each.values()))), **each}


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--photos", type=Path, required=True)
    words.add_argument("--models", type=Path, nargs="+", required=True)
    words.add_argument("--split", default="validation")
    given = words.parse_args()
    predictors = {str(path): predict.opened(path) for path in given.models}
    height, width, _ = next(iter(predictors.values())).image_shape
    names, images = read(given.photos / given.split, (height, width), 10 if given.quick else None)
    rows = [
        {"model": name, "way": way, "photos": len(names), **rights(names, predictor, images[place])}
        for name, predictor in predictors.items()
        for place, way in enumerate(WAYS)
    ]
    if given.json:
        print(json.dumps(rows))
        return
    print(f"{len(names)} photos of {given.split}")
    shares = [key for key in rows[0] if key not in ("model", "way", "photos")]
    print(" | ".join(("model", "way", *shares)))
    for row in rows:
        print(" | ".join((str(row["model"]), str(row["way"]), *(f"{row[key]:.3f}" for key in shares))))


if __name__ == "__main__":
    main()
