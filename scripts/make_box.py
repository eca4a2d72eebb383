"""Train the model in the box and write it, with its card: src/clothier/box/model.clothier.

    python scripts/make_box.py [--seeds 3] [--photos FOLDER]

The model of the first seed goes into the box, whatever the others reach; they tell how far chance goes. With FOLDER,
photos as benchmarks/photos/accuracy.py takes them, the card also says how many of its validation photos are known.
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
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.values import Dataset

ROOT = Path(__file__).parents[1]
BOX = ROOT / "src" / "clothier" / "box" / "model.clothier"
MOST_BYTES = 2_000_000
FIRST_SEED = 13

CARD = """# The model in the box

A small residual network ({model}) that knows ten kinds of clothes: {classes}.

- Data: Fashion-MNIST, {train:,} of its 60,000 training images; {validation:,} were held out to calibrate on.
- Recipe: `clothier train {recipe}`, seed {seed}, made for photos: it saw the images folded, turned, and on scraps of
  background. The photo doctor brings a photo into the form of its images first.
- Accuracy on the 10,000 test images: {accuracy:.4f} ({others}).
{photos}- Calibration: expected error {before:.4f} before, {after:.4f} after one temperature of {temperature:.2f}.
  "Not sure" is said of the least sure of 5 % of the validation images, "unlike" of what is stranger than 95 % of them.
- Not for: decisions about people; photos of several things, of things that are worn, or cut off by the edge; anything
  but these ten, of which it calls many "not sure" or "unlike", and some neither.
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
        known = photos_known(run.model_file, words.photos) if words.photos else ""
        card = written(made, recipe, dataset, accuracies, known)
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


def photos_known(model: Path, photos: Path) -> str:
    command = ["-m", "benchmarks.photos.accuracy", "--photos", photos, "--models", model, "--json"]
    done = subprocess.run(
        [sys.executable, *map(str, command)], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    row = next(row for row in json.loads(done.stdout) if row["way"] == "doctor")
    return (
        f"- People's photos: {row['all']:.1%} of {row['photos']} validation photos of the clothing data set, in seven "
        f"classes;\n  {row['mean of classes']:.1%} in the mean of classes (`benchmarks/photos/accuracy.py`).\n"
    )


def written(made: Bundle, recipe: Recipe, dataset: Dataset, accuracies: list[float], photos: str) -> str:
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
        photos=photos,
        before=calibration["error_before"],
        after=calibration["error_after"],
        temperature=made.manifest.temperature,
    )


if __name__ == "__main__":
    main()
