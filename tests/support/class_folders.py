"""Data sets of class folders: what is loaded, told and refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.data import LoadOptions, load
from clothier.errors import DataError
from clothier.values import Dataset

Save = Callable[..., Path]
MakeFolder = Callable[[Path, Mapping[str, int]], Path]


def loaded(root: Path, **options: Any) -> Dataset:
    chosen = LoadOptions(cache_dir=Path("cache"), image_size=(6, 8), **options)
    return load(f"folder:{root}", chosen)


def refusal(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        loaded(root)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def counts(dataset: Dataset) -> dict[str, list[int]]:
    return {name: np.bincount(split.labels).tolist() for name, split in dataset.splits().items()}


def told(root: Path, **options: Any) -> list[str]:
    """What is said while the data are read, but for where the cache lies."""
    said: list[str] = []
    loaded(root, warn=said.append, **options)
    return [sentence for sentence in said if "decoded photos are kept" not in sentence]
