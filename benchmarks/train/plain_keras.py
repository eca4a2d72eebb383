"""The article's networks in plain Keras, as the article writes them: what our results are set beside.

    python -m benchmarks.train.plain_keras cnn1 --seeds 13 14 15

Adam, categorical cross-entropy, batch 256, 10 epochs, float32 on all cores; test loss and accuracy a seed.
"""

from __future__ import annotations

import argparse
import os
import statistics
from typing import Any

from clothier import backend, data
from clothier.values import Dataset


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


def start() -> None:
    """Keras on TensorFlow as they come, with the threads they choose themselves; only their chatter is off."""
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")


def compiled(name: str) -> Any:
    model = network(name)
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def arrays(dataset: Dataset) -> dict[str, tuple[Any, Any]]:
    """Images float32 in [0, 1] and labels one-hot, by split."""
    import keras

    return {
        name: (split.images.astype("float32") / 255, keras.utils.to_categorical(split.labels, 10))
        for name, split in dataset.splits().items()
    }


def untuned(x: Any, y: Any, batch_size: int = 256) -> Any:
    """The tf.data.Dataset that `fit` makes of arrays, shuffled and batched as it does, but with autotune off."""
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    options = tf.data.Options()
    options.autotune.enabled = False
    made = ArrayDataAdapter(x, y, batch_size=batch_size, shuffle=True).get_tf_dataset()
    # fit on arrays knows how many batches there are; a data set has to be told.
    counted = tf.data.experimental.assert_cardinality(-(-len(x) // batch_size))
    return made.apply(counted).with_options(options)


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

    given = arrays(data.load("fashion-mnist"))
    accuracies = []
    for seed in words.seeds:
        keras.utils.set_random_seed(seed)
        model = compiled(words.network)
        model.fit(
            *given["train"],
            batch_size=256,
            epochs=words.epochs,
            validation_data=given["validation"],
            verbose=0,
        )
        loss, accuracy = model.evaluate(*given["test"], verbose=0)
        accuracies.append(accuracy)
        print(f"{words.network} seed {seed}: test loss {loss:.4f}, test accuracy {accuracy:.4f}", flush=True)
    mean, low, high = statistics.mean(accuracies), min(accuracies), max(accuracies)
    print(f"{words.network}: mean {mean:.4f}, {low:.4f} to {high:.4f} over {len(accuracies)} seeds")


if __name__ == "__main__":
    main()
