"""Does augmentation hold training back? Images/s of each, in one run.

    python benchmarks/augment_rate.py [--data fashion-mnist]

Augmentation alone on one thread; each network's training steps without and with it, in turn (A B A B ...), medians.
"""

from __future__ import annotations

import argparse
import statistics
import time

from clothier import augment, backend, data, models, recipes
from clothier.batches import batches
from clothier.values import Split

ROUNDS = 3
IMAGES = 12_800  # fifty batches of 256


def augmentation_rate(split: Split) -> float:
    policy = augment.get("article")
    rates = []
    for epoch in range(ROUNDS + 1):  # the first compiles
        began = time.perf_counter()
        for _ in batches(split, 256, seed=1, epoch=epoch, policy=policy):
            pass
        rates.append(len(split) / (time.perf_counter() - began))
    return statistics.median(rates[1:])


def training_rates(
    name: str, split: Split, shape: tuple[int, int, int], classes: int, precision: str
) -> tuple[float, float]:
    """(without, with) augmentation."""
    from clothier.models.optimizers import OPTIMIZERS

    recipe = recipes.get(name)
    model = models.build(recipe.model, shape, classes, precision)
    trainer = backend.Trainer(model, OPTIMIZERS[recipe.optimizer](recipe))
    rates: dict[bool, list[float]] = {False: [], True: []}
    for epoch in range(2 * ROUNDS + 2):
        augmented = bool(epoch % 2)
        policy = augment.get("article") if augmented else None
        began = time.perf_counter()
        for images, labels in batches(split, 256, seed=1, epoch=epoch, policy=policy):
            trainer.step(images, labels)
        trainer.means()  # waits for the last step
        if epoch >= 2:
            rates[augmented].append(len(split) / (time.perf_counter() - began))
    return statistics.median(rates[False]), statistics.median(rates[True])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="fashion-mnist")
    source = parser.parse_args().data
    backend.start()
    dataset = data.load(source)
    split = Split(dataset.train.images[:IMAGES], dataset.train.labels[:IMAGES])
    precision = "bfloat16" if backend.bfloat16_speed() >= backend.BFLOAT16_MUST_WIN else "float32"
    print(f"training in {precision}")
    alone = augmentation_rate(split)
    print(f"augmentation alone, one thread: {alone:,.0f} images/s")
    for name in ("cnn1", "cnn3", "cnn4"):
        without, augmented = training_rates(name, split, dataset.image_shape, dataset.num_classes, precision)
        print(
            f"{name}: {without:,.0f} images/s plain, {augmented:,.0f} augmented, ratio {augmented / without:.3f}; "
            f"augmentation alone is {alone / without:.1f}x as fast as training"
        )


if __name__ == "__main__":
    main()
