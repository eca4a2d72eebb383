"""Features by ONNX Runtime: those of Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from clothier import backend, models
from clothier.errors import ExportError
from clothier.export import extractor
from clothier.models.plan import Plan

PLAN = Plan("efficientnet_lite0", (96, 96, 1), 3, head_units=0)
IMAGES = np.random.default_rng(0).integers(0, 256, (19, 96, 96, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def base() -> keras.Model:
    backend.set_seed(1)
    return models.with_maps(models.build_base(PLAN), "block10_add")


def test_they_are_those_of_keras(base: keras.Model) -> None:
    made = extractor.fastest(base, "float32")
    assert isinstance(made, extractor.OnnxExtractor)
    ours, theirs = made.features(IMAGES), backend.Extractor(base).features(IMAGES)
    assert ours.dtype == theirs.dtype == np.float16 and ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=2**-9, atol=1e-3 * np.abs(theirs).max())


def test_the_number_of_threads_and_of_images_changes_no_bit(base: keras.Model) -> None:
    one, two = (extractor.OnnxExtractor(base, threads).features(IMAGES) for threads in (1, 2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(extractor.OnnxExtractor(base).features(IMAGES[8:16]), one[8:16])


def test_what_float16_cannot_hold_becomes_the_largest_it_can() -> None:
    images = keras.Input((4, 4, 1), dtype="uint8")
    x = keras.layers.Rescaling(1e4)(images)
    base = keras.Model(images, keras.layers.GlobalAveragePooling2D()(x))
    made = extractor.OnnxExtractor(base).features(np.full((2, 4, 4, 1), 255, np.uint8))
    assert (made == 65504).all()


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_keras_computes_where_the_other_cannot_or_would_be_slower(
    base: keras.Model, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*words: Any) -> None:
        raise ExportError("no")

    monkeypatch.setattr(extractor, "by_layers", refuse)
    made = extractor.fastest(base, precision)
    assert isinstance(made, backend.Extractor)
    assert made.name != extractor.OnnxExtractor.name
