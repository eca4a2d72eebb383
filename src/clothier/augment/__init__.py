"""uint8 batches -> uint8 batches, with the dice apart from the pixels.

To add a policy: one file with `throw(rng, images) -> dice` and `move(images, dice) -> images`, and where images are
mixed `mix(labels, dice) -> Mixed`; one line in POLICIES.
"""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

import numpy as np

from clothier.augment import (
    alternate_flip,
    article,
    corruptions,
    crop_flip,
    cutmix,
    erase,
    mixup,
    photo,
    shift,
    snapshot,
    wild,
)
from clothier.augment.policy import Policy, Visit, chain
from clothier.errors import InputError, unknown_name
from clothier.values import Images, Labels, Mixed

CUSTOM = "custom"  # the name of a policy that is not in the table
_CALL = ("rng", "images", "labels", "visit")  # what a policy is called with
_NUM_TRIED = 6  # images that a custom policy is tried on

POLICIES: dict[str, Policy] = {
    "alternate-flip": Policy(alternate_flip.throw, alternate_flip.move, throw_for=alternate_flip.throw_for),
    "article": Policy(article.throw, article.move),
    "corruptions": Policy(corruptions.throw, corruptions.move),
    "crop-flip": Policy(crop_flip.throw, crop_flip.move),
    "cutmix": Policy(cutmix.throw, cutmix.move, cutmix.mix),
    "erase": Policy(erase.throw, erase.move),
    "mixup": Policy(mixup.throw, mixup.move, mixup.mix),
    "photo": Policy(photo.throw, photo.move),
    "shift": Policy(shift.throw, shift.move),
    "snapshot": Policy(snapshot.throw, snapshot.move),
    "wild": Policy(wild.throw, wild.move),
}


def get(name: str) -> Policy:
    """The policy of that name, or several joined by +, applied in that order: "crop-flip+erase+cutmix".

    Raises InputError for an unknown name (naming the nearest) or for two policies that mix images.
    """
    names = name.split("+")
    for one in names:
        if one not in POLICIES:
            raise unknown_name("augmentation policy", one, POLICIES)
    if len(names) == 1:
        return POLICIES[name]
    mixing = [one for one in names if POLICIES[one].mix]
    if len(mixing) > 1:
        raise InputError(
            f"augmentation '{name}' mixes images twice ({', '.join(mixing)}); wanted at most one policy that mixes; "
            "leave the others out"
        )
    return chain([POLICIES[one] for one in names])


def name_of(policy: Any) -> str:
    """The qualified name of a policy that is not in the table: of its two functions, or of what is called."""
    parts = [policy.throw, policy.move] if isinstance(policy, Policy) else [policy]
    named = [part if hasattr(part, "__qualname__") else type(part) for part in parts]
    return " + ".join(f"{part.__module__}.{part.__qualname__}" for part in named)


def check(policy: Any, image_shape: tuple[int, int, int], num_classes: int) -> str:
    """SHA-256 hex digest of what the policy makes of known images, which tells it from other policies.

    InputError unless it turns uint8 images (n, *image_shape) and int64 labels (n,) into images of that shape and
    targets, the same for the same random draws.
    """
    if not callable(policy):
        raise InputError(
            f"augment is {policy!r:.80}; wanted the name of a policy, or a clothier.augment.Policy(throw, move)"
        )
    _check_functions(policy)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (_NUM_TRIED, *image_shape), np.uint8)
    labels = np.arange(_NUM_TRIED) % num_classes
    results = []
    for _ in range(2):
        visit = Visit(np.arange(_NUM_TRIED), 1, 0)
        results.append(policy(np.random.default_rng(1), images.copy(), labels.copy(), visit))
    name = (
        type(policy).__name__ if isinstance(policy, Policy) else getattr(policy, "__qualname__", repr(policy))
    )
    for result in results:
        _check_result(name, result, images, labels)
    if not np.array_equal(results[0][0], results[1][0]):
        raise InputError(
            f"augmentation {name} gives other images for the same random draws, so that a run could not be resumed; "
            "wanted one that draws from the generator it is given"
        )
    moved, targets = results[0]
    mixed = [targets.labels, targets.others, targets.shares] if isinstance(targets, Mixed) else [targets]
    content = b"".join(np.ascontiguousarray(array).tobytes() for array in [moved, *mixed])
    return hashlib.sha256(content).hexdigest()


def _check_functions(policy: Any) -> None:
    """Raise InputError for functions that do not take the arguments of a policy's functions."""
    functions: dict[str, tuple[Any, tuple[str, ...]]] = {"augment": (policy, _CALL)}
    if isinstance(policy, Policy):
        functions = {"throw": (policy.throw, ("rng", "images")), "move": (policy.move, ("images", "dice"))}
    for name, (function, arguments) in functions.items():
        wanted = f"wanted a function ({', '.join(arguments)})"
        if not callable(function):
            raise InputError(f"{name} is {function!r:.80}; {wanted}")
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError as error:
            raise InputError(
                f"{name} cannot be called with ({', '.join(arguments)}): {error}; {wanted}"
            ) from None
        except ValueError:  # a function of C without a signature
            pass


def _check_result(name: str, result: Any, images: Images, labels: Labels) -> None:
    if not isinstance(result, tuple) or len(result) != 2:
        raise InputError(f"augmentation {name} returned {type(result).__name__}; wanted (images, labels)")
    moved, targets = np.asarray(result[0]), result[1]
    if moved.dtype != np.uint8 or moved.shape != images.shape:
        raise InputError(
            f"augmentation {name} returned images {moved.dtype} {moved.shape}; wanted uint8 {images.shape}"
        )
    numbers = np.asarray(targets.labels if isinstance(targets, Mixed) else targets)
    if numbers.dtype != np.int64 or numbers.shape != labels.shape:
        raise InputError(
            f"augmentation {name} returned labels {numbers.dtype} {numbers.shape}; wanted int64 {labels.shape}, or "
            "clothier.values.Mixed"
        )


__all__ = ["CUSTOM", "POLICIES", "Policy", "Visit", "check", "get", "name_of"]
