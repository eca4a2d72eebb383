"""How large each part of a model file may be."""

from __future__ import annotations

from clothier.errors import BundleError
from clothier.models.plan import MOST_HEAD_UNITS, MOST_SIDE, MOST_TRUNKS, Plan
from clothier.models.size import Size

# ONNX keeps a graph in one message, which ends at 2 GiB, and there a zip becomes a zip64. The rest is for what else
# there is.
MOST_BYTES = 2**31 - 2**27  # of all members together
MOST_VALUES = 2**32  # of all activations of one image: 16 GiB of float32
MOST_WORK = 2**42  # multiplications for one image: minutes
_FREE_STATISTICS = 32 * 2**20
_AXES = 64


def statistics(num_features: int, num_classes: int) -> int:
    """The maximum bytes of statistics for a network with these numbers of features and classes."""
    return _FREE_STATISTICS + _needed_statistics(num_features, num_classes)


def check(plan: Plan, size: Size) -> None:
    """BundleError for a network of that plan and size that no model file can hold, so that it is known before the
    network is trained."""
    trunks, below = 0, plan
    while below.trunk is not None:
        trunks, below = trunks + 1, below.trunk
    needed = size.weight_bytes + _needed_statistics(size.features, plan.num_classes)
    for what, count, most in (
        ("pixels a side", max(plan.image_shape[:2]), MOST_SIDE),
        ("units in its head", plan.head_units, MOST_HEAD_UNITS),
        ("heads, one on the other", trunks, MOST_TRUNKS),
        ("bytes of weights and statistics", needed, MOST_BYTES),
        ("activations an image", size.activations, MOST_VALUES),
        ("multiplications an image", size.multiplications, MOST_WORK),
    ):
        if count > most:
            raise BundleError(f"has {count:,} {what}, more than the {most:,} that a model file holds")


def _needed_statistics(num_features: int, num_classes: int) -> int:
    """The bytes that calibrate.Statistics takes: a mean and at most 64 axes, along which classes lie and vary."""
    return 4 * (num_features * (_AXES + 1) + _AXES * (_AXES + num_classes))
