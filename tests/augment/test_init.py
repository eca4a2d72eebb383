"""What every policy owes, and the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clothier import augment
from clothier.errors import InputError
from clothier.values import Images, Mixed


def _images(num: int, height: int, width: int, channels: int) -> Images:
    shape = (num, height, width, channels)
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("name", augment.POLICIES)
@pytest.mark.parametrize("shape", [(64, 28, 28, 1), (64, 17, 12, 3), (1, 1, 1, 1), (2, 1, 40, 3)])
def test_every_policy_is_a_function_of_its_generator_and_leaves_its_input_alone(
    name: str, shape: tuple[int, int, int, int]
) -> None:
    images, labels = _images(*shape), np.arange(shape[0])
    before = images.copy()
    first, again, other = (
        augment.get(name)(np.random.default_rng(seed), images, labels) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(first[0], again[0])
    assert first[0].dtype == np.uint8
    assert first[0].shape == images.shape
    assert len(first[1]) == len(labels)
    if shape[0] == 64:
        assert (first[0] != other[0]).any()
        assert (first[0] != images).any()


@pytest.mark.parametrize("name", augment.POLICIES)
def test_images_that_lie_apart_in_memory_move_like_those_side_by_side(name: str) -> None:
    images, labels = _images(40, 12, 12, 3), np.zeros(40, np.int64)
    apart = np.asfortranarray(images)
    moved, _ = augment.get(name)(np.random.default_rng(1), apart, labels)
    np.testing.assert_array_equal(moved, augment.get(name)(np.random.default_rng(1), images, labels)[0])


@pytest.mark.parametrize("name", ["article", "crop-flip", "erase", "photo"])
def test_each_image_gets_dice_of_its_own(name: str) -> None:
    same = _images(1, 28, 28, 3).repeat(64, 0)
    moved, _ = augment.get(name)(np.random.default_rng(1), same, np.zeros(64, np.int64))
    # Random erasing leaves half of them whole; pad and crop knows 9 x 9 places and a mirror.
    assert len(np.unique(moved, axis=0)) > {"erase": 20, "crop-flip": 40}.get(name, 63)


@pytest.mark.parametrize("name", augment.POLICIES)
def test_only_policies_that_mix_images_mix_labels(name: str) -> None:
    labels = np.arange(64)
    _, targets = augment.get(name)(np.random.default_rng(1), _images(64, 8, 8, 1), labels)
    if augment.POLICIES[name].mix is None:
        assert targets is labels
        return
    assert isinstance(targets, Mixed)
    np.testing.assert_array_equal(targets.labels, labels)
    assert set(targets.others) <= set(labels)
    assert (targets.others != labels).any()
    assert targets.shares.dtype == np.float32
    assert 0 <= targets.shares.min() < targets.shares.max() <= 1


def test_unknown_policy() -> None:
    with pytest.raises(InputError) as caught:
        augment.get("cutmx")
    known = ", ".join(sorted(augment.POLICIES))
    assert str(caught.value) == f"unknown augmentation policy 'cutmx'; known: {known}; did you mean 'cutmix'?"


@pytest.mark.parametrize("policy", [*(augment.POLICIES.values()), lambda rng, x, y, visit: (x[:, ::-1], y)])
def test_custom_policies_that_are_taken(policy: Any) -> None:
    augment.check(policy, (12, 12, 1), 3)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (7, "augment is 7; wanted the name of a policy, or a clothier.augment.Policy(throw, move)"),
        (lambda rng, x, y, visit: x, "augmentation <lambda> returned ndarray; wanted (images, labels)"),
        (lambda rng, x, y, visit: (x / 255, y),
         "augmentation <lambda> returned images float64 (6, 12, 12, 1); wanted uint8 (6, 12, 12, 1)"),
        (lambda rng, x, y, visit: (x[:, 1:], y),
         "augmentation <lambda> returned images uint8 (6, 11, 12, 1); wanted uint8 (6, 12, 12, 1)"),
        (lambda rng, x, y, visit: (x, y[:2]),
         "augmentation <lambda> returned labels int64 (2,); wanted int64 (6,), or clothier.values.Mixed"),
        (lambda rng, x, y, visit: (np.random.default_rng().permuted(x, axis=1), y),
         "augmentation <lambda> gives other images for the same random draws, so that a run could not be resumed; "
         "wanted one that draws from the generator it is given"),
        (augment.Policy(lambda rng, images: None, lambda images, dice: images.astype(float)),
         "augmentation Policy returned images float64 (6, 12, 12, 1); wanted uint8 (6, 12, 12, 1)"),
    ],
)  # fmt: skip
def test_custom_policies_that_are_not_taken(policy: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        augment.check(policy, (12, 12, 1), 3)
    assert str(caught.value).replace(f"{test_custom_policies_that_are_not_taken.__module__}.", "") == message


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (
            lambda images: images,
            "augment cannot be called with (rng, images, labels, visit): too many positional arguments; "
            "wanted a function (rng, images, labels, visit)",
        ),
        (augment.Policy(3, 4), "throw is 3; wanted a function (rng, images)"),  # type: ignore[arg-type]
        (
            augment.Policy(lambda rng: 1, lambda images, dice: images),  # type: ignore[arg-type,misc]
            "throw cannot be called with (rng, images): too many positional arguments; "
            "wanted a function (rng, images)",
        ),
        (
            augment.Policy(lambda rng, images: 1, lambda images: images),  # type: ignore[arg-type,misc]
            "move cannot be called with (images, dice): too many positional arguments; "
            "wanted a function (images, dice)",
        ),
    ],
)
def test_functions_with_other_arguments_are_refused_in_one_line(policy: Any, told: str) -> None:
    with pytest.raises(InputError) as caught:
        augment.check(policy, (12, 12, 1), 3)
    assert str(caught.value) == told
