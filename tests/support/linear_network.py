"""A model file's content by hand: a linear network on 8 x 8 images, whose outputs NumPy can compute too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from clothier import calibrate
from clothier.bundle import Bundle, Manifest
from clothier.calibrate import Calibration, Outputs
from clothier.values import Floats, Images

SIDE, CLASSES = 8, ("dark", "light", "spotted")
WEIGHTS: Floats = np.random.default_rng(5).normal(0, 0.01, (SIDE * SIDE, 4)).astype(np.float32)
HEAD: Floats = np.random.default_rng(6).normal(0, 1, (4, 3)).astype(np.float32)


def pictures(count: int, seed: int = 0) -> Images:
    """Smooth ones with a little noise, so that much noise is unlike them."""
    rng = np.random.default_rng(seed)
    across, down, level = rng.uniform(-1, 1, (3, count, 1, 1))
    slope = np.linspace(-1, 1, SIDE)
    greys = (
        128 + 40 * (level + across * slope + down * slope[:, None]) + rng.normal(0, 4, (count, SIDE, SIDE))
    )
    return np.asarray(greys[..., None], np.uint8)


def outputs(images: Images) -> tuple[Floats, Floats]:
    """(logits, features) as the network gives them."""
    features = images.reshape(len(images), -1).astype(np.float32) @ WEIGHTS
    return np.asarray(features @ HEAD, np.float32), np.asarray(features, np.float32)


def graph(weights: Floats = WEIGHTS, head: Floats = HEAD) -> bytes:
    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["floats"], ["pixels"]),
        helper.make_node("MatMul", ["pixels", "weights"], ["features"]),
        helper.make_node("MatMul", ["features", "head"], ["logits"]),
    ]
    made = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", SIDE, SIDE, 1])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", head.shape[1]]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", len(head)]),
        ],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(head, "head")],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def calibration() -> Calibration:
    images = pictures(400)
    logits, features = outputs(images)
    labels = np.where(np.arange(len(images)) % 50, logits.argmax(axis=1), 0)  # a few are wrong
    return calibrate.fit(Outputs(logits, features, images, labels))


def bundle(photos: str = "pad") -> Bundle:
    fitted = calibration()
    manifest = Manifest(
        image_shape=(SIDE, SIDE, 1),
        class_names=CLASSES,
        preprocessing={"photos": photos},
        source="generated:600",
        fingerprint="f" * 64,
        temperature=fitted.temperature,
        thresholds=fitted.thresholds,
        photo_thresholds={"temperature": fitted.temperature, **fitted.thresholds},
    )
    return Bundle(manifest, graph(), fitted.as_tensors())


def save(folder: Path, images: Images) -> list[Path]:
    """The images as PNG files, named by their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:04d}.png" for number in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        Image.fromarray(image[..., 0]).save(path)
    return paths
