"""A frozen base -> its features by ONNX Runtime, which computes them faster than Keras where a processor has no
bfloat16; benchmarks/train/engines_race.py says by how much."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from clothier import backend
from clothier.errors import ExportError
from clothier.export.graph import by_layers
from clothier.system.hardware import num_cores
from clothier.values import Halves, Images

if TYPE_CHECKING:
    import keras

ROWS = 8  # images at once on each core
_OUTPUT = "features"
_LARGEST = float(np.finfo(np.float16).max)


class OnnxExtractor:
    """As backend.Extractor, by ONNX Runtime in float32. Raises ExportError for a base with layers that `by_layers` does
    not know."""

    name = f"onnxruntime {onnxruntime.__version__}"

    def __init__(self, base: keras.Model, threads: int | None = None) -> None:
        height, width, channels = (int(side) for side in base.input.shape[1:])
        nodes = by_layers(base, {_OUTPUT: base.output})
        graph = nodes.model((height, width, channels), {_OUTPUT: int(base.output_shape[1])})
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors alone
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._pool = ThreadPoolExecutor(threads or num_cores(), thread_name_prefix="features")

    def features(self, images: Images) -> Halves:
        """float16 (n, num_features) for uint8 images (n, height, width, channels); what float16 cannot hold becomes the
        largest it can."""

        def of(start: int) -> Any:
            rows = np.ascontiguousarray(images[start : start + ROWS])
            (made,) = self._session.run([_OUTPUT], {"images": rows})
            return np.clip(made, -_LARGEST, _LARGEST).astype(np.float16)

        return np.concatenate(list(self._pool.map(of, range(0, len(images), ROWS))))


def fastest(base: keras.Model, precision: str) -> backend.Extractor | OnnxExtractor:
    """What computes the features of a base fastest here, in that precision (float32 or bfloat16)."""
    if precision == "float32" and backend.name() == "tensorflow":
        try:
            return OnnxExtractor(base)
        except ExportError:
            pass
    return backend.Extractor(base)
