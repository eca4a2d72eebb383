"""What speed costs in accuracy: our networks as they train by default against plain Keras in float32, many seeds each.

    python -m benchmarks.train.parity [--networks cnn1 cnn3 cnn4] [--seeds 10] [--epochs 10] [--at-once 2] [--kept FILE]

Both sides: 10 epochs as they are, batches of 256, the article's split, test accuracy after the last. Seeds fix
different random numbers on either side, so the two sets are independent: the interval is Welch's, 95 %, for the
difference of the means. `--kept` is a file of finished runs, a line each; what it holds is not run again. With
`--at-once` so many runs go side by side, each on a core of its own: as nobody looks at the clock, the cores stay busy.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import common
from benchmarks.common import Row
from benchmarks.train import plain_keras

LOWEST = -0.004  # what the interval has to lie above
SEEDS = {"cnn1": 10, "cnn3": 10, "cnn4": 5}


def ours(network: str, seed: int, epochs: int) -> dict[str, Any]:
    from clothier import data, recipes, training
    from clothier.runs import Run

    changes = {"epochs": epochs, "augmented_epochs": 0, "seed": seed, "precision": "auto"}
    recipe = training.settle_precision(recipes.change(recipes.get(network), changes))
    dataset = data.load("fashion-mnist", data.LoadOptions(validation="article"))
    with tempfile.TemporaryDirectory() as scratch:
        scores = training.train(recipe, dataset, Run.create(recipe.name, Path(scratch)))[-1].test
    if scores is None:
        raise SystemExit("no test images")
    return {"accuracy": scores.accuracy, "precision": recipe.precision}


def theirs(network: str, seed: int, epochs: int) -> dict[str, Any]:
    plain_keras.start()
    import keras

    from clothier import data

    given = plain_keras.arrays(data.load("fashion-mnist", data.LoadOptions(validation="article")))
    keras.utils.set_random_seed(seed)
    model = plain_keras.compiled(network)
    # Autotune changes no number; it only waits.
    train, validation = (plain_keras.untuned(*given[name]) for name in ("train", "validation"))
    model.fit(train, epochs=epochs, validation_data=validation, verbose=0)
    return {"accuracy": model.evaluate(*given["test"], verbose=0)[1], "precision": "float32"}


SIDES = {"clothier": ours, "keras": theirs}


def interval(mine: list[float], others: list[float]) -> tuple[float, float, float]:
    """(difference of the means, its lowest and its highest at 95 %): Welch's."""
    from scipy import stats

    result = stats.ttest_ind(mine, others, equal_var=False)
    low, high = result.confidence_interval(0.95)
    return statistics.mean(mine) - statistics.mean(others), float(low), float(high)


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--networks", nargs="+", choices=SEEDS, default=list(SEEDS))
    parser.add_argument("--seeds", type=int, help="of each network; by default 10, and 5 of cnn4")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--at-once", type=int, default=1, help="runs side by side, 1 or more")
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--leg", nargs=4, help="SIDE NETWORK SEED EPOCHS: run that alone")
    words = parser.parse_args()
    if words.at_once < 1:
        parser.error(f"--at-once is {words.at_once}; wanted 1 or more")
    if words.seeds is not None and words.seeds < 2:
        parser.error(f"--seeds is {words.seeds}; wanted 2 or more, as one has no spread")
    if words.leg:
        side, network, seed, epochs = words.leg
        print(json.dumps(SIDES[side](network, int(seed), int(epochs))))
        return
    with common.reporting(words.json) as rows:
        for network in words.networks:
            seeds = range(13, 13 + (2 if words.quick else words.seeds or SEEDS[network]))
            keys = [f"{side} {network} {seed} {words.epochs}" for seed in seeds for side in SIDES]
            found: dict[str, list[float]] = {side: [] for side in SIDES}
            for key, leg in zip(keys, runs(keys, words.at_once, words.kept), strict=True):
                found[key.split()[0]].append(leg["accuracy"])
                print(f"{key}: {leg['accuracy']:.4f} in {leg['precision']}", flush=True)
            rows.append(row(network, found["clothier"], found["keras"]))


def runs(keys: Sequence[str], at_once: int, file: Path | None) -> Iterator[dict[str, Any]]:
    """What each leg found, in order: read from the file where it is there, else run and written to it."""
    lines = file.read_text().splitlines() if file and file.exists() else []
    kept: dict[str, dict[str, Any]] = dict(json.loads(line) for line in lines)
    pinned = at_once > 1 and hasattr(os, "sched_setaffinity")
    cores = itertools.cycle(sorted(os.sched_getaffinity(0)) if pinned else [])

    def own_core() -> None:
        if pinned:  # this thread alone, and the processes it starts
            os.sched_setaffinity(0, {next(cores)})

    def run(key: str) -> dict[str, Any]:
        if key not in kept:
            kept[key] = common.alone(__file__, "--leg", *key.split())
            if file:
                with file.open("a") as opened:
                    opened.write(json.dumps([key, kept[key]]) + "\n")
        return kept[key]

    with ThreadPoolExecutor(at_once, initializer=own_core) as pool:
        yield from pool.map(run, keys)


def row(network: str, mine: list[float], others: list[float]) -> Row:
    difference, low, high = interval(mine, others)
    print(
        f"{network}: ours {statistics.mean(mine):.4f} ({min(mine):.4f}-{max(mine):.4f}), "
        f"Keras {statistics.mean(others):.4f} ({min(others):.4f}-{max(others):.4f}), {len(mine)} seeds each; "
        f"difference {100 * difference:+.2f} points, 95 % from {100 * low:+.2f} to {100 * high:+.2f}, "
        f"wanted above {100 * LOWEST:+.2f}: {'met' if low > LOWEST else 'NOT met'}"
    )
    theirs = statistics.mean(others)
    return Row(
        f"{network}, accuracy, at the low end of the interval",
        f"{statistics.mean(mine):.4f}",
        f"Keras {theirs:.4f}",
        1 + low / theirs,
        1 + LOWEST / theirs,
    )


if __name__ == "__main__":
    main()
