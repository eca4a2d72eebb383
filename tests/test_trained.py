from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clothier import checkpoint, recipes, report, train, trained
from clothier.errors import InputError, RunError
from clothier.runs import Run
from clothier.values import Dataset, Predictions


@pytest.fixture(scope="module")
def run(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run.create("cnn1", tmp_path_factory.mktemp("runs"))
    recipe = recipes.change(recipes.get("cnn1"), {"epochs": 3, "augmented_epochs": 0, "learning_rate": 0.05})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "write_figures", lambda *_: [])
        patch.setattr(report, "render", lambda run: "")
        train.train(recipe, tiny, run)
    return run


def test_the_last_weights_give_the_runs_own_predictions(run: Run, tiny: Dataset) -> None:
    logits = np.asarray(trained.load(run)(tiny.split("test").images, training=False))
    predicted = [int(line.split(",")[2]) for line in run.predictions_file.read_text().splitlines()[1:]]
    assert Predictions(logits).labels.tolist() == predicted


def test_the_best_weights_are_the_best_files(run: Run) -> None:
    best = checkpoint.load(run.last_checkpoint).best
    assert best
    tensors = checkpoint.load_weights(run.best_checkpoint(best.epoch))
    loaded = [np.asarray(weight) for weight in trained.load(run, "best").weights]
    for value, name in zip(loaded, sorted(tensors), strict=True):
        np.testing.assert_array_equal(value, tensors[name])


def test_wrong_words_and_missing_files(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^weights are 'first'; wanted one of best, last$"):
        trained.load(run, "first")
    bare = Run(tmp_path)
    bare.write_recipe(run.read_recipe())
    with pytest.raises(RunError, match=r"last\.safetensors is missing; wanted a checkpoint"):
        trained.load(bare)
