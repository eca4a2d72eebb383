"""The graph without its weights."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper
from support.model_files import made

from clothier.bundle.wire import MOST_BESIDES, without_weights
from clothier.errors import BundleError


def test_only_the_weights_are_gone_and_found_again() -> None:
    graph = made().graph
    skeleton, spans = without_weights(graph)
    whole, bare = onnx.load_from_string(graph), onnx.load_from_string(skeleton)
    assert len(skeleton) < len(graph) / 5
    assert list(bare.graph.node) == list(whole.graph.node)
    assert list(bare.graph.input) == list(whole.graph.input)
    assert len(spans) == len(whole.graph.initializer) > 5
    for constant, left, span in zip(whole.graph.initializer, bare.graph.initializer, spans, strict=True):
        assert span
        data = graph[span.start : span.start + span.length]
        assert data == constant.raw_data
        left.raw_data = data
        assert np.array_equal(numpy_helper.to_array(left), numpy_helper.to_array(constant))
    assert bare == whole


def test_no_bytes_do_harm() -> None:
    """Whatever is changed, cut or put in, there is an answer or one line of words."""
    graph, rng = made().graph[-3000:] + made().graph[:200], np.random.default_rng(3)
    refused = 0
    for _ in range(2000):
        changed = bytearray(made().graph[:300] if rng.random() < 0.5 else graph)
        for place in rng.integers(0, len(changed), 3):
            changed[place] = rng.integers(256)
        try:
            skeleton, spans = without_weights(bytes(changed[: rng.integers(1, len(changed))]))
            assert len(skeleton) <= MOST_BESIDES * 1.1
            assert all(span is None or span.start + span.length <= len(changed) for span in spans)
        except BundleError as error:
            assert str(error).isprintable()
            refused += 1
    assert refused > 1000
