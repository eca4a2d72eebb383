from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from support.network_outputs import seen

from clothier.calibrate import Outputs, strangeness
from clothier.calibrate.strangeness import Statistics
from clothier.values import Floats, Images


def test_thumbnails_are_means_over_equal_parts() -> None:
    image: Images = np.arange(14 * 21, dtype=np.uint8).reshape(1, 14, 21, 1)
    parts = image.reshape(7, 2, 7, 3).astype(np.float64).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(strangeness.thumbnails(image)[0], parts.ravel(), atol=1e-6)


@pytest.mark.parametrize("shape", [(10, 16, 1), (9, 8, 3), (3, 28, 3), (1, 1, 1)])
def test_thumbnails_agree_with_pillows_box_filter(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    size = (min(7, shape[1]), min(7, shape[0]))
    channels = [
        np.asarray(
            Image.fromarray(pixels[..., channel].astype(np.float32)).resize(size, Image.Resampling.BOX)
        )
        for channel in range(shape[2])
    ]
    # Pillow's box takes a pixel whole or not at all where parts are not whole pixels; sizes that divide agree.
    divides = all(side % part == 0 for side, part in zip(shape[:2], size[::-1], strict=True))
    made = strangeness.thumbnails(pixels[None])[0].reshape(*size[::-1], shape[2]) * 255
    if divides:
        np.testing.assert_allclose(made, np.stack(channels, axis=-1), atol=1e-3)
    np.testing.assert_allclose(made.mean(axis=(0, 1)), pixels.mean(axis=(0, 1)), rtol=1e-5)


def known_of(made: Outputs, held: Outputs | None = None) -> Statistics:
    held = held or seen(300, seed=9, channels=made.images.shape[3])
    return strangeness.learn(made.features, made.images, made.labels, held.features, held.images)


def test_distances_are_those_of_directions_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangeness, "_AXES", 2)
    made, rows = seen(), seen(40, seed=1)
    known = known_of(made)

    def directions(features: Floats) -> Floats:
        return np.asarray(features / np.linalg.norm(features, axis=1, keepdims=True), np.float64)

    moved = directions(made.features) - directions(made.features).mean(axis=0)
    axes = np.linalg.svd(moved)[2][:2]
    along = moved @ axes.T
    means = np.stack([along[made.labels == label].mean(axis=0) for label in range(3)])
    covariance = np.cov((along - means[made.labels]).T, bias=True)
    precision = np.linalg.inv(covariance + 1e-2 * np.trace(covariance) / 2 * np.eye(2))
    beside = np.linalg.norm(moved - along @ axes, axis=1) ** 2
    new = directions(rows.features) - directions(made.features).mean(axis=0)
    for row, measures in zip(new, known.measures(rows.features, rows.images), strict=True):
        nearest = min((row @ axes.T - mean) @ precision @ (row @ axes.T - mean) for mean in means)
        rest = np.linalg.norm(row - row @ axes.T @ axes) ** 2 / (beside.mean() / 3)
        assert measures[0] == pytest.approx(nearest + rest, rel=1e-3, abs=1e-2)


def test_known_images_are_ordinary_and_others_are_strange() -> None:
    new = seen(300, seed=1)
    known = known_of(seen(), new)
    ordinary = known.strangeness(new.features, new.images)
    assert ordinary.dtype == np.float32
    assert abs(ordinary.mean()) < 0.1
    highest = np.quantile(ordinary, 0.95)
    noise = np.random.default_rng(2).integers(0, 256, new.images.shape, dtype=np.uint8)
    assert (known.strangeness(new.features, noise) > highest).all()
    assert (known.strangeness(new.features, 255 - new.images) > highest).all()
    assert np.median(known.strangeness(-new.features, new.images)) > highest


def test_of_colour_the_features_decide_alone() -> None:
    new = seen(300, seed=1, channels=3)
    known = known_of(seen(channels=3), new)
    assert known.thumbnail.size == 0
    assert known.fits(5, (10, 10, 3))
    assert not known.fits(5, (10, 10, 1))
    noise = np.random.default_rng(2).integers(0, 256, new.images.shape, dtype=np.uint8)
    ordinary = known.strangeness(new.features, new.images)
    np.testing.assert_array_equal(known.strangeness(new.features, noise), ordinary)
    assert (known.strangeness(-new.features, new.images) > np.quantile(ordinary, 0.95)).all()


def test_an_image_alone_is_judged_as_among_others() -> None:
    made = seen(200, channels=3)
    known = known_of(made)
    together = known.strangeness(made.features, made.images)
    alone = known.strangeness(made.features[7:8], made.images[7:8])
    np.testing.assert_allclose(alone[0], together[7], rtol=1e-4, atol=1e-5)


def test_classes_without_an_image_are_passed_over() -> None:
    made = seen()
    rows = made.labels != 1
    known = known_of(made.at(rows))
    assert known.classes.shape == (2, 5)
    missing = known.strangeness(made.features[~rows], made.images[~rows])
    assert missing.mean() > np.quantile(known.strangeness(made.features[rows], made.images[rows]), 0.99)
