"""An exported file -> what another runtime predicts with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime

from clothier.values import Floats, Images

ROWS = 250  # images at once


def run_onnx(model: bytes | str, images: Images, outputs: list[str]) -> list[Floats]:
    """Those outputs of an ONNX graph, or of the file of that name, for uint8 images (n, height, width, channels)."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors alone
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    parts = [session.run(outputs, {"images": batch}) for batch in _batches(images)]
    return [np.concatenate([part[place] for part in parts]) for place in range(len(outputs))]


def _batches(images: Images) -> list[Any]:
    return [np.ascontiguousarray(images[start : start + ROWS]) for start in range(0, len(images), ROWS)]
