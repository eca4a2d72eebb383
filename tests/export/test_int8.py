"""Graphs that compute in bytes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from clothier import models
from clothier.bundle import graphs
from clothier.export import emit, int8
from clothier.export.running import onnx_outputs
from clothier.models.plan import Plan

PLAN = Plan("cnn1", (12, 12, 1), 3, views="mirror")
IMAGES = np.random.default_rng(0).integers(0, 256, (64, 12, 12, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def pair() -> tuple[bytes, bytes]:
    graph = emit(models.build_plan(PLAN), views=PLAN.views)
    return graph, int8.quantize(graph, IMAGES)


def test_it_is_smaller_and_says_nearly_the_same(pair: tuple[bytes, bytes]) -> None:
    graph, made = pair
    assert len(made) < len(graph) / 3
    before, after = (onnx_outputs(each, IMAGES, ["logits"])[0] for each in (graph, made))
    error = np.abs(before - after).max() / np.abs(before).max()
    bits = 7 if int8.sums_overflow() else 8
    assert 0 < error < 0.03 * 2 ** (8 - bits)  # an eighth of a percent a layer, or a quarter, and sums of it


@pytest.mark.parametrize("overflow", [False, True])
def test_where_sums_overflow_two_products_fit_in_16_bits(
    monkeypatch: pytest.MonkeyPatch, overflow: bool
) -> None:
    monkeypatch.setattr(int8, "sums_overflow", lambda: overflow)
    model = onnx.load_from_string(int8.quantize(emit(models.build_plan(PLAN)), IMAGES))
    arrays = [numpy_helper.to_array(constant) for constant in model.graph.initializer]
    largest = max(int(np.abs(array.astype(np.int64)).max()) for array in arrays if array.dtype == np.int8)
    assert (2 * 255 * largest < 2**15) == overflow


def test_layers_compute_in_bytes_but_for_the_logits(pair: tuple[bytes, bytes]) -> None:
    model = onnx.load_from_string(pair[1])
    makers = {name: node for node in model.graph.node for name in node.output}
    kernels = Counter(
        (node.op_type, makers[node.input[1]].op_type if node.input[1] in makers else "float32")
        for node in model.graph.node
        if node.op_type in ("Conv", "Gemm")
    )
    assert kernels == {
        ("Conv", "DequantizeLinear"): 2, ("Gemm", "DequantizeLinear"): 2, ("Gemm", "float32"): 2,
    }  # fmt: skip


def test_a_model_file_may_hold_it(pair: tuple[bytes, bytes]) -> None:
    width = graphs.width_of_features(pair[0])
    plain, quantized = (graphs.check(graph, PLAN.image_shape, PLAN.num_classes, width) for graph in pair)
    assert quantized.multiplications >= plain.multiplications


def test_nothing_is_said_on_the_way(capfd: pytest.CaptureFixture[str]) -> None:
    int8.quantize(emit(models.build_plan(Plan("cnn1", (6, 6, 1), 2))), IMAGES[:8, :6, :6])
    assert capfd.readouterr() == ("", "")
