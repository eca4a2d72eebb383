"""Images with features and logits such as a network would give, without one."""

from __future__ import annotations

import numpy as np

from clothier.calibrate import Outputs
from clothier.values import Labels


def seen(count: int = 600, seed: int = 0, side: int = 10, channels: int = 1) -> Outputs:
    """Three classes: a bright bar at the left, in the middle, at the right; features around a centre of each."""
    rng = np.random.default_rng(seed)
    labels: Labels = rng.integers(0, 3, count)
    images = rng.integers(0, 40, (count, side, side, channels), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[1:-1, 3 * label : 3 * label + 3] += 150
    centres = np.array([[4, 0, 0, 1, 0], [0, 4, 0, 1, 0], [0, 0, 4, 1, 0]], np.float32)
    features = centres[labels] + rng.normal(0, 0.5, (count, 5)).astype(np.float32)
    features[:, 4] = 0  # a unit that is dead
    logits = features[:, :3] + rng.normal(0, 2, (count, 3)).astype(np.float32)
    return Outputs(logits.astype(np.float32), features, images, labels)
