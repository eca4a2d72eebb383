"""Train the model fashion-mnist of the box and write it, with its card: src/clothier/box/fashion-mnist.clothier.

    python scripts/make_box.py [--seeds 3] [--photos FOLDER]

The model of the first seed goes into the box, whatever accuracy the others reach; they show the range. With FOLDER,
photos as benchmarks/photos/accuracy.py takes them, the card and the scores also say how many of its validation photos
are classified correctly.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from clothier import bundle, data, export, recipes, training
from clothier.api import finish
from clothier.bundle import Bundle
from clothier.predict import box
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.values import Dataset

ROOT = Path(__file__).parents[1]
BOX = box.FOLDER / "fashion-mnist.clothier"
MOST_BYTES = 2_000_000
FIRST_SEED = 13

CARD = """# fashion-mnist

A small residual network ({model}) that classifies clothes into ten classes: {classes}.

{photos}- Data: Fashion-MNIST. The network was trained on {train:,} of its 60,000 training images and calibrated on the
  other {validation:,}.
- Recipe: `clothier train {recipe}`, seed {seed}. The training images were folded, rotated and put on textured
  backgrounds, because the model is made for photos. The photo doctor first makes a photo look like a Fashion-MNIST
  image.
- Accuracy on the 10,000 test images: {accuracy:.4f} ({others}).
- Calibration: the expected calibration error is {before:.4f}, and {after:.4f} after dividing the logits by the
  temperature {temperature:.2f}. The answer is "not sure" when the model is no more confident than on the least
  confident 5 % of the validation images, and "unlike" when an image is stranger than 95 % of them.
- Do not use it for decisions about people, for photos that show several things, clothes that are worn, or clothes
  that are cut off by the edge, or for anything but these ten classes. Most pictures of other things are called "not
  sure" or "unlike", but not all of them.
"""
PHOTOS = """- Photos: {accuracy:.1%} of {images} validation photos of the clothing data set, in seven classes, are
  classified correctly (`benchmarks/photos/accuracy.py`).
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3, help="how many networks are trained")
    parser.add_argument("--photos", type=Path)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        runs = [trained(FIRST_SEED + place, Path(scratch)) for place in range(words.seeds)]
        recipe, dataset, run = runs[0]
        made = export.bundle_of(run, dataset)
        accuracies = [tested(run)["accuracy"] for _, _, run in runs]
        photos = photos_correct(run.model_file, words.photos) if words.photos else {}
        card = written(made, recipe, dataset, accuracies, photos)
    BOX.parent.mkdir(exist_ok=True)
    scores = {**({"photos": photos} if photos else {}), **made.manifest.scores}
    bundle.write(BOX, replace(made, manifest=replace(made.manifest, card=card, scores=scores)))
    size = BOX.stat().st_size
    print(f"{card}\nwritten  {BOX} ({size / 1e6:.2f} MB)")
    if size > MOST_BYTES:
        sys.exit(f"{BOX} has {size:,} bytes; wanted at most {MOST_BYTES:,}")


def trained(seed: int, folder: Path) -> tuple[Recipe, Dataset, Run]:
    recipe = training.settle_precision(recipes.change(recipes.get("wild"), {"seed": seed}))
    dataset = data.load("fashion-mnist", data.LoadOptions(validation=recipe.validation))
    run = Run.create(recipe.name, folder)
    finish.train(recipe, dataset, run)
    print(f"seed {seed}: test accuracy {tested(run)['accuracy']:.4f}", flush=True)
    return recipe, dataset, run


def tested(run: Run) -> dict[str, Any]:
    scores = run.read_scores()[-1].test
    if scores is None:
        sys.exit("the data have no test images")
    return {"accuracy": scores.accuracy}


def photos_correct(model: Path, photos: Path) -> dict[str, float]:
    command = ["-m", "benchmarks.photos.accuracy", "--photos", photos, "--models", model, "--json"]
    done = subprocess.run(
        [sys.executable, *map(str, command)], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    row = next(row for row in json.loads(done.stdout) if row["way"] == "doctor")
    return {"images": row["photos"], "accuracy": row["all"]}


def written(
    made: Bundle, recipe: Recipe, dataset: Dataset, accuracies: list[float], photos: dict[str, float]
) -> str:
    calibration = made.manifest.scores["calibration"]
    return CARD.format(
        model=recipe.model,
        classes=", ".join(dataset.class_names),
        train=len(dataset.train),
        validation=len(dataset.validation or ()),
        recipe=recipe.name,
        seed=recipe.seed,
        accuracy=accuracies[0],
        others=f"{len(accuracies)} seeds: {min(accuracies):.4f} to {max(accuracies):.4f}"
        if len(accuracies) > 1
        else "one seed",
        photos=PHOTOS.format(**photos) if photos else "",
        before=calibration["error_before"],
        after=calibration["error_after"],
        temperature=made.manifest.temperature,
    )


if __name__ == "__main__":
    main()
