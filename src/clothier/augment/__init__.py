"""uint8 batches -> uint8 batches, with the dice apart from the pixels.

To add a policy: one file with `throw(rng, images) -> dice` and `move(images, dice) -> images`, and where images are
mixed `mix(labels, dice) -> Mixed`; one line in POLICIES.
"""

from __future__ import annotations

from clothier.augment import alternate_flip, article, crop_flip, cutmix, erase, mixup, photo, shift, wild
from clothier.augment.policy import Policy, Visit, chain
from clothier.errors import InputError, unknown_name

POLICIES: dict[str, Policy] = {
    "alternate-flip": Policy(alternate_flip.throw, alternate_flip.move, throw_for=alternate_flip.throw_for),
    "article": Policy(article.throw, article.move),
    "crop-flip": Policy(crop_flip.throw, crop_flip.move),
    "cutmix": Policy(cutmix.throw, cutmix.move, cutmix.mix),
    "erase": Policy(erase.throw, erase.move),
    "mixup": Policy(mixup.throw, mixup.move, mixup.mix),
    "photo": Policy(photo.throw, photo.move),
    "shift": Policy(shift.throw, shift.move),
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


__all__ = ["POLICIES", "Policy", "Visit", "get"]
