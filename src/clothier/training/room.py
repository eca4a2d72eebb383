"""Whether a network can be trained here and kept, to be known before its first epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from clothier import backend
from clothier.bundle import bounds
from clothier.errors import BundleError, InputError
from clothier.models import size, smallest_side
from clothier.models.plan import MOST_SIDE, Plan
from clothier.models.table import CUSTOM
from clothier.recipes import Recipe
from clothier.system import memory
from clothier.training import stages

# Measured with Adam in float32 on TensorFlow (benchmarks/train/memory.py): `needed` is within a fifth of the peak
# where that is large. A step holds weights, gradients, the optimiser's two moments and the twin that judges, and each
# activation with its gradient; at the end, the model file's network, graph and zip are made while all these are there.
_HELD_IN_A_STEP = 5
_HELD_AT_THE_END = 13
_ACTIVATIONS = 2
_HELD_IN_A_MODEL_FILE = 8
_SQUARES = 48  # bytes for each pair of features while their covariances are inverted
_LIBRARIES = 400 * 2**20  # bytes that the libraries take
_SMALL = 2**28  # what is worth no refusal: free memory is an estimate too


def check(recipe: Recipe, plan: Plan, num_images: int) -> None:
    """InputError for a network that no model file can hold, or that takes more memory to train than there is.

    `num_images` is the size of the training split.
    """
    if plan.trunk is None and min(plan.image_shape[:2]) < smallest_side(plan.model):
        return  # building it says so
    try:
        bounds.check(plan, size.of_plan(plan))
    except BundleError as error:
        raise InputError(f"{_named(plan)} {error}; {_smaller(plan, _is_kept)}") from None
    need, free = needed(recipe, plan, num_images), memory.available()
    if free is None or need <= max(free, _SMALL + _LIBRARIES) or backend.name() != "tensorflow":
        return  # on a GPU, memory is its own

    def fits(smaller: Plan) -> bool:
        return _is_kept(smaller) and needed(recipe, smaller, num_images) <= free

    most = _largest(1, recipe.batch_size, lambda count: needed(recipe, plan, min(num_images, count)) <= free)
    batch = f", or --set batch_size={most}" if 0 < most < min(recipe.batch_size, num_images) else ""
    raise InputError(
        f"{_named(plan)} takes about {_gigabytes(need)} of memory to train; {_gigabytes(free)} are free; "
        f"{_smaller(plan, fits)}{batch}"
    )


def needed(recipe: Recipe, plan: Plan, num_images: int) -> int:
    """Bytes that training takes at its peak, about, beside the data."""
    network, batch = size.of_plan(plan), recipe.batch_size
    weights = network.weight_bytes
    file = _HELD_IN_A_MODEL_FILE * weights + _SQUARES * network.features**2
    if plan.has_base and not recipe.fine_tune_epochs:
        # The base stands still: it is there, and its activations are those of one layer after the other.
        base = size.base_bytes(plan)
        head = weights - base
        return max(3 * base + _HELD_AT_THE_END * head + 2**28, file) + _LIBRARIES
    activations = network.activations
    if plan.has_base:
        batch = recipe.fine_tune_batch_size
        if cut := stages.cut(recipe):
            activations = size.activations_above(plan, cut)
    step = _HELD_IN_A_STEP * weights + _ACTIVATIONS * 4 * activations * min(batch, num_images)
    return max(step, _HELD_AT_THE_END * weights, file) + _LIBRARIES


def _is_kept(plan: Plan) -> bool:
    try:
        bounds.check(plan, size.of_plan(plan))
    except InputError:  # also of images too small for the network
        return False
    return True


def _smaller(plan: Plan, fits: Callable[[Plan], bool]) -> str:
    """What to do, with the largest images that do fit."""
    if plan.model == CUSTOM:
        return "wanted a smaller network, or smaller images"
    height, width, channels = plan.image_shape

    def of(side: int) -> Plan:
        return replace(plan, image_shape=(max(1, side * height // width), side, channels))

    least = smallest_side(plan.model)
    side = _largest(least, min(width, MOST_SIDE), lambda side: fits(of(side)))
    if side < least or (plan.has_base and side == width):
        return "wanted a smaller network; choose another recipe"
    sides = f"{of(side).image_shape[0]}x{side}" if height != width else f"{side}"
    return f"wanted smaller images, such as --image-size {sides}"


def _largest(least: int, most: int, fits: Callable[[int], bool]) -> int:
    """The largest number from `least` to `most` that fits; one less than `least` where none does."""
    low, high = least - 1, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _named(plan: Plan) -> str:
    height, width, _ = plan.image_shape
    return f"{plan.model} on images of {height}x{width} pixels"


def _gigabytes(size: int) -> str:
    return f"{size / 10**9:.1f} GB"
