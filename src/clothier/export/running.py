"""An exported file -> what another runtime predicts with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from clothier.backend.door import keras
from clothier.errors import ExportError
from clothier.system import extras
from clothier.values import Floats, Images

ROWS = 50  # images at once: more of them take more memory, and are no faster


def onnx_outputs(
    graph: bytes, images: Images, names: list[str], between: Callable[[], None] = lambda: None
) -> list[Floats]:
    """Those outputs of an ONNX graph for uint8 images (n, height, width, channels); `between` is called before each
    batch. Raises ExportError for a graph that ONNX Runtime cannot run."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors alone
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (
        Exception
    ) as error:  # ONNX Runtime has an exception for each of its statuses, with no base but this
        raise ExportError(
            "ONNX Runtime cannot run this network as exported; wanted layers without loops, such as those of recurrent "
            "networks; leave such layers out"
        ) from error

    def run(batch: Images) -> list[Any]:
        between()
        return list(session.run(names, {"images": batch}))

    return _by_batch(run, images)


def keras_outputs(file: Path, images: Images) -> Floats:
    """What a .keras file predicts, opened as anyone would open it."""
    model = keras.models.load_model(file)
    return _by_batch(lambda batch: [np.asarray(model(batch, training=False))], images)[0]


def openvino_outputs(file: Path, images: Images) -> Floats:
    """What an OpenVINO file predicts, in float32 where the file is."""
    core = openvino().Core()
    compiled = core.compile_model(core.read_model(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return _by_batch(lambda batch: [compiled(batch)[0]], images)[0]


def openvino() -> Any:
    """The package of that name; MissingExtraError where it is not installed."""
    return extras.load("openvino", "--format openvino")


def _by_batch(run: Callable[[Images], list[Any]], images: Images) -> list[Floats]:
    parts = [run(np.ascontiguousarray(images[start : start + ROWS])) for start in range(0, len(images), ROWS)]
    return [np.concatenate(of_output) for of_output in zip(*parts, strict=True)]
