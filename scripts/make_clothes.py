"""Train the model clothes of the box and write it, with its card: src/clothier/box/clothes.clothier.

    python -m benchmarks.photos.others --out OTHERS
    python -m scripts.make_clothes FOLDER OTHERS/tune [--teacher RUN] [--epochs 200] [--seed 13] [--weights FILE]

FOLDER holds photos of clothes, a folder for each class under `train` and `validation`, and OTHERS/tune pictures of
other things. A large network learns from the training photos first (`clothier train photos`, or the finished run RUN).
It then teaches a small one, whose weights begin at random (scripts/clothes/). Validation photos are read at the end:
for scores, and to learn and test the verdicts. With a FILE of weights that is there, nothing is trained.
"""

from __future__ import annotations

import argparse
import functools
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import clothier
from clothier import backend, bundle, evaluate, export, models
from clothier.bundle import Bundle
from clothier.calibrate import Promises
from clothier.export import emit
from clothier.export.halves import halve
from clothier.predict import Predictor, box, opened
from clothier.runs import Run
from clothier.values import Dataset, PhaseScores, Predictions, Split
from scripts.clothes import lessons, training
from scripts.clothes.lessons import SIDE, TEACHER_SIDE, Lesson

BOX = box.FOLDER / "clothes.clothier"
MOST_BYTES = 4_000_000
FAMILIAR = 600  # drawn clothes from which strangeness is learned, beside photos and cut-outs

# The recipe photos had these settings when the box was made; its larger network has not taught yet.
TEACHER: dict[str, Any] = {"model": "efficientnet_lite0", "fine_tune_rate": 1e-3}

CARD = """# clothes

A residual network of ten layers ({parameters:,} parameters, colour images of {side}x{side}) that classifies photos of
clothes into ten classes: {classes}.

- {accuracy:.1%} of {images} photos that were not trained on are classified correctly. By class: {by_class}.
{promises}
- Data: the {train:,} training photos of the clothing data set (CC0), amateur photos of single garments.
- Training: its weights began at random. EfficientNet-Lite0, fine-tuned on the same photos as by
  `clothier train photos` (with that network), taught it for {epochs} epochs on {views} views of each photo, the same
  photos cut out on white, {drawn:,} drawn clothes and pictures of other things, all corrupted, moved and mixed in pairs
  (`scripts/make_clothes.py`, seed {seed}). No training used the photos of the first line, but their accuracy was
  seen while the teacher's settings were chosen. The verdicts were learned from them, and tested on those fifths that
  they were not learned from.
- Do not use it for decisions about people, for photos that show several things, or for anything but these ten classes.
  Not all pictures of other things are doubted.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, metavar="FOLDER")
    parser.add_argument("others", type=Path, metavar="OTHERS/tune")
    parser.add_argument("--teacher", type=Path, metavar="RUN", help="a finished run of the recipe photos")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument(
        "--weights", type=Path, default=Path("clothes.npz"), help="where the weights are kept"
    )
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    words = parser.parse_args()
    small = photos(words.photos, SIDE)
    if not words.weights.is_file():
        large = photos(words.photos, TEACHER_SIDE)
        teacher = (
            Run.open(words.teacher)
            if words.teacher
            else clothier.train("photos", large, seed=words.seed, **TEACHER)
        )
        kinds = learned(words.photos, words.others, large, teacher, words.seed)
        training.taught(kinds, small, words.epochs, words.seed, words.weights, words.precision)
    known = familiar(words.photos, small, words.seed)
    made = bundled(small, known, words.weights, words.epochs, words.seed)
    bundle.write(BOX, made)
    size = BOX.stat().st_size
    print(f"{made.manifest.card}\nwritten  {BOX} ({size / 1e6:.2f} MB)")
    if size > MOST_BYTES:
        sys.exit(f"{BOX} has {size:,} bytes; wanted at most {MOST_BYTES:,}")


def familiar(folder: Path, dataset: Dataset, seed: int) -> Dataset:
    """The data with cut-outs and FAMILIAR drawn clothes among the training photos: all that is not strange."""
    cut, _ = lessons.cuts(folder, SIDE)
    drawn = lessons.drawings(dataset.class_names, FAMILIAR, np.random.default_rng([seed, 3]))
    images = np.concatenate(
        [dataset.train.images, cut.images, np.stack([lessons.small(image) for image in drawn.images])]
    )
    labels = np.concatenate([dataset.train.labels, cut.labels, drawn.labels])
    return replace(dataset, train=Split(images, labels))


def bundled(dataset: Dataset, known: Dataset, weights: Path, epochs: int, seed: int) -> Bundle:
    """The model file's content of the network with those weights, with its scores and its card. Strangeness is learned
    from the training images of `known`."""
    backend.start(None)
    student = models.build(training.MODEL, dataset.image_shape, dataset.num_classes)
    with np.load(weights) as kept:
        student.set_weights([kept[name] for name in kept.files])
    graph = halve(emit(student))
    predictor = Predictor(graph)
    scores = {
        name: evaluate.score(
            split.labels, Predictions(predictor.outputs(split.images)[0]), dataset.class_names
        )
        for name, split in dataset.splits().items()
    }
    phase = PhaseScores("taught", epochs, scores["train"], scores["validation"], scores.get("test"), "")
    recipe = {
        "name": "clothes",
        "model": training.MODEL,
        "teacher": TEACHER["model"],
        "epochs": epochs,
        "seed": seed,
    }
    made = export.of_graph(
        graph, known, name="clothes", phase=phase, recipe=recipe, versions=backend.versions()
    )
    right = scores["validation"]
    card = CARD.format(
        parameters=student.count_params(),
        side=SIDE,
        classes=", ".join(dataset.class_names),
        accuracy=right.accuracy,
        images=int(right.confusion.sum()),
        by_class=", ".join(
            f"{name} {row[place] / row.sum():.0%}"
            for place, (name, row) in enumerate(zip(dataset.class_names, right.confusion, strict=True))
        ),
        promises=Promises.of_scores(made.manifest.scores["promises"]).words("photos"),
        train=len(dataset.train),
        epochs=epochs,
        views=lessons.VIEWS,
        drawn=lessons.DRAWN,
        seed=seed,
    )
    return replace(made, manifest=replace(made.manifest, card=card))


def photos(folder: Path, side: int) -> Dataset:
    return clothier.load(f"folder:{folder}", clothier.LoadOptions(image_size=(side, side)))


def learned(folder: Path, others: Path, dataset: Dataset, teacher: Run, seed: int) -> list[Lesson]:
    """Photos, cut-outs, drawn clothes and others, with what the teacher says of them."""
    look = opened(teacher.path).outputs
    kinds = [
        lessons.of_photos(dataset, look, functools.partial(print, flush=True)),
        lessons.of_cuts(folder, look),
        lessons.of_drawn(dataset.class_names, look, seed),
        lessons.of_others(others, dataset.num_classes, look, seed),
    ]
    print("lessons: " + ", ".join(f"{len(lesson):,}" for lesson in kinds), flush=True)
    return lessons.reduced(kinds)


if __name__ == "__main__":
    main()
