"""What is packed comes back within its bounds."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from support import explorer_spaces

from clothier.explorer import packing
from clothier.explorer.packing import Part


def unpacked(part: Part) -> npt.NDArray[np.float64]:
    """The numbers as a page reads them, by other means than the page's."""
    content = gzip.decompress(base64.b64decode(part.text()))
    size = part.array.itemsize
    count = len(content) // size
    whole = b"".join(bytes(content[byte * count + item] for byte in range(size)) for item in range(count))
    values = np.frombuffer(whole, part.array.dtype)
    if part.steps:
        values = values.reshape(-1, part.steps).cumsum(axis=0, dtype=values.dtype)
    return values.reshape(part.array.shape) * np.float64(1 if part.scale is None else part.scale)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_a_part_comes_back(dtype: type) -> None:
    array: npt.NDArray[Any] = np.random.default_rng(1).integers(0, 200, (7, 5)).astype(dtype)
    np.testing.assert_array_equal(unpacked(Part(array)), array)


def test_steps_that_overflow_wrap_around_and_back() -> None:
    array = np.array([[-32768, 5], [32767, 4], [-1, 32767]], np.int16)
    np.testing.assert_array_equal(unpacked(Part(array, steps=2)), array)


def test_the_same_part_gives_the_same_text() -> None:
    array = np.arange(1000, dtype=np.int16)
    assert Part(array).text() == Part(array).text()


@pytest.mark.parametrize("largest", [1e-20, 1.0, 3e7])
def test_quantised_numbers_keep_their_bound(largest: float) -> None:
    values = np.random.default_rng(2).uniform(-largest, largest, (500, 3)).astype(np.float32)
    bound = np.abs(values).max() / 65534
    assert np.abs(unpacked(packing.quantised(values)) - values).max() <= bound * 1.001


def test_zeros_are_quantised_as_zeros() -> None:
    assert not unpacked(packing.quantised(np.zeros((3, 2), np.float32))).any()


def test_each_snapshot_fills_the_same_circle() -> None:
    taken = np.random.default_rng(4).normal(0, 1, (3, 50, 2)).astype(np.float32)
    taken *= np.array([1e-4, 1, 80], np.float32)[:, None, None]
    found = unpacked(packing.snapshots(taken))
    farthest = np.linalg.norm(taken, axis=2).max(axis=1)
    np.testing.assert_allclose(found, taken / farthest[:, None, None], rtol=0, atol=1.001 / 4094)


@pytest.mark.parametrize(("number", "kept"), [(1, 1), (5, 5), (40, 40), (76, 40)])
def test_snapshots_are_chosen_evenly_with_both_ends(number: int, kept: int) -> None:
    chosen = packing.chosen(number)
    assert (chosen[0], chosen[-1], len(chosen)) == (0, number - 1, kept)
    assert kept == 1 or np.ptp(np.diff(chosen)) <= 1


def test_small_images_stay_as_they_are() -> None:
    images = np.random.default_rng(5).integers(0, 256, (3, 28, 32, 3), dtype=np.uint8)
    assert packing.pictures(images) is images


@pytest.mark.parametrize("channels", [1, 3])
def test_large_images_are_scaled_with_their_sides_kept_in_proportion(channels: int) -> None:
    images = np.zeros((2, 64, 96, channels), np.uint8)
    images[1, :, 48:] = 200
    small = packing.pictures(images)
    assert small.shape == (2, 21, 32, channels)
    assert not small[0].any()
    assert (small[1, :, :16] == 0).all()
    assert (small[1, :, 16:] == 200).all()


def test_ground_is_told_by_the_edges() -> None:
    images = explorer_spaces.embedding().images
    assert packing.has_dark_ground(images)
    assert not packing.has_dark_ground(255 - images)
    assert not packing.has_dark_ground(images.repeat(3, axis=3))


def test_pixels_are_not_packed_twice() -> None:
    made = explorer_spaces.pixels(explorer_spaces.embedding())
    stored = packing.stored(made)
    assert stored.part is None
    assert stored.kept == 1
    np.testing.assert_array_equal(stored.vectors, made.vectors)


def test_few_dimensions_are_stored_as_they_are() -> None:
    made = explorer_spaces.embedding(dimensions=20)
    stored = packing.stored(made)
    assert stored.kept == 1
    np.testing.assert_allclose(stored.vectors, made.vectors, rtol=0, atol=np.abs(made.vectors).max() / 65000)


def test_many_dimensions_keep_distances_as_far_as_they_keep_variance() -> None:
    made = explorer_spaces.embedding(dimensions=200)
    stored = packing.stored(made)
    assert stored.vectors.shape == (len(made), packing.MAX_DIMENSIONS)

    def spread(vectors: npt.NDArray[np.float32]) -> float:
        """The mean of all squared distances, which is twice the variance."""
        return float(2 * vectors.astype(np.float64).var(axis=0).sum())

    assert 0.5 < stored.kept < 1
    assert spread(stored.vectors) / spread(made.vectors) == pytest.approx(stored.kept, rel=1e-4)
