from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from clothier.augment import cutmix


@pytest.mark.parametrize(("height", "width"), [(28, 28), (9, 31), (1, 1)])
def test_labels_are_mixed_as_the_pixels_are(height: int, width: int) -> None:
    """Each image is one grey level, so that each pixel tells where it came from."""
    levels = np.arange(200, dtype=np.uint8)
    images = np.broadcast_to(levels.reshape(-1, 1, 1, 1), (200, height, width, 1))
    labels = np.arange(200) % 7
    dice = cutmix.throw(np.random.default_rng(1), images)
    moved, targets = cutmix.move(images, dice), cutmix.mix(labels, dice)
    for n in range(200):
        own = moved[n] == n
        assert (own | (moved[n] == dice.partners[n])).all()
        if dice.partners[n] != n:
            assert targets.shares[n] == pytest.approx(own.mean(), abs=1e-6)
        assert targets.labels[n] == labels[n]
        assert targets.others[n] == labels[dice.partners[n]]
        rows, columns = np.nonzero(~own[..., 0])
        if len(rows):  # what came from the partner is one whole rectangle
            assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)


def _published(rng: np.random.Generator, height: int, width: int) -> tuple[int, int, int, int]:
    """The paper's rectangle, one image at a time."""
    share = rng.beta(1, 1)
    tall, wide = height * np.sqrt(1 - share), width * np.sqrt(1 - share)
    y, x = rng.integers(height), rng.integers(width)
    top, bottom = max(0, round(y - tall / 2)), min(height, round(y + tall / 2))
    left, right = max(0, round(x - wide / 2)), min(width, round(x + wide / 2))
    return top, left, bottom - top, right - left


def test_rectangles_are_distributed_as_published_over_half_the_images() -> None:
    rng = np.random.default_rng(0)
    dice = cutmix.throw(rng, np.empty((40_000, 28, 20, 1), np.uint8))
    ours = dice.boxes[dice.boxes[:, 2] * dice.boxes[:, 3] > 0]
    theirs: npt.NDArray[np.int64] = np.array([_published(rng, 28, 20) for _ in range(20_000)])
    empty = theirs[:, 2] * theirs[:, 3] == 0
    assert len(ours) / 40_000 == pytest.approx(0.5 * (1 - empty.mean()), abs=0.01)
    np.testing.assert_allclose(ours.mean(0), theirs[~empty].mean(0), rtol=0.03)
    np.testing.assert_allclose(ours.std(0), theirs[~empty].std(0), rtol=0.03)
    np.testing.assert_allclose(np.corrcoef(ours.T), np.corrcoef(theirs[~empty].T), atol=0.04)
    assert abs(np.corrcoef(dice.partners, dice.shares)[0, 1]) < 0.02
