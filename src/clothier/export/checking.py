"""Whether an exported file predicts what the run's network predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clothier.errors import ExportError
from clothier.values import Floats

NUM_CHECKED = 1000  # images that are predicted again
MOST_DIFFERENCE = 1e-4  # of a probability, in float32
LEAST_AGREEMENT = 0.995  # of labels, in lower precision


@dataclass(frozen=True)
class Agreement:
    """How two runtimes agree over `images` images: the largest difference of a probability, and the share of equal
    labels."""

    images: int
    difference: float
    labels: float


def compare(ours: Floats, theirs: Floats) -> Agreement:
    """Of two sets of probabilities, float32 (n, num_classes)."""
    return Agreement(
        images=len(ours),
        difference=float(np.abs(ours - theirs).max()),
        labels=float((ours.argmax(axis=1) == theirs.argmax(axis=1)).mean()),
    )


def require(agreement: Agreement, what: str, *, float32: bool) -> None:
    """ExportError where the difference, or in lower precision the labels, are beyond bounds."""
    if float32 and not agreement.difference <= MOST_DIFFERENCE:
        raise ExportError(
            f"{what} differs from the run by {agreement.difference:.1e} in a probability "
            f"({agreement.images:,} images); wanted {MOST_DIFFERENCE:g} at most; nothing was written"
        )
    if not float32 and not agreement.labels >= LEAST_AGREEMENT:
        raise ExportError(
            f"{what} gives the run's label for {agreement.labels:.2%} of {agreement.images:,} images; "
            f"wanted {LEAST_AGREEMENT:.1%}; nothing was written; export without --int8"
        )
