"""Work that both libraries are given, to be compared: the same weights, images and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from conftest import stripes

from clothier import backend, models, recipes
from clothier.values import Dataset, Floats, Mixed

if TYPE_CHECKING:
    import keras

Arrays = dict[str, npt.NDArray[Any]]
SHAPE, NUM_CLASSES, SIZES = (16, 16, 1), 3, (48, 20)  # the second batch is the smaller, last one of an epoch
NETWORKS = ("cnn1", "cnn4", "wrn10_1")  # the last a small wide residual network
RECIPE = recipes.change(
    recipes.get("cnn1"),
    {
        "epochs": 2,
        "augmented_epochs": 2,
        "batch_size": 64,
        "augment": "crop-flip+cutmix",
        "label_smoothing": 0.1,
        "schedule": "cosine",
        "average_decay": 0.9,
    },
)


def tiny() -> Dataset:
    return Dataset(
        train=stripes(150, 1),
        validation=stripes(90, 2),
        test=None,
        class_names=("row", "column", "none"),
        fingerprint="f" * 64,
        name="tiny",
    )


def start() -> Arrays:
    """Weights of each network, biases and statistics far from where they begin, so that every layer shows."""
    backend.set_seed(0)
    rng = np.random.default_rng(0)

    def away(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return (value + rng.uniform(0, 0.2, value.shape) * (value.ndim == 1)).astype(np.float32)

    return {
        f"{name}/{place:03d}": away(value)
        for name in NETWORKS
        for place, value in enumerate(_build(name).get_weights())
    }


def everything(begin: Mapping[str, npt.NDArray[Any]]) -> Arrays:
    """What this process's library makes of it, by kind, network and what it is."""
    found: Arrays = {}
    found |= _train("cnn1", begin, SIZES)
    found |= _train("cnn4", begin, SIZES[:1] * 2)
    found |= _train("wrn10_1", begin, SIZES[:1], "bfloat16")
    for loss in ("binary_crossentropy", "focal"):
        found[f"float32/dense after a step of {loss}"] = _step_of(loss)
    weighed = np.array([2, 0.5, 1], np.float32)
    found["float32/dense after a step with class weights"] = _step_of("crossentropy", weighed)
    model = _model("cnn4", begin)
    images, labels = _batch(SIZES[0])
    found["judged/cnn4"] = backend.Inference(_build("cnn4")).logits(model.weights, images, batch_size=24)
    viewing = backend.Inference(models.averaged(_build("cnn4"), "mirror+shift"))
    found["judged/cnn4 by six views"] = viewing.logits(model.weights, images, batch_size=24)
    found["extracted/cnn4"] = backend.Extractor(model).features(images[:5])
    activations = backend.Activations(models.averaged(model, "mirror"), model.get_layer("pool2").output)
    found["judged/cnn4 pool2"], found["judged/cnn4 beside pool2"] = activations.of(images[:5])
    layers = [model.get_layer(layer) for layer in ("conv1", "pool1", "conv4", "pool2")]
    for layer, *traced in zip(layers, *backend.trace(model, layers, images[:2], labels[:2]), strict=True):
        found[f"traced/{layer.name} output"], found[f"traced/{layer.name} slope"] = traced
    return found


def _build(name: str, dtype: str = "float32") -> keras.Model:
    if name == "wrn10_1":
        from clothier.models import building, wrn

        with building.computing_in(dtype):
            return wrn.build(SHAPE, NUM_CLASSES, depth=10, width=1)
    return models.build(name, SHAPE, NUM_CLASSES, dtype)


def _batch(size: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    split = stripes(size, size, SHAPE[0])
    return split.images, split.labels


def _model(name: str, begin: Mapping[str, npt.NDArray[Any]], dtype: str = "float32") -> keras.Model:
    """With its dropout off: each library has random numbers of its own."""
    model = _build(name, dtype)
    model.set_weights([begin[key] for key in sorted(begin) if key.startswith(f"{name}/")])
    for layer in model.layers:
        if hasattr(layer, "rate"):
            layer.rate = 0.0
    return model


def _train(
    name: str, begin: Mapping[str, npt.NDArray[Any]], sizes: Sequence[int], dtype: str = "float32"
) -> Arrays:
    import keras  # once its backend is chosen

    model = _model(name, begin, dtype)
    optimizer = keras.optimizers.SGD(1.0, momentum=0.9)
    trainer = backend.Trainer(model, optimizer, label_smoothing=0.1, average_decay=0.9, keep_losses=True)
    for size in sizes:
        images, labels = _batch(size)
        trainer.step(
            images, Mixed(labels, labels[::-1].copy(), np.linspace(0, 1, size, dtype=np.float32)), 0.01
        )
    found = {f"{dtype}/{name} weight {w.path}": np.asarray(w) for w in model.weights}
    for average, weight in zip(trainer.averages, model.weights, strict=True):
        found[f"{dtype}/{name} average {weight.path}"] = np.asarray(average)
    return found | {
        f"{dtype}/{name} means": np.array(trainer.means()),
        f"{dtype}/{name} losses": trainer.losses(),
    }


def dense(num_classes: int) -> keras.Model:
    """A small linear network, always with the same weights."""
    import keras

    inputs = keras.Input((4,), dtype="uint8")
    x = keras.layers.Rescaling(1 / 8)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(num_classes)(x))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.weights])
    return model


def _step_of(loss: str, class_weights: Floats | None = None) -> npt.NDArray[Any]:
    import keras

    model, rng = dense(NUM_CLASSES), np.random.default_rng(1)
    sgd = keras.optimizers.SGD(1.0)
    trainer = backend.Trainer(model, sgd, loss=loss, label_smoothing=0.1, class_weights=class_weights)
    trainer.step(rng.integers(0, 8, (20, 4), dtype=np.uint8), rng.integers(0, NUM_CLASSES, 20))
    return np.concatenate([np.asarray(weight).ravel() for weight in model.weights])
