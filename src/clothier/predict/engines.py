"""What computes: a graph's bytes and uint8 images -> logits and features.

To add one: a class here, a line in ENGINES.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import onnxruntime

from clothier.system import extras
from clothier.values import Floats, Images

_PIXELS = 2**18  # that go through a network together at most, where images are large


class Engine(Protocol):
    """A network ready to run, whose images have that shape, (height, width, channels)."""

    image_shape: tuple[int, int, int]
    num_classes: int
    num_features: int

    def few(self, images: Images) -> tuple[Floats, Floats]:
        """(logits float32 (n, num_classes), features float32 (n, d)) of a handful of images, as soon as can be."""
        ...

    def many(self, images: Images) -> tuple[Floats, Floats]:
        """The same of any number, with flat memory beside the outputs."""
        ...


class OnnxRuntime:
    """In float32, on any processor."""

    # What a layer makes of so few stays in a core's own cache.
    ROWS = 32

    def __init__(self, graph: bytes, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors alone
        # One thread within the network, and as many batches at once as there are threads: faster than sharing each
        # batch between them, and a single image wakes no other thread.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.image_shape: tuple[int, int, int] = tuple(session.get_inputs()[0].shape[1:])
        widths = {output.name: output.shape[1] for output in session.get_outputs()}
        self.num_classes, self.num_features = int(widths["logits"]), int(widths["features"])
        self._run: Callable[..., Any] = session.run
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None

    def few(self, images: Images) -> tuple[Floats, Floats]:
        logits, features = self._run(_OUTPUTS, {"images": images})
        return logits, features

    def many(self, images: Images) -> tuple[Floats, Floats]:
        logits, features = _empty(self, len(images))
        size = _rows(self.ROWS, self.image_shape)

        def fill(start: int) -> None:
            rows = slice(start, start + size)
            logits[rows], features[rows] = self.few(np.ascontiguousarray(images[rows]))

        starts = range(0, len(images), size)
        if self._pool is None and self._threads > 1:
            self._pool = ThreadPoolExecutor(self._threads)
        for _ in self._pool.map(fill, starts) if self._pool else map(fill, starts):
            pass
        return logits, features


class OpenVino:
    """In bfloat16 where the processor has it, else in float32."""

    ROWS = 125

    def __init__(self, graph: bytes, threads: int) -> None:
        openvino = extras.load("openvino", "the engine openvino")
        core = openvino.Core()
        model = core.read_model(graph)
        streams = {"NUM_STREAMS": str(threads), "INFERENCE_NUM_THREADS": str(threads)}
        compiled = core.compile_model(model, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT", **streams})
        self._soon = core.compile_model(model, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
        self._queue = openvino.AsyncInferQueue(compiled, threads)
        shape = model.input("images").get_partial_shape()
        self.image_shape = (shape[1].get_length(), shape[2].get_length(), shape[3].get_length())
        self.num_classes, self.num_features = (
            model.output(name).get_partial_shape()[1].get_length() for name in _OUTPUTS
        )

    def few(self, images: Images) -> tuple[Floats, Floats]:
        made = self._soon(np.ascontiguousarray(images))
        logits, features = (np.array(made[name], np.float32) for name in _OUTPUTS)
        return logits, features

    def many(self, images: Images) -> tuple[Floats, Floats]:
        outputs = dict(zip(_OUTPUTS, _empty(self, len(images)), strict=True))
        size = _rows(self.ROWS, self.image_shape)

        def keep(request: Any, rows: slice) -> None:
            for name, array in outputs.items():
                array[rows] = request.get_tensor(name).data

        self._queue.set_callback(keep)
        for start in range(0, len(images), size):
            rows = slice(start, start + size)
            self._queue.start_async([np.ascontiguousarray(images[rows])], rows)
        self._queue.wait_all()
        return outputs["logits"], outputs["features"]


_OUTPUTS = ["logits", "features"]
ENGINES: dict[str, Callable[[bytes, int], Engine]] = {"onnxruntime": OnnxRuntime, "openvino": OpenVino}


def _rows(most: int, image_shape: tuple[int, int, int]) -> int:
    return max(1, min(most, _PIXELS // int(np.prod(image_shape))))


def _empty(engine: Engine, count: int) -> tuple[Floats, Floats]:
    return np.empty((count, engine.num_classes), np.float32), np.empty(
        (count, engine.num_features), np.float32
    )
