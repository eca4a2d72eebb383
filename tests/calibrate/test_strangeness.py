from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from support.network_outputs import seen

from clothier.calibrate import strangeness
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


def test_distances_are_mahalanobis_distances_written_out() -> None:
    made, rows = seen(), seen(40, seed=1)
    known = strangeness.learn(made.features, made.images, made.labels)
    half, labels = made.features[::2].astype(np.float64), made.labels[::2]
    means = np.stack([half[labels == label].mean(axis=0) for label in range(3)])

    def precision(moved: Floats) -> Floats:
        covariance = np.cov(moved.T, bias=True)
        return np.asarray(np.linalg.inv(covariance + 1e-3 * np.trace(covariance) / 5 * np.eye(5)))

    within, overall = precision(half - means[labels]), precision(half - half.mean(axis=0))
    for feature, measures in zip(rows.features, known.measures(rows.features, rows.images), strict=True):
        nearest = min((feature - mean) @ within @ (feature - mean) for mean in means)
        from_all = (feature - half.mean(axis=0)) @ overall @ (feature - half.mean(axis=0))
        assert measures[0] == pytest.approx(nearest - from_all, rel=1e-3, abs=1e-2)


def test_known_images_are_ordinary_and_others_are_strange() -> None:
    made, new = seen(), seen(300, seed=1)
    known = strangeness.learn(made.features, made.images, made.labels)
    ordinary = known.strangeness(new.features, new.images)
    assert ordinary.dtype == np.float32
    assert abs(ordinary.mean()) < 0.1
    highest = np.quantile(ordinary, 0.95)
    noise = np.random.default_rng(2).integers(0, 256, new.images.shape, dtype=np.uint8)
    assert (known.strangeness(new.features, noise) > highest).all()
    assert (known.strangeness(new.features, 255 - new.images) > highest).all()
    between = np.broadcast_to(new.features.mean(axis=0), new.features.shape)
    assert (known.strangeness(between, new.images) > highest).all()


def test_an_image_alone_is_judged_as_among_others() -> None:
    made = seen(200, channels=3)
    known = strangeness.learn(made.features, made.images, made.labels)
    together = known.strangeness(made.features, made.images)
    alone = known.strangeness(made.features[7:8], made.images[7:8])
    np.testing.assert_allclose(alone[0], together[7], rtol=1e-4, atol=1e-5)


def test_classes_without_an_image_are_passed_over() -> None:
    made = seen()
    rows = made.labels != 1
    known = strangeness.learn(made.features[rows], made.images[rows], made.labels[rows])
    assert known.slopes.shape == (2, 5)
    missing = known.strangeness(made.features[~rows], made.images[~rows])
    assert missing.mean() > np.quantile(known.strangeness(made.features[rows], made.images[rows]), 0.99)
