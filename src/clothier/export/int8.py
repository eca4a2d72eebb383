"""A float32 graph of ours -> one whose convolutions and dense layers compute in bytes."""

from __future__ import annotations

import platform
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from clothier.export.quiet import quietly
from clothier.values import Images

NUM_IMAGES = 1000  # that ranges of activations are taken from
_BATCH = 100
_KINDS = ["Conv", "Gemm", "MaxPool", "Relu"]


def quantize(graph: bytes, images: Images) -> bytes:
    """The graph with weights and activations of 8 bits, in the form that ONNX Runtime and OpenVINO both know
    (QuantizeLinear and DequantizeLinear around each layer).

    Each output channel of a layer has a scale of its own; an activation has one, from its range over at most NUM_IMAGES
    of the images, uint8 (n, height, width, channels), which should be training images. The logits stay float32: rounded
    to 256 steps they alone changed one label in a hundred. Where this processor's sums overflow, weights take 7 bits.
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    model = onnx.load_from_string(graph)
    with tempfile.TemporaryDirectory() as folder, quietly():
        made = Path(folder) / "int8.onnx"
        quantize_static(
            model,
            str(made),
            _reader(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_KINDS,
            nodes_to_exclude=[node.name for node in model.graph.node if _makes_logits(node)],
            per_channel=True,
            reduce_range=sums_overflow(),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return _plain(onnx.load(made))


def sums_overflow() -> bool:
    """Whether ONNX Runtime on this processor adds products of bytes in 16 bits, in which two large ones do not fit: on
    x86 without VNNI. With weights of 7 bits they fit. Source: ONNX Runtime, "Quantize ONNX Models"."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    told = Path("/proc/cpuinfo")
    flags = told.read_text(errors="replace").split() if told.exists() else []
    return not {"avx512_vnni", "avx_vnni"} & set(flags)


def _makes_logits(node: onnx.NodeProto) -> bool:
    return node.op_type == "Gemm" and "logits" in node.output[0].split("/")


def _plain(model: onnx.ModelProto) -> bytes:
    """The graph with constants in raw form and without notes, as our own graphs are."""
    for constant in model.graph.initializer:
        constant.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(constant), constant.name))
    del model.graph.value_info[:]
    del model.metadata_props[:]
    used = {node.domain for node in model.graph.node}
    kept = [opset for opset in model.opset_import if opset.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    return bytes(model.SerializeToString(deterministic=True))


def _reader(images: Images) -> object:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # it publishes no types
        def __init__(self) -> None:
            rows = np.sort(np.random.default_rng(0).permutation(len(images))[:NUM_IMAGES])
            self._batches = (images[rows[start : start + _BATCH]] for start in range(0, len(rows), _BATCH))

        def get_next(self) -> dict[str, npt.NDArray[np.uint8]] | None:
            batch = next(self._batches, None)
            return None if batch is None else {"images": batch}

    return Reader()
