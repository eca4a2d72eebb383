"""A cache of decoded photos in a folder of a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clothier.data.cache import photos as cache
from clothier.data.cache.photos import DecodedPhotos, Photo

Save = Callable[..., Path]
Splits = dict[str, list[Photo]]


def decoded(
    splits: Splits, folder: Path, size: tuple[int, int] = (8, 10), crop: str = "pad"
) -> DecodedPhotos:
    return cache.decoded(splits, size, crop, [folder / "kept"], lambda *_: None)


def kept(folder: Path) -> list[str]:
    """The endings of what lies in the cache."""
    return sorted(path.suffix for path in (folder / "kept").iterdir() if path.name != "lock")


TIME = (315532800 * 10**9, 315532800 * 10**9)  # 1980-01-01, as reproducible archives have it
