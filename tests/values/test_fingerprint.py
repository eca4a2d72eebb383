from __future__ import annotations

import hashlib

import numpy as np
import pytest

from clothier.values import Split
from clothier.values.fingerprint import by_split, fingerprint


def split(first: int = 0, num_images: int = 2) -> Split:
    images = np.arange(first, first + num_images * 12, dtype=np.uint8).reshape(num_images, 2, 2, 3)
    return Split(images, np.arange(num_images, dtype=np.int64))


def test_a_golden_value() -> None:
    # Computed by hand from the definition, so that a change of platform or NumPy shows:
    images = hashlib.sha256(bytes(range(24))).hexdigest()
    labels = hashlib.sha256(bytes([0] * 8 + [1] + [0] * 7)).hexdigest()
    text = f'train images (2, 2, 2, 3) uint8 {images}\ntrain labels (2,) int64 {labels}\n["a", "b"]'
    golden = "f5f32030d358f355fb693ebea3dc505abcfb880a0c73525a14357e4a12ab57f9"
    assert hashlib.sha256(text.encode()).hexdigest() == golden
    assert fingerprint({"train": split()}, ("a", "b")) == golden


def test_known_digests_of_images_give_the_same() -> None:
    splits = {"train": split(), "test": split(5)}
    known = {name: hashlib.sha256(part.images.tobytes()).hexdigest() for name, part in splits.items()}
    assert fingerprint(splits, ("a", "b"), known) == fingerprint(splits, ("a", "b"))


def test_memory_layout_does_not_matter() -> None:
    turned = split().images.swapaxes(1, 2)
    loose, tight = Split(turned, split().labels), Split(turned.copy(), split().labels)
    assert fingerprint({"train": loose}, "ab") == fingerprint({"train": tight}, "ab")


@pytest.mark.parametrize(
    "other",
    [
        ({"train": split(1)}, ("a", "b")),
        ({"train": split(num_images=1)}, ("a", "b")),
        ({"train": Split(split().images, split().labels[::-1])}, ("a", "b")),
        ({"train": Split(split().images.reshape(2, 1, 4, 3), split().labels)}, ("a", "b")),
        ({"test": split()}, ("a", "b")),
        ({"train": split(), "test": split()}, ("a", "b")),
        ({"train": split()}, ("b", "a")),
        ({"train": split()}, ("ab",)),
    ],
)
def test_any_difference_shows(other: tuple[dict[str, Split], tuple[str, ...]]) -> None:
    assert fingerprint(*other) != fingerprint({"train": split()}, ("a", "b"))


def test_a_split_by_itself_does_not_depend_on_the_others() -> None:
    one = by_split({"train": split(), "test": split(5)}, ("a", "b"))
    other = by_split({"train": split(1), "test": split(5)}, ("a", "b"))
    assert one["test"] == other["test"] == fingerprint({"test": split(5)}, ("a", "b"))
    assert one["train"] != other["train"]
    assert by_split({"test": split(5)}, ("b", "a")) != {"test": one["test"]}
