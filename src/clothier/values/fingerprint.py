"""A data set's fingerprint: equal data, equal digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np

from clothier.values.arrays import Images, release
from clothier.values.examples import Split

BLOCK = 1000  # images hashed together


def fingerprint(
    splits: Mapping[str, Split], class_names: Sequence[str], image_digests: Mapping[str, str] | None = None
) -> str:
    """SHA-256 hex digest over name, shape, dtype and bytes of each split's images and labels, in order, and over
    the class names. It is the same on every platform.

    `image_digests` holds the SHA-256 of the images' bytes by split, where that is known already.
    """
    known = image_digests or {}
    total = hashlib.sha256()
    for name, split in splits.items():
        images = known.get(name) or digest_of(split.images)
        labels = hashlib.sha256(np.ascontiguousarray(split.labels, dtype="<i8").data).hexdigest()
        total.update(f"{name} images {split.images.shape} uint8 {images}\n".encode())
        total.update(f"{name} labels {split.labels.shape} int64 {labels}\n".encode())
    total.update(json.dumps(list(class_names)).encode())
    return total.hexdigest()


def digest_of(images: Images) -> str:
    """SHA-256 hex digest of the images' bytes, in blocks, so that memory stays flat where they are mapped."""
    digest = hashlib.sha256()
    for start in range(0, len(images), BLOCK):
        digest.update(np.ascontiguousarray(images[start : start + BLOCK]).data)
        release(images)
    return digest.hexdigest()


def by_split(splits: Mapping[str, Split], class_names: Sequence[str]) -> dict[str, str]:
    """The fingerprint of each split by itself: equal where only the other splits differ."""
    return {name: fingerprint({name: split}, class_names) for name, split in splits.items()}
