"""Train the model clothes of the box and write it, with its card: src/clothier/box/clothes.clothier.

    python scripts/make_clothes.py FOLDER [--teacher RUN] [--epochs 300] [--seed 13] [--weights FILE]

FOLDER holds photos of clothes, a folder for each class under `train` and `validation`. A large network learns from the
training photos first (`clothier train photos`, or the finished run RUN). It then teaches a small one, whose weights
begin at random: the small network sees views of the training photos, corrupted, moved and mixed in pairs, and learns
the probabilities that the large network gives those views. Source: G. Hinton et al., "Distilling the Knowledge in a
Neural Network", 2015; L. Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", 2022.
Validation photos are read at the end: for scores, and to learn and test the verdicts. With a FILE of weights that
is there, nothing is trained.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

import clothier
from clothier import augment, backend, bundle, evaluate, export, models
from clothier.bundle import Bundle
from clothier.calibrate import Promises
from clothier.export import emit
from clothier.export.halves import halve
from clothier.predict import Predictor, box, opened
from clothier.runs import Run
from clothier.training.transfer.features import VIEW
from clothier.values import Dataset, Floats, Images, PhaseScores, Predictions, softmax

if TYPE_CHECKING:
    import keras

SIDE, TEACHER_SIDE = 112, 224  # pixels
VIEWS = 6  # of each photo: as it is, mirrored, and then by the policy VIEW
POLICY = "article+corruptions+mixup"
TEMPERATURE = 2.0  # of the teacher's logits
SHARE = 0.9  # of a target that is the teacher's; the rest is the label
BATCH, RATE, DECAY, AVERAGE = 64, 2e-3, 0.05, 0.998
TOGETHER = 512  # images that the teacher looks at between two lines
BOX = box.FOLDER / "clothes.clothier"
MOST_BYTES = 4_000_000

CARD = """# clothes

A residual network of ten layers ({parameters:,} parameters, colour images of {side}x{side}) that classifies photos of
clothes into ten classes: {classes}.

- {accuracy:.1%} of {images} photos that were not trained on are classified correctly. By class: {by_class}.
{promises}
- Data: the {train:,} training photos of the clothing data set (CC0), amateur photos of single garments.
- Training: its weights began at random. EfficientNet-Lite0, fine-tuned on the same photos as by
  `clothier train photos`, taught it for {epochs} epochs on {views} views of each photo, corrupted, moved and mixed in
  pairs (`scripts/make_clothes.py`, seed {seed}). No training used the photos of the first line, but their accuracy was
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
    parser.add_argument("--teacher", type=Path, metavar="RUN", help="a finished run of the recipe photos")
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument(
        "--weights", type=Path, default=Path("clothes.npz"), help="where the weights are kept"
    )
    words = parser.parse_args()
    small = photos(words.photos, SIDE)
    if not words.weights.is_file():
        large = photos(words.photos, TEACHER_SIDE)
        teacher = (
            Run.open(words.teacher) if words.teacher else clothier.train("photos", large, seed=words.seed)
        )
        taught(*lessons(large, teacher), small, words.epochs, words.seed, words.weights)
    made = bundled(small, words.weights, words.epochs, words.seed)
    bundle.write(BOX, made)
    size = BOX.stat().st_size
    print(f"{made.manifest.card}\nwritten  {BOX} ({size / 1e6:.2f} MB)")
    if size > MOST_BYTES:
        sys.exit(f"{BOX} has {size:,} bytes; wanted at most {MOST_BYTES:,}")


def bundled(dataset: Dataset, weights: Path, epochs: int, seed: int) -> Bundle:
    """The model file's content of the network with those weights, with its scores and its card."""
    backend.start(None)
    student = models.build("resnet10", dataset.image_shape, dataset.num_classes)
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
        "model": "resnet10",
        "teacher": "efficientnet_lite0",
        "epochs": epochs,
        "seed": seed,
    }
    made = export.of_graph(
        graph, dataset, name="clothes", phase=phase, recipe=recipe, versions=backend.versions()
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
        views=VIEWS,
        seed=seed,
    )
    return replace(made, manifest=replace(made.manifest, card=card))


def photos(folder: Path, side: int) -> Dataset:
    return clothier.load(f"folder:{folder}", clothier.LoadOptions(image_size=(side, side)))


def lessons(dataset: Dataset, teacher: Run) -> tuple[Images, Floats]:
    """uint8 (VIEWS, n, SIDE, SIDE, 3) of the training photos, and the targets float32 (VIEWS, n, num_classes)."""
    train, predictor = dataset.train, opened(teacher.path)
    labels = np.eye(dataset.num_classes, dtype=np.float32)[train.labels]
    policy, pictures, targets = augment.get(VIEW), [], []
    for view in range(VIEWS):
        small, logits = [], []
        for start in range(0, len(train), TOGETHER):
            images = np.ascontiguousarray(train.images[start : start + TOGETHER])
            if view == 1:
                images = np.ascontiguousarray(images[:, :, ::-1])
            if view > 1:
                rng = np.random.default_rng([view, start])
                images = policy(rng, images, np.zeros(len(images), np.int64))[0]
            logits.append(predictor.outputs(images)[0])
            small += [
                np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
                for image in images
            ]
        said = np.concatenate(logits)
        print(
            f"view {view}: the teacher is right on {(said.argmax(axis=1) == train.labels).mean():.4f}",
            flush=True,
        )
        pictures.append(np.stack(small))
        targets.append(SHARE * softmax(said, TEMPERATURE) + (1 - SHARE) * labels)
    return np.stack(pictures), np.stack(targets).astype(np.float32)


def taught(images: Images, targets: Floats, dataset: Dataset, epochs: int, seed: int, kept: Path) -> None:
    """Train the small network, whose averaged weights are kept in a file every tenth epoch and at the end."""
    backend.start(None)
    backend.set_seed(seed)
    import keras

    student = models.build("resnet10", dataset.image_shape, dataset.num_classes)
    steps = len(dataset.train) // BATCH
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * steps, warmup_target=RATE, warmup_steps=epochs * steps // 20
    )
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=DECAY, beta_2=0.99, global_clipnorm=2.0, use_ema=True, ema_momentum=AVERAGE
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    student.compile(optimizer, keras.losses.CategoricalCrossentropy(from_logits=True), jit_compile=False)
    began, made = time.perf_counter(), batches(images, targets, epochs * steps, seed)
    for epoch in range(1, epochs + 1):
        losses = [student.train_on_batch(*next(made)) for _ in range(steps)]
        line = f"epoch {epoch}/{epochs}  loss {np.mean(losses):.4f}  {time.perf_counter() - began:.0f} s"
        if epoch % 10 == 0 or epoch == epochs:
            own = student.get_weights()
            optimizer.finalize_variable_values(student.trainable_variables)
            np.savez(kept, *student.get_weights())
            line += f"  training photos as they are {accuracy(student, images[0], dataset.train.labels):.4f}"
            if epoch < epochs:
                student.set_weights(own)
        print(line, flush=True)


def batches(images: Images, targets: Floats, count: int, seed: int) -> Iterator[tuple[Images, Floats]]:
    """Views of photos drawn at random, moved, corrupted and mixed; the next batch is made while one is learned."""
    policy, numbers = augment.get(POLICY), np.arange(BATCH)

    def make(step: int) -> tuple[Images, Floats]:
        rng = np.random.default_rng([seed, step])
        rows = rng.choice(images.shape[1], BATCH, replace=False)
        views = rng.integers(0, len(images), BATCH)
        drawn, wanted = images[views, rows], targets[views, rows]
        mirrored = rng.random(BATCH) < 0.5
        drawn[mirrored] = drawn[mirrored, :, ::-1]
        moved, mixed = policy(rng, drawn, numbers)
        assert isinstance(mixed, clothier.values.Mixed)
        shares = mixed.shares[:, None]
        return moved, shares * wanted[mixed.labels] + (1 - shares) * wanted[mixed.others]

    with ThreadPoolExecutor(1) as worker:
        upcoming: Any = worker.submit(make, 0)
        for step in range(count):
            batch = upcoming.result()
            upcoming = worker.submit(make, step + 1)
            yield batch


def accuracy(model: keras.Model, images: Images, labels: Any) -> float:
    logits = [
        np.asarray(model(images[start : start + 64], training=False)) for start in range(0, len(images), 64)
    ]
    return float((np.concatenate(logits).argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    main()
