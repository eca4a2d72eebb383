"""A run to export: trained for two epochs, so that its labels are not all one."""

from __future__ import annotations

import pytest

from clothier import export, recipes, training
from clothier.reports import grids
from clothier.runs import Run
from clothier.values import Dataset


@pytest.fixture(scope="session")
def run(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    changes = {"epochs": 2, "augmented_epochs": 0, "batch_size": 32, "views": "mirror+shift"}
    made = Run.create("cnn1", tmp_path_factory.mktemp("runs"))
    training.train(recipes.change(recipes.get("cnn1"), changes), tiny, made)
    grids.keep(made, tiny.split("test"))
    export.write_model_file(made, tiny)
    return made
