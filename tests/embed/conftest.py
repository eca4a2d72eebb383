"""Runs of a second each, for what goes through networks; tests must not change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clothier import recipes, training
from clothier.runs import Run
from clothier.values import Dataset


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Run]]:
    """make(recipe, dataset, **changes): a run trained for an epoch or two."""
    root = tmp_path_factory.mktemp("runs")

    def made(recipe: str, dataset: Dataset, **changes: Any) -> Run:
        run = Run.create(recipe, root)
        settings = {"epochs": 2, "augmented_epochs": 0, "batch_size": 32, "learning_rate": 0.003, **changes}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
            training.train(recipes.change(recipes.get(recipe), settings), dataset, run)
        return run

    yield made


@pytest.fixture(scope="session")
def run(make: Callable[..., Run], tiny: Dataset) -> Run:
    return make("cnn1", tiny)


@pytest.fixture
def photos_folder(tmp_path: Path) -> Path:
    """Two photos of coats, one of a bag, one without a label, one that is none, and what is to be ignored."""
    import numpy as np
    from PIL import Image

    folder = tmp_path / "wardrobe"
    for name, colour in {
        "coats/a.png": (255, 0, 0),
        "coats/b.JPG": (0, 255, 0),
        "bags/c.png": (9, 9, 9),
        "d.png": (0, 0, 255),
        ".hidden/e.png": (1, 1, 1),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((20, 10, 3), colour, np.uint8)).save(folder / name)
    (folder / "coats" / "notes.txt").write_text("wool")
    return folder
