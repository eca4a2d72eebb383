"""Train the model fashion-mnist of the box and write it, with its card: src/clothier/box/fashion-mnist.clothier.

    PYTHONPATH=. python scripts/make_box.py --photos FOLDER [--seeds 3]

The model of the first seed goes into the box, whatever accuracy the others reach; they show the range. Verdicts
about photos are learned from the validation photos of FOLDER, in the classes that benchmarks/photos/accuracy.py names;
card and scores say how many of these are classified correctly.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.photos import verdicts
from clothier import bundle, calibrate, data, export, predict, recipes, training
from clothier.api import finish
from clothier.bundle import Bundle
from clothier.calibrate import Promises
from clothier.predict import box
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.values import Dataset

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
  temperature {temperature:.2f}. For photos the temperature is {photo_temperature:.2f}.
{photo_promises}
{promises}
- Do not use it for decisions about people, for photos that show several things, clothes that are worn, or clothes
  that are cut off by the edge, or for anything but these ten classes. Not all pictures of other things are doubted.
"""
PHOTOS = """- Photos: {accuracy:.1%} of {images} validation photos of the clothing data set, in seven classes, are
  classified correctly (`benchmarks/photos/accuracy.py`).
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3, help="how many networks are trained")
    parser.add_argument("--photos", type=Path, required=True)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        runs = [trained(FIRST_SEED + place, Path(scratch)) for place in range(words.seeds)]
        recipe, dataset, run = runs[0]
        made = export.bundle_of(run, dataset)
        accuracies = [tested(run)["accuracy"] for _, _, run in runs]
        made, promises = measured(made, words.photos)
        card = written(made, recipe, dataset, accuracies, promises)
    BOX.parent.mkdir(exist_ok=True)
    bundle.write(BOX, replace(made, manifest=replace(made.manifest, card=card)))
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


def measured(made: Bundle, photos: Path) -> tuple[Bundle, Promises]:
    """The same with temperature, thresholds and scores for photos, and what the verdicts about these promise."""
    predictor = predict.Predictor(made)
    held = verdicts.of_photos(predictor, photos / "validation")
    known = verdicts.learned(predictor, held)
    promises = calibrate.measure(held, known)
    right = float(np.mean(held.logits.argmax(axis=1) == held.labels))
    manifest = replace(
        made.manifest,
        scores={
            "photos": {"images": held.num_photos, "accuracy": right},
            **made.manifest.scores,
            "photo promises": promises.as_scores(),
        },
        photo_thresholds={"temperature": known.temperature, **known.thresholds},
    )
    return replace(made, manifest=manifest), promises


def written(
    made: Bundle, recipe: Recipe, dataset: Dataset, accuracies: list[float], promises: Promises
) -> str:
    scores = made.manifest.scores
    calibration = scores["calibration"]
    of_images = Promises.of_scores(scores["promises"])
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
        photos=PHOTOS.format(**scores["photos"]),
        photo_promises=promises.words("photos"),
        promises=of_images.words("28x28 images"),
        photo_temperature=made.manifest.photo_thresholds["temperature"],
        before=calibration["error_before"],
        after=calibration["error_after"],
        temperature=made.manifest.temperature,
    )


if __name__ == "__main__":
    main()
