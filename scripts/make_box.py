"""Train the model fashion-mnist of the box and write it, with its card: src/clothier/box/fashion-mnist.clothier.

    PYTHONPATH=. python scripts/make_box.py --photos FOLDER [--seeds 3]
    PYTHONPATH=. python scripts/make_box.py --photos FOLDER --model src/clothier/box/fashion-mnist.clothier

The model of the first seed goes into the box, whatever accuracy the others reach; they show the range. With a model
file that this script wrote, nothing is trained: the network stays bit for bit, is measured on photos again, and gets
its card anew. Verdicts about photos are learned from the validation photos of FOLDER, in the classes that
benchmarks/photos/accuracy.py names; card and scores say how many of these are classified correctly. Many of these were
looked at while the model was made, so the first figure of the card is UNSEEN.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.photos import verdicts
from clothier import bundle, calibrate, data, export, predict, recipes, training
from clothier.api import finish
from clothier.bundle import Bundle
from clothier.calibrate import Promises
from clothier.predict import box
from clothier.runs import Run
from clothier.values import Dataset

BOX = box.FOLDER / "fashion-mnist.clothier"
MOST_BYTES = 2_000_000
FIRST_SEED = 13
TRAINING_IMAGES = 60_000  # of Fashion-MNIST
# The network of this seed classified 140 of 318 amateur photos correctly. Nobody looked at them while it was made; they
# were scored once and are not at hand, so this figure is not measured here. Classes: docs/photos.md.
UNSEEN = {"images": 318, "accuracy": 0.44}

CARD = """# fashion-mnist

A small residual network ({model}) that classifies clothes into ten classes: {classes}.

- Photos: {unseen[accuracy]:.1%} of {unseen[images]:.0f} amateur photos of clothes, in seven classes, are classified \
correctly. Nobody looked at them
  while the model was made. Of the {seen[images]:.0f} validation photos of the clothing data set, which were looked \
at, {seen[accuracy]:.1%} are.
- Data: Fashion-MNIST. The network was trained on {train:,.0f} of its {all:,} training images and calibrated on the
  other {validation:,.0f}.
- Recipe: `clothier train {recipe[name]}`, seed {recipe[seed]}. The training images were folded, rotated and put on \
textured
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3, help="how many networks are trained")
    parser.add_argument("--photos", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--model", type=Path, metavar="FILE", help="train nothing: take this file's network")
    words = parser.parse_args()
    made = bundle.read(words.model) if words.model else trained(words.seeds)
    made = carded(measured(made, words.photos))
    BOX.parent.mkdir(exist_ok=True)
    bundle.write(BOX, made)
    size = BOX.stat().st_size
    print(f"{made.manifest.card}\nwritten  {BOX} ({size / 1e6:.2f} MB)")
    if size > MOST_BYTES:
        sys.exit(f"{BOX} has {size:,} bytes; wanted at most {MOST_BYTES:,}")


def trained(seeds: int) -> Bundle:
    """The network of the first seed, with the range of accuracies on test images among its scores."""
    with tempfile.TemporaryDirectory() as scratch:
        runs = [run_of(FIRST_SEED + place, Path(scratch)) for place in range(seeds)]
        made = export.bundle_of(*runs[0])
        accuracies = [tested(run) for run, _ in runs]
    found = {"trained": seeds, "least test accuracy": min(accuracies), "most test accuracy": max(accuracies)}
    scores = {**made.manifest.scores, "seeds": found}
    return replace(made, manifest=replace(made.manifest, scores=scores))


def run_of(seed: int, folder: Path) -> tuple[Run, Dataset]:
    recipe = training.settle_precision(recipes.change(recipes.get("wild"), {"seed": seed}))
    dataset = data.load("fashion-mnist", data.LoadOptions(validation=recipe.validation))
    run = Run.create(recipe.name, folder)
    finish.train(recipe, dataset, run)
    print(f"seed {seed}: test accuracy {tested(run):.4f}", flush=True)
    return run, dataset


def tested(run: Run) -> float:
    scores = run.read_scores()[-1].test
    if scores is None:
        sys.exit("the data have no test images")
    return scores.accuracy


def measured(made: Bundle, photos: Path) -> Bundle:
    """The same with temperature, thresholds and scores for photos."""
    predictor = predict.Predictor(made)
    held = verdicts.of_photos(predictor, photos / "validation")
    known = verdicts.learned(predictor, held)
    right = float(np.mean(held.logits.argmax(axis=1) == held.labels))
    manifest = replace(
        made.manifest,
        scores={
            **made.manifest.scores,
            "photos": UNSEEN,
            "validation photos": {"images": held.num_photos, "accuracy": right},
            "photo promises": calibrate.measure(held, known).as_scores(),
        },
        photo_thresholds={"temperature": known.temperature, **known.thresholds},
    )
    return replace(made, manifest=manifest)


def carded(made: Bundle) -> Bundle:
    """The same with the card that its scores make."""
    manifest = made.manifest
    scores, calibration = manifest.scores, manifest.scores["calibration"]
    seeds, validation = scores["seeds"], scores["validation"]["images"]
    others = (
        f"{seeds['trained']} seeds: {seeds['least test accuracy']:.4f} to {seeds['most test accuracy']:.4f}"
        if seeds["trained"] > 1
        else "one seed"
    )
    card = CARD.format(
        model=manifest.recipe["model"],
        classes=", ".join(manifest.class_names),
        unseen=scores["photos"],
        seen=scores["validation photos"],
        train=TRAINING_IMAGES - validation,
        all=TRAINING_IMAGES,
        validation=validation,
        recipe=manifest.recipe,
        accuracy=scores["test"]["accuracy"],
        others=others,
        photo_promises=Promises.of_scores(scores["photo promises"]).words("photos"),
        promises=Promises.of_scores(scores["promises"]).words("28x28 images"),
        photo_temperature=manifest.photo_thresholds["temperature"],
        before=calibration["error_before"],
        after=calibration["error_after"],
        temperature=manifest.temperature,
    )
    return replace(made, manifest=replace(manifest, card=card))


if __name__ == "__main__":
    main()
