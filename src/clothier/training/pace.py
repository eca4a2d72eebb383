"""A few batches -> how long a recipe will take on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from clothier import augment, backend, models
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.training import stages
from clothier.training.batches import batches
from clothier.training.precision import settle_precision
from clothier.training.transfer.extracted import num_rows
from clothier.training.transfer.features import MakeExtractor
from clothier.values import Dataset, Split

# The first batches compile the step and warm the caches up.
WARM_UP, TIMED = 2, 6
_JUDGED = 2000
_EXTRACTED = 16  # images, on which a base is timed


@dataclass(frozen=True)
class TrainingPace:
    """Seconds of an epoch of each phase, by name, and of judging every split once at a phase's end."""

    epoch: dict[str, float]
    judging: float

    def remaining(self, recipe: Recipe, epochs_done: int = 0) -> float:
        """Seconds until a run of the recipe that has done that many epochs is finished."""
        seconds, ended = 0.0, 0
        for phase, epochs in recipe.phases():
            ended += epochs
            left = min(epochs, max(0, ended - epochs_done))
            seconds += left * self.epoch[phase] + (self.judging if left else 0.0)
        return seconds


def measure(
    recipe: Recipe,
    dataset: Dataset,
    threads: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
    *,
    plan: Plan | None = None,
    policy: augment.Policy | None = None,
) -> TrainingPace:
    """The pace of that recipe on those data, from a network that is thrown away; takes a few seconds. Writing
    checkpoints and pages is not counted. A plan and a policy that are given stand in for the recipe's."""
    backend.start(threads)
    recipe = settle_precision(recipe, threads)
    train = dataset.train
    plan = plan or Plan.of(recipe, dataset.image_shape, dataset.num_classes)
    stage = stages.whole(plan, recipe, train.images)
    judged = Split(train.images[:_JUDGED], train.labels[:_JUDGED])

    stage.predict(judged)
    began = clock()
    stage.predict(judged)
    judging = (clock() - began) / len(judged)
    validation = judging * len(dataset.validation) if dataset.validation else 0.0

    epoch = {}
    for phase, _ in recipe.phases():
        moved = (policy or augment.get(recipe.augment)) if phase == "augmented" else None
        made = batches(train, recipe.batch_size, seed=recipe.seed, epoch=1, policy=moved)
        images, seconds = 0, 0.0
        for number, (batch, labels) in enumerate(islice(made, WARM_UP + TIMED)):
            if number <= WARM_UP:
                began, images = clock(), 0
            stage.trainer.step(batch, labels)
            images += len(labels)
            stage.trainer.means()  # waits for the step to end
            seconds = clock() - began
        epoch[phase] = seconds / images * len(train) + validation
    return TrainingPace(epoch, judging * sum(len(split) for split in dataset.splits().values()))


def on_base(
    recipe: Recipe,
    plan: Plan,
    dataset: Dataset,
    precision: str,
    make_extractor: MakeExtractor,
    epochs_done: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> float | None:
    """Seconds of what is left of a run on a base with random weights: computing the features, and fine-tuning the last
    layers. Heads are not counted, because their epochs take less than a second. None where all layers are fine-tuned,
    which takes too long to be tried."""
    cut = stages.cut(recipe)
    if recipe.fine_tune_epochs and not cut:
        return None
    below = models.build_base(plan, precision)
    extractor = make_extractor(models.with_maps(below, cut) if cut else below, precision)
    images = dataset.train.images[:_EXTRACTED]
    extractor.features(images)
    began = clock()
    extractor.features(images)
    seconds = (clock() - began) / len(images) * num_rows(dataset, recipe.base_views)
    if not cut:
        return seconds
    stage, size = stages.fine_tuning(plan, recipe, None), recipe.fine_tune_batch_size
    maps = np.zeros((size, stage.width), np.float16)
    labels = np.zeros(size, np.int64)
    for step in range(WARM_UP + TIMED):
        if step == WARM_UP:
            began = clock()
        stage.trainer.step(maps, labels)
        stage.trainer.means()  # waits for the step to end
    left = min(recipe.fine_tune_epochs, recipe.epochs + recipe.fine_tune_epochs - epochs_done)
    return seconds + (clock() - began) / (TIMED * size) * len(dataset.train) * left
