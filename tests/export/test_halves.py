"""Weights kept as float16."""

from __future__ import annotations

import numpy as np

from clothier import models
from clothier.bundle import graphs
from clothier.export.graph import emit
from clothier.export.halves import halve
from clothier.predict import Predictor

SHAPE = (32, 32, 3)


def test_a_graph_of_half_the_size_gives_nearly_the_same() -> None:
    graph = emit(models.build("resnet10", SHAPE, 10))
    small = halve(graph)
    assert len(small) < 0.51 * len(graph)
    images = np.random.default_rng(0).integers(0, 256, (20, *SHAPE), dtype=np.uint8)
    whole, halved = (Predictor(content).outputs(images) for content in (graph, small))
    for before, after in zip(whole, halved, strict=True):
        np.testing.assert_allclose(after, before, rtol=0.01, atol=0.01 * np.abs(before).max())


def test_it_passes_the_checks_of_model_files() -> None:
    small = halve(emit(models.build("resnet10", SHAPE, 10)))
    cost = graphs.check(small, SHAPE, 10, graphs.width_of_features(small))
    assert cost.multiplications > 0
