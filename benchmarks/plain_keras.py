"""The article's networks in plain Keras, as the article writes them: what our results are set beside.

    python benchmarks/plain_keras.py cnn1 --seeds 13 14 15

Adam, categorical cross-entropy, batch 256, 10 epochs, float32 on all cores; test loss and accuracy a seed.
"""

from __future__ import annotations

import argparse
import statistics
from typing import Any

from clothier import backend, data


def network(name: str) -> Any:
    import keras
    from keras import layers

    conv, pool, drop, dense = layers.Conv2D, layers.MaxPooling2D, layers.Dropout, layers.Dense
    norm, flatten = layers.BatchNormalization, layers.Flatten
    stacks: dict[str, Any] = {
        "cnn1": lambda: [conv(32, 3, activation="relu"), pool(2), drop(0.2), flatten(), dense(128, activation="relu")],
        "cnn3": lambda: [
            conv(32, 3, activation="relu"), pool(2), drop(0.25), conv(64, 3, activation="relu"), pool(2), drop(0.25),
            conv(128, 3, activation="relu"), drop(0.4), flatten(), dense(128, activation="relu"), drop(0.3),
        ],
        "cnn4": lambda: [
            conv(32, 3, activation="relu"), norm(), conv(32, 3, activation="relu"), norm(), pool(2), drop(0.25),
            conv(64, 3, activation="relu"), norm(), drop(0.25), conv(128, 3, activation="relu"), norm(), pool(2),
            drop(0.25), flatten(), dense(512, activation="relu"), norm(), drop(0.5),
            dense(128, activation="relu"), norm(), drop(0.5),
        ],
    }  # fmt: skip
    return keras.Sequential([keras.Input((28, 28, 1)), *stacks[name](), dense(10, activation="softmax")])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network", choices=["cnn1", "cnn3", "cnn4"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[13])
    parser.add_argument("--epochs", type=int, default=10)
    words = parser.parse_args()
    backend.start()
    import keras

    dataset = data.load("fashion-mnist")
    arrays = {
        name: (split.images.astype("float32") / 255, keras.utils.to_categorical(split.labels, 10))
        for name, split in dataset.splits().items()
    }
    accuracies = []
    for seed in words.seeds:
        keras.utils.set_random_seed(seed)
        model = network(words.network)
        model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
        model.fit(
            *arrays["train"],
            batch_size=256,
            epochs=words.epochs,
            validation_data=arrays["validation"],
            verbose=0,
        )
        loss, accuracy = model.evaluate(*arrays["test"], verbose=0)
        accuracies.append(accuracy)
        print(f"{words.network} seed {seed}: test loss {loss:.4f}, test accuracy {accuracy:.4f}", flush=True)
    mean, low, high = statistics.mean(accuracies), min(accuracies), max(accuracies)
    print(f"{words.network}: mean {mean:.4f}, {low:.4f} to {high:.4f} over {len(accuracies)} seeds")


if __name__ == "__main__":
    main()
