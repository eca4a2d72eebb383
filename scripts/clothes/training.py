"""Training of the small network on lessons, by what the teacher says of them and by the teacher's features.

Sources: G. Hinton et al., "Distilling the Knowledge in a Neural Network", 2015; L. Beyer et al., "Knowledge
distillation: A good teacher is patient and consistent", 2022; A. Romero et al., "FitNets: Hints for Thin Deep Nets",
2015, for the features.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clothier import augment, backend, models
from clothier.values import Dataset, Floats, Images, Mixed
from scripts.clothes.lessons import Lesson

if TYPE_CHECKING:
    import keras

MODEL = "resnet10"
POLICY = "article+corruptions+mixup"
PARTS = (46, 6, 6, 6)  # pictures of each lesson in a batch: photos, cut-outs, drawn clothes, others
RATE, DECAY, AVERAGE = 2e-3, 0.05, 0.998
HINT = 1.0  # weight of the loss of features


def taught(
    lessons: Sequence[Lesson],
    dataset: Dataset,
    epochs: int,
    seed: int,
    kept: Path,
    precision: str = "float32",
) -> None:
    """Train the small network, whose averaged weights are kept in a file every tenth epoch and at the end."""
    backend.start(None)
    backend.set_seed(seed)
    import keras

    student = models.build(MODEL, dataset.image_shape, dataset.num_classes, precision)
    hints = keras.layers.Dense(lessons[0].features.shape[1], dtype="float32", name="hints")
    whole = keras.Model(student.input, [student.output, hints(student.get_layer("flatten").output)])
    steps = max(1, len(dataset.train) // PARTS[0])
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * steps, warmup_target=RATE, warmup_steps=epochs * steps // 20
    )
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=DECAY, beta_2=0.99, global_clipnorm=2.0, use_ema=True, ema_momentum=AVERAGE
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    losses = [keras.losses.CategoricalCrossentropy(from_logits=True), keras.losses.MeanSquaredError()]
    whole.compile(optimizer, losses, loss_weights=[1.0, HINT], jit_compile=False)
    began, made = time.perf_counter(), batches(lessons, epochs * steps, seed)
    for epoch in range(1, epochs + 1):
        of_steps = [whole.train_on_batch(*next(made)) for _ in range(steps)]
        total, of_labels, of_hints = np.mean(of_steps, axis=0)
        line = f"epoch {epoch}/{epochs}  loss {total:.4f} ({of_labels:.4f}, {of_hints:.4f})"
        if epoch % 10 == 0 or epoch == epochs:
            own = whole.get_weights()
            optimizer.finalize_variable_values(whole.trainable_variables)
            np.savez(kept, *student.get_weights())
            photos = lessons[0]
            shown = slice(0, len(dataset.train))
            line += (
                f"  as the teacher on {agreed(student, photos.pictures[shown], photos.targets[shown]):.4f}"
            )
            if epoch < epochs:
                whole.set_weights(own)
        print(f"{line}  {time.perf_counter() - began:.0f} s", flush=True)


def batches(
    lessons: Sequence[Lesson], count: int, seed: int
) -> Iterator[tuple[Images, tuple[Floats, Floats]]]:
    """Pictures drawn at random, mirrored, moved, corrupted and mixed, with targets and features; the next batch is made
    while one is learned."""
    policy = augment.get(POLICY)

    def make(step: int) -> tuple[Images, tuple[Floats, Floats]]:
        rng = np.random.default_rng([seed, step])
        rows = [rng.integers(0, len(lesson), part) for lesson, part in zip(lessons, PARTS, strict=False)]

        def drawn(name: str) -> Any:
            return np.concatenate(
                [getattr(each, name)[own] for each, own in zip(lessons, rows, strict=False)]
            )

        pictures, targets, features = drawn("pictures"), drawn("targets"), drawn("features")
        mirrored = rng.random(len(pictures)) < 0.5
        pictures[mirrored] = pictures[mirrored, :, ::-1]
        moved, mixed = policy(rng, pictures, np.arange(len(pictures)))
        assert isinstance(mixed, Mixed)
        shares = mixed.shares[:, None]

        def faded(values: Floats) -> Floats:
            return shares * values[mixed.labels] + (1 - shares) * values[mixed.others]

        return moved, (faded(targets), faded(features))

    with ThreadPoolExecutor(1) as worker:
        upcoming: Any = worker.submit(make, 0)
        for step in range(count):
            batch = upcoming.result()
            upcoming = worker.submit(make, step + 1)
            yield batch


def agreed(model: keras.Model, images: Images, targets: Floats) -> float:
    """The share of images whose most probable class is that of the target."""
    logits = [
        np.asarray(model(images[start : start + 64], training=False)) for start in range(0, len(images), 64)
    ]
    return float((np.concatenate(logits).argmax(axis=1) == targets.argmax(axis=1)).mean())
