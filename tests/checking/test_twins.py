"""Pairs that may be copies, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from clothier.checking import twins


def test_rows_are_near_whose_bits_differ_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "_AT_ONCE", 100)  # several blocks
    dice = np.random.default_rng(0)
    bits = dice.random((6, 64))[dice.integers(0, 6, 80)] < 0.5
    bits ^= dice.random(bits.shape) < 0.06
    apart = (bits[:, np.newaxis] != bits).sum(axis=2)
    expected = []
    for row in range(len(bits)):
        others = [
            other for other in range(len(bits)) if other != row and apart[row, other] <= twins.MOST_BITS
        ]
        expected += [
            (row, other) for other in sorted(others, key=lambda other: apart[row, other])[: twins.NEIGHBOURS]
        ]
    assert len(expected) > 100
    assert list(map(tuple, twins._near_in_bits(bits).tolist())) == expected


def test_what_is_left_over_knows_no_light_and_no_contrast() -> None:
    dice = np.random.default_rng(0)
    picture = dice.integers(50, 150, (4, 4, 1)).astype(np.uint8)
    other = dice.integers(50, 150, (4, 4, 1)).astype(np.uint8)
    flat = np.full_like(picture, 9)
    strong = np.clip((picture.astype(int) - 100) * 3 + 100, 0, 255).astype(np.uint8)
    small = np.stack([picture, picture + 40, other, flat, strong])
    left = twins.left_over(small, np.array([(0, 1), (0, 2), (0, 3), (0, 4)]))
    a, b = (each.astype(float).ravel() - each.mean() for each in (picture, other))
    sine = np.sqrt(1 - max(0.0, a @ b / np.sqrt((a @ a) * (b @ b))) ** 2)
    np.testing.assert_allclose(left, [0, sine, 1, 1], atol=1e-7)
