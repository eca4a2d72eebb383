"""How large each part of a model file may be: as its architecture makes it, so that what is trained can be kept, and a
file of unknown origin costs no more than the network that it says it holds."""

from __future__ import annotations

from dataclasses import dataclass

from clothier.bundle.tensors import MOST_HEADER
from clothier.bundle.wire import MOST_BESIDES
from clothier.errors import BundleError
from clothier.models import shapes
from clothier.models.plan import MOST_HEAD_UNITS, MOST_SIDE, MOST_TRUNKS, Plan

# Bytes of arrays: ONNX keeps a graph in one message, which ends at 2 GiB, and there a zip becomes a zip64. The rest is
# for what else there is.
MOST_BYTES = 2**31 - 2**27
MOST_VALUES = 2**32  # of all activations of one image: 16 GiB
MOST_WORK = 2**42  # multiplications for one image: minutes
# What a graph of any network may cost: VGG19 has 30 million values and 9 thousand million multiplications.
_FREE_VALUES = 2**26
_FREE_WORK = 2**36
_FREE_STATISTICS = 32 * 2**20
_VIEWS = {"image": 1, "mirror": 2, "mirror+shift": 6}  # how many a recipe takes of an image


@dataclass(frozen=True)
class Bounds:
    """In bytes, `graph`, `weights` and `statistics`; of one image, `values` of all activations, and `work` in
    multiplications. `network` is how many bytes its weights have in float32, and `whole` whether they fit in twice, in
    the graph and beside it; `memory` is what running it takes, about."""

    network: int
    memory: int
    whole: bool
    graph: int
    weights: int
    statistics: int
    values: int
    work: int


def of(plan: Plan) -> Bounds:
    """The bounds of a plan; BundleError for a network that no model file can hold."""
    size, width = shapes.size(plan), shapes.num_features(plan)
    statistics = 4 * width * (width + plan.num_classes)  # as calibrate.Statistics has them
    for what, given, most in (
        ("bytes of weights and statistics", size.weight_bytes + statistics, MOST_BYTES),
        ("activations an image", size.activations, MOST_VALUES),
        ("multiplications an image", size.multiplications, MOST_WORK),
    ):
        _refuse_more(what, given, most)
    # Rounding, scaling and bytes in place of floats make several values of each; a graph in bytes makes its weights.
    views = _VIEWS[plan.views]
    values = _FREE_VALUES + views * 4 * size.activations + 2 * size.weights
    work = _FREE_WORK + views * 2 * size.multiplications
    return Bounds(
        network=size.weight_bytes,
        memory=2 * size.weight_bytes + 4 * size.activations,
        whole=2 * size.weight_bytes + statistics <= MOST_BYTES,
        graph=size.weight_bytes + MOST_BESIDES + 4 * 2 * (1 + views) * _longest(plan) ** 2,
        weights=size.weight_bytes + MOST_HEADER,
        statistics=_FREE_STATISTICS + statistics,
        values=values,
        work=work,
    )


def check(plan: Plan) -> None:
    """BundleError for a plan that no model file can hold, to be known before it is trained: what `Plan.read` and `of`
    refuse in a file."""
    trunks, below = 0, plan
    while below.trunk is not None:
        trunks, below = trunks + 1, below.trunk
    _refuse_more("pixels a side", max(plan.image_shape[:2]), MOST_SIDE)
    _refuse_more("units in its head", plan.head_units, MOST_HEAD_UNITS)
    _refuse_more("heads, one on the other", trunks, MOST_TRUNKS)
    of(plan)


def _refuse_more(what: str, given: int, most: int) -> None:
    if given > most:
        raise BundleError(f"has {given:,} {what}, more than the {most:,} that a model file holds")


def _longest(plan: Plan) -> int:
    """The longest side of images on their way: moving and resizing them are products with matrices of so many rows."""
    own = max(*plan.image_shape[:2], 150)  # that of VGG19
    return max(own, _longest(plan.trunk)) if plan.trunk else own
