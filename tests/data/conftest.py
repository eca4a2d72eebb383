"""Tiny data sets on disk."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clothier.data import idx
from clothier.values import Images, Labels

SavePicture = Callable[..., Path]
WriteIdx = Callable[..., Path]


@pytest.fixture
def save_picture() -> SavePicture:
    """save_picture(path, tone=0, size=(24, 18), mode="RGB"): a picture of one tone."""

    def save(path: Path, tone: int = 0, size: tuple[int, int] = (24, 18), mode: str = "RGB") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size, tone if mode == "L" else (tone, tone // 2, 0)).save(path)
        return path

    return save


@pytest.fixture
def photo_folder(save_picture: SavePicture) -> Callable[[Path, Mapping[str, int]], Path]:
    """photo_folder(root, {"hat": 6, ...}): that many PNG files a class; tone = 10 * class + number."""

    def make(root: Path, counts: Mapping[str, int]) -> Path:
        for place, (name, count) in enumerate(counts.items()):
            for number in range(count):
                save_picture(root / name / f"{number:02}.png", 10 * place + number)
        return root

    return make


@pytest.fixture
def write_idx() -> WriteIdx:
    """write_idx(path, array): the IDX file of a uint8 array, packed where the name ends in .gz."""

    def write(path: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = idx.header(array.shape) + array.tobytes()
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path

    return write


@pytest.fixture
def digits() -> Callable[..., tuple[Images, Labels]]:
    """digits(num_images, seed): noise uint8 (n, 6, 6) and labels uint8 0, 1, 2, 0, 1, 2, ..."""

    def draw(num_images: int = 30, seed: int = 0) -> tuple[Images, Labels]:
        rng = np.random.default_rng(seed)
        labels = np.arange(num_images) % 3
        return rng.integers(0, 256, (num_images, 6, 6), dtype=np.uint8), labels.astype(np.uint8)

    return draw
