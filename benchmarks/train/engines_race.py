"""Which engine extracts features fastest: a pretrained base in Keras, in ONNX Runtime, in OpenVINO if it is there, and
by export/extractor.py, which gives each core a few images of its own in ONNX Runtime.

    python -m benchmarks.train.engines_race [BASE]

Engines run in turn, five times each, on batches of 16 images of the base's own size in float32, with all cores. It
prints the median images a second of each, the range, the processor's milliseconds an image, which say more where other
work runs too, and how far the features are from Keras's.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime

from clothier import backend, models
from clothier.export import emit
from clothier.export.extractor import OnnxExtractor
from clothier.models import BASES
from clothier.models.plan import Plan
from clothier.training.transfer import imagenet
from clothier.values import Floats, Images

BATCH, ROUNDS, SECONDS = 16, 5, 6.0
Run = Callable[[Images], Floats]


def keras_says(base: Any) -> Run:
    extractor = backend.Extractor(base)
    return lambda images: extractor.features(images).astype(np.float32)


def onnx_runtime_says(graph: bytes) -> Run:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return lambda images: np.asarray(session.run(["features"], {"images": images})[0])


def openvino_says(graph: bytes) -> Run:
    import openvino

    core = openvino.Core()
    network = core.compile_model(
        core.read_model(graph), "CPU", {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}
    )
    place = [output.get_any_name() for output in network.outputs].index("features")
    return lambda images: np.asarray(network(images)[place])


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "efficientnet_lite0"
    backend.start()
    side = BASES[name].side
    plan = Plan(name, (side, side, 3), 10)
    base, whole = models.build_base(plan), models.build_plan(plan)
    values = imagenet.weights(name)
    base.set_weights(values)
    whole.set_weights([*values, *whole.get_weights()[len(values) :]])
    # What the head makes of the features costs next to nothing, and the graph gives both.
    head = whole.get_layer("flatten").output
    graph = emit(_under_logits(whole, head))
    ours = OnnxExtractor(base)
    engines: dict[str, Run] = {
        "Keras": keras_says(base),
        "ONNX Runtime": onnx_runtime_says(graph),
        "OnnxExtractor": lambda images: ours.features(images).astype(np.float32),
    }
    if importlib.util.find_spec("openvino"):
        engines["OpenVINO"] = openvino_says(graph)
    images = np.random.default_rng(0).integers(0, 256, (BATCH, side, side, 3), dtype=np.uint8)
    expected = engines["Keras"](images)
    speeds: dict[str, list[float]] = {engine: [] for engine in engines}
    work: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(ROUNDS):
        for engine, run in engines.items():
            run(images)
            began, worked, done = time.perf_counter(), time.process_time(), 0
            while time.perf_counter() - began < SECONDS / ROUNDS:
                run(images)
                done += BATCH
            speeds[engine].append(done / (time.perf_counter() - began))
            work[engine].append(1000 * (time.process_time() - worked) / done)
    for engine, found in speeds.items():
        error = np.linalg.norm(engines[engine](images) - expected) / np.linalg.norm(expected)
        print(f"{name} at {side}x{side}, {engine}: {statistics.median(found):.1f} images/s")
        print(
            f"  {min(found):.1f} to {max(found):.1f}; {min(work[engine]):.0f} ms of processor time an image;"
        )
        print(f"  features differ by {error:.1e}")


def _under_logits(whole: Any, features: Any) -> Any:
    """Features and logits at once above them, so that the graph's features are the base's."""
    import keras

    return keras.Model(whole.input, keras.layers.Dense(2, name="logits")(features))


if __name__ == "__main__":
    main()
