"""How long each pretrained base takes for an image on this machine."""

from __future__ import annotations

import time

import numpy as np

from clothier import backend, models
from clothier.models.bases import BASES
from clothier.models.plan import Plan

_BATCH, _ROUNDS = 8, 3


def milliseconds(threads: int | None = None) -> dict[str, float]:
    """By name: of an image at the base's own size in a batch of 8, the fastest of three batches after a first one.

    Weights are random, and features are computed in float32.
    """
    backend.start(threads)
    return {name: _measure(name) for name in BASES}


def _measure(name: str) -> float:
    shape = (BASES[name].side, BASES[name].side, 3)
    extractor = backend.Extractor(models.build_base(Plan(name, shape, 2)))
    images = np.random.default_rng(0).integers(0, 256, (_BATCH, *shape), dtype=np.uint8)
    seconds = []
    for _ in range(1 + _ROUNDS):
        began = time.perf_counter()
        extractor.features(images)
        seconds.append(time.perf_counter() - began)
    return 1000 * min(seconds[1:]) / _BATCH
