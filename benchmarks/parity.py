"""What speed costs in accuracy: our networks as they train by default against plain Keras in float32, many seeds each.

    python benchmarks/parity.py [--networks cnn1 cnn3 cnn4] [--seeds 10] [--epochs 10] [--kept FILE]

Both sides: 10 epochs as they are, batches of 256, the article's split, test accuracy after the last. Seeds fix
different random numbers on either side, so the two sets are independent: the interval is Welch's, 95 %, for the
difference of the means. `--kept` is a file of finished runs, a line each; what it holds is not run again.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import common
import plain_keras
from common import Row

LOWEST = -0.004  # what the interval has to lie above
SEEDS = {"cnn1": 10, "cnn3": 10, "cnn4": 5}


def ours(network: str, seed: int, epochs: int) -> dict[str, Any]:
    from clothier import data, recipes, train
    from clothier.runs import Run

    changes = {"epochs": epochs, "augmented_epochs": 0, "seed": seed, "precision": "auto"}
    recipe = train.settle_precision(recipes.change(recipes.get(network), changes))
    dataset = data.load("fashion-mnist", data.LoadOptions(split="article"))
    with tempfile.TemporaryDirectory() as scratch:
        scores = train.train(recipe, dataset, Run.create(recipe.name, Path(scratch)))[-1].test
    if scores is None:
        raise SystemExit("no test images")
    return {"accuracy": scores.accuracy, "precision": recipe.precision}


def theirs(network: str, seed: int, epochs: int) -> dict[str, Any]:
    plain_keras.start()
    import keras

    from clothier import data

    given = plain_keras.arrays(data.load("fashion-mnist", data.LoadOptions(split="article")))
    keras.utils.set_random_seed(seed)
    model = plain_keras.compiled(network)
    model.fit(*given["train"], batch_size=256, epochs=epochs, validation_data=given["validation"], verbose=0)
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
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--leg", nargs=4, help="SIDE NETWORK SEED EPOCHS: run that alone")
    words = parser.parse_args()
    if words.leg:
        side, network, seed, epochs = words.leg
        print(json.dumps(SIDES[side](network, int(seed), int(epochs))))
        return
    kept: dict[str, Any] = {}
    if words.kept and words.kept.exists():
        kept = {
            key: value for line in words.kept.read_text().splitlines() for key, value in [json.loads(line)]
        }
    with common.reporting(words.json) as rows:
        for network in words.networks:
            found: dict[str, list[float]] = {side: [] for side in SIDES}
            for seed in range(13, 13 + (2 if words.quick else words.seeds or SEEDS[network])):
                for side, accuracies in found.items():
                    key = f"{side} {network} {seed} {words.epochs}"
                    if key not in kept:
                        kept[key] = common.alone(__file__, "--leg", *key.split())
                        if words.kept:
                            with words.kept.open("a") as file:
                                file.write(json.dumps([key, kept[key]]) + "\n")
                    accuracies.append(kept[key]["accuracy"])
                    print(f"{key}: {kept[key]['accuracy']:.4f} in {kept[key]['precision']}", flush=True)
            rows.append(row(network, found["clothier"], found["keras"]))


def row(network: str, mine: list[float], others: list[float]) -> Row:
    difference, low, high = interval(mine, others)
    print(
        f"{network}: ours {statistics.mean(mine):.4f} ({min(mine):.4f}-{max(mine):.4f}), "
        f"Keras {statistics.mean(others):.4f} ({min(others):.4f}-{max(others):.4f}), {len(mine)} seeds each; "
        f"difference {100 * difference:+.2f} points, 95 % from {100 * low:+.2f} to {100 * high:+.2f}, "
        f"wanted above {100 * LOWEST:+.2f}: {'met' if low > LOWEST else 'NOT met'}"
    )
    ratio = statistics.mean(mine) / statistics.mean(others)
    return Row(
        f"{network}, accuracy",
        f"{statistics.mean(mine):.4f}",
        f"Keras {statistics.mean(others):.4f}",
        ratio,
        1 + LOWEST,
    )


if __name__ == "__main__":
    main()
