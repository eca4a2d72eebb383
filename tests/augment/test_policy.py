"""Several policies as one."""

from __future__ import annotations

import numpy as np
import pytest

from clothier import augment
from clothier.augment.policy import Policy, chain
from clothier.errors import InputError
from clothier.values import Images, Labels, Mixed

IMAGES = np.random.default_rng(5).integers(0, 256, (64, 16, 16, 1), dtype=np.uint8)
LABELS = np.arange(64)


def _rng() -> np.random.Generator:
    return np.random.default_rng([1, 2])


def test_a_chain_is_its_policies_one_after_the_other_each_with_a_stream_of_its_own() -> None:
    names = ("crop-flip", "erase", "cutmix")
    images, targets = augment.get("+".join(names))(_rng(), IMAGES, LABELS)
    expected: Images = IMAGES
    goals: Labels | Mixed = LABELS
    for stream, name in zip(_rng().spawn(3), names, strict=True):
        expected, goals = augment.get(name)(stream, expected, LABELS)
    np.testing.assert_array_equal(images, expected)
    assert isinstance(targets, Mixed)
    assert isinstance(goals, Mixed)
    np.testing.assert_array_equal(targets.others, goals.others)
    np.testing.assert_array_equal(targets.shares, goals.shares)


def test_the_order_counts_and_labels_stay_where_nothing_mixes() -> None:
    first, targets = augment.get("crop-flip+erase")(_rng(), IMAGES, LABELS)
    other, _ = augment.get("erase+crop-flip")(_rng(), IMAGES, LABELS)
    assert targets is LABELS
    assert (first != other).any()


def test_the_dice_of_one_policy_do_not_depend_on_what_another_throws() -> None:
    def idle(rng: np.random.Generator, images: Images) -> None:
        rng.random(1000)

    busy = Policy(idle, lambda images, _: images)
    quiet = Policy(lambda *_: None, lambda images, _: images)
    erase = augment.POLICIES["erase"]
    one, other = (chain([first, erase])(_rng(), IMAGES, LABELS)[0] for first in (busy, quiet))
    np.testing.assert_array_equal(one, other)
    assert (one != IMAGES).any()


def test_a_policy_twice_throws_twice() -> None:
    once = augment.get("erase")(_rng(), IMAGES, LABELS)[0]
    twice = augment.get("erase+erase")(_rng(), IMAGES, LABELS)[0]
    assert (twice != IMAGES).any(axis=(1, 2, 3)).sum() > (once != IMAGES).any(axis=(1, 2, 3)).sum()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crop-flip+eras", "unknown augmentation policy 'eras'; known: alternate-flip, "),
        ("crop-flip+", "unknown augmentation policy ''; known: alternate-flip, "),
        (
            "cutmix+erase+mixup",
            "augmentation 'cutmix+erase+mixup' mixes images twice (cutmix, mixup); wanted at most one policy that "
            "mixes; leave the others out",
        ),
    ],
)
def test_what_cannot_be_joined_is_refused(name: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        augment.get(name)
    assert str(caught.value).startswith(words)
