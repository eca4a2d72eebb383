"""What a base made of a data set: its splits, views of the training images, and maps."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from clothier import augment, models, recipes
from clothier.models.plan import Plan
from clothier.training.transfer import features
from clothier.training.transfer.extracted import Extracted, MapPolicy, num_rows
from clothier.values import Dataset, Mixed

CNN1 = Plan("cnn1", (12, 12, 1), 3)
PLAN = Plan.of(recipes.change(recipes.get("transfer"), {"model": "cnn1"}), (12, 12, 1), 3, CNN1)
VIEWS = 4


@pytest.fixture(scope="module")
def base() -> keras.Model:
    return models.build_base(PLAN)


@pytest.fixture
def extracted(base: keras.Model, tiny: Dataset, tmp_path: Path) -> Extracted:
    return features.extract(base, tiny, "views", tmp_path, views=VIEWS)


def test_each_view_of_a_training_image_has_a_row(
    extracted: Extracted, base: keras.Model, tiny: Dataset
) -> None:
    images = tiny.train.images
    count, whole = len(images), num_rows(tiny, 1)
    assert len(extracted.rows) == whole + (VIEWS - 1) * count
    mirrored = np.asarray(base(images[:, :, ::-1], training=False))
    np.testing.assert_allclose(extracted.rows[whole : whole + count], mirrored, rtol=2**-10, atol=1e-3)
    third = [
        augment.get(features.VIEW)(np.random.default_rng([2, row]), images[row : row + 1], np.zeros(1, int))[
            0
        ]
        for row in (0, count - 1)
    ]
    made = np.asarray(base(np.concatenate(third), training=False))
    np.testing.assert_allclose(
        extracted.rows[[whole + count, whole + 2 * count - 1]], made, rtol=2**-10, atol=1e-3
    )


def test_an_epoch_draws_a_view_for_each_image_and_again_the_same(extracted: Extracted, tiny: Dataset) -> None:
    rows = np.arange(len(tiny.train))
    first, again, next_one = (extracted.training(13, epoch).inputs[rows] for epoch in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != next_one).any()
    whole, count = num_rows(tiny, 1), len(tiny.train)
    views = [extracted.rows[:count]] + [
        extracted.rows[whole + view * count : whole + (view + 1) * count] for view in range(VIEWS - 1)
    ]
    drawn = np.stack([(view == first).all(axis=1) for view in views])
    assert drawn.any(axis=0).all(), "a row is of another image, or of none"
    assert drawn.any(axis=1).all(), "a view is never drawn"


def test_a_stopped_extraction_of_views_ends_with_the_same_bytes(
    base: keras.Model, tiny: Dataset, tmp_path: Path, extracted: Extracted
) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if done > 2 * total // 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        features.extract(base, tiny, "stopped", tmp_path, stop, views=VIEWS)
    features.extract(base, tiny, "stopped", tmp_path, views=VIEWS)
    assert (tmp_path / "stopped.float16").read_bytes() == (tmp_path / "views.float16").read_bytes()


def test_maps_come_before_the_features_and_lead_to_the_same_logits(tiny: Dataset, tmp_path: Path) -> None:
    plan = Plan("efficientnet_lite0", (96, 96, 1), 3, head_units=0)
    model, base = models.build_plan(plan), models.build_base(plan)
    base.set_weights(model.get_weights()[: len(base.weights)])
    both, tail = models.with_maps(base, "block10_add"), models.above(model, "block10_add")
    images = np.random.default_rng(0).integers(0, 256, (4, 96, 96, 1), dtype=np.uint8)
    rows = np.asarray(both(images, training=False))
    maps, pooled = rows[:, :-1280], rows[:, -1280:]
    np.testing.assert_allclose(pooled, base(images, training=False), rtol=1e-5, atol=1e-5)
    logits = np.asarray(model(images, training=False))
    np.testing.assert_allclose(tail(maps.astype(np.float16), training=False), logits, rtol=0.02, atol=0.02)
    names = {weight.path for weight in tail.trainable_variables}
    assert names < {weight.path for weight in model.trainable_variables}, "weights are shared, not copied"


def test_maps_are_mirrored_and_mixed_in_pairs() -> None:
    rng = np.random.default_rng(1)
    maps = rng.normal(size=(64, 3 * 4 * 2)).astype(np.float16)
    labels = np.arange(64)
    moved, mixed = MapPolicy((3, 4, 2))(np.random.default_rng(2), maps, labels)
    assert isinstance(mixed, Mixed) and moved.dtype == np.float16 and moved.shape == maps.shape
    assert (mixed.shares >= 0.5).all() and (mixed.labels == labels).all()
    grids = maps.reshape(64, 3, 4, 2).astype(np.float32)
    nearly_whole = np.flatnonzero(mixed.shares > 0.999)
    plain = [np.allclose(moved[n], maps[n], atol=0.01) for n in nearly_whole]
    turned = [np.allclose(moved[n].reshape(3, 4, 2), grids[n, :, ::-1], atol=0.01) for n in nearly_whole]
    assert any(plain) and any(turned) and all(a or b for a, b in zip(plain, turned, strict=True))
