from __future__ import annotations

import numpy as np

from clothier import backend


def test_an_average_over_a_few_steps_is_exact_for_a_decay_near_one() -> None:
    """In float32, 1 - 0.9999^n is off by a thousandth."""
    steps = np.arange(1, 6, dtype=np.float32)
    exact = 1 - 1 / steps.astype(np.float64)  # equal shares, which 0.9999 nearly gives
    kept = [float(np.asarray(backend.kept_share(0.9999, step))) for step in steps]
    np.testing.assert_allclose(kept, exact, atol=1e-4 * 5)
    assert kept[0] == 0.0
