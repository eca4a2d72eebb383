"""A model in the box -> the files that each leg of benchmarks/predict/race.py reads."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import numpy_helper

from clothier import backend, bundle, data, models
from clothier.bundle import Bundle
from clothier.export import emit, int8, stock
from clothier.predict import Predictor, box
from clothier.values import softmax

if TYPE_CHECKING:
    import keras

NETWORK = "resnet10"
ALIKE = 1e-3  # by which probabilities may differ, as sums are in another order
MOST = 1000  # images in a pass


def prepare(name: str, photos: Path, folder: Path) -> None:
    """Put the files of every leg there, and the validation photos below `photos`, again and again up to MOST."""
    content = bundle.read(box.files()[name])
    manifest = content.manifest
    if manifest.recipe["model"] != NETWORK:
        sys.exit(f"the model {name} is a {manifest.recipe['model']}; wanted one that is a {NETWORK}")
    options = data.LoadOptions(image_size=manifest.image_shape[:2])
    dataset = data.load(f"folder:{photos}", options)
    held = dataset.split("validation")
    rows = np.resize(np.arange(len(held)), MOST)
    images = held.images[rows]
    np.savez(folder / "images.npz", images=images, labels=held.labels[rows])

    backend.start()
    model = network(content)
    twin = stock.twin(model, temperature=manifest.temperature)
    expected = softmax(Predictor(content).outputs(images[:100])[0], manifest.temperature)
    off = float(np.abs(twin.predict(images[:100], verbose=0) - expected).max())
    if off > ALIKE:
        sys.exit(
            f"the network in Keras gives other probabilities, by up to {off:.4f}; wanted {ALIKE} or less"
        )
    stock.save(twin, folder / "model.keras")
    (folder / "model.onnx").write_bytes(emit(model, temperature=manifest.temperature))
    bundle.write(folder / "model.clothier", content)
    quantized = int8.quantize(emit(model), dataset.train.images)
    bundle.write(folder / "int8.clothier", replace(content, graph=quantized))


def network(content: Bundle) -> keras.Model:
    """The network of the file in Keras. In the file, batch normalisation and the scaling of pixels are part of the
    convolutions before and behind them."""
    kept = {}
    for tensor in onnx.load_from_string(content.graph).graph.initializer:
        kept[tensor.name.removesuffix("/float16")] = numpy_helper.to_array(tensor).astype(np.float32)
    model = models.build(NETWORK, content.manifest.image_shape, len(content.manifest.class_names))
    centre = model.get_layer("centre")
    for layer in model.layers:
        if layer.name.endswith("_conv"):
            kernel, bias = (kept[f"{layer.name}/{part}"] for part in ("kernel", "bias"))
            if layer.name == "stem_conv":
                kernel = kernel * (255 / centre.scale)
                bias = bias - centre.offset * kernel.sum(axis=(1, 2, 3))
            layer.set_weights([kernel.transpose(2, 3, 1, 0)])
            norm = model.get_layer(layer.name.replace("_conv", "_norm"))
            for weight in norm.weights:
                value = {"gamma": 1.0, "beta": bias, "moving_mean": 0.0, "moving_variance": 1 - norm.epsilon}
                weight.assign(np.broadcast_to(value[weight.name], weight.shape))
    model.get_layer("logits").set_weights([kept["logits/kernel"], kept["logits/bias"]])
    return model
