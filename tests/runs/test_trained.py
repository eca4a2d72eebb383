from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier import recipes, training
from clothier.errors import InputError, RunError
from clothier.runs import Run, checkpoint, trained
from clothier.values import Dataset, Predictions


@pytest.fixture(scope="module")
def run(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run.create("cnn1", tmp_path_factory.mktemp("runs"))
    recipe = recipes.change(recipes.get("cnn1"), {"epochs": 3, "augmented_epochs": 0, "learning_rate": 0.05})
    training.train(recipe, tiny, run)
    return run


def test_the_last_weights_give_the_runs_own_predictions(run: Run, tiny: Dataset) -> None:
    logits = np.asarray(trained.load(run)(tiny.split("test").images, training=False))
    assert np.array_equal(Predictions(logits).labels, run.read_predictions()[1])


@pytest.mark.parametrize("change", [{"recipe": {"seed": 14}}, {"fingerprint": "0" * 64}])
def test_the_checkpoint_of_another_run_is_refused(run: Run, tmp_path: Path, change: dict[str, Any]) -> None:
    shutil.copytree(run.path, tmp_path / "copy")
    copy = Run(tmp_path / "copy")
    state = checkpoint.load(run.last_checkpoint)
    if "recipe" in change:
        change = {"recipe": {**state.recipe, **change["recipe"]}}
    checkpoint.save(copy.last_checkpoint, replace(state, **change))
    with pytest.raises(RunError) as caught:
        trained.load(copy)
    assert str(caught.value) == (
        f"{copy.last_checkpoint} is of another run than recipe.json beside it; wanted the run's own; put it back, or "
        "train again"
    )


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
    bare.write_description(run.description())
    with pytest.raises(RunError, match=r"last\.safetensors is missing; wanted a checkpoint"):
        trained.load(bare)


def test_the_test_images_get_the_runs_own_predictions(run: Run, tiny: Dataset) -> None:
    predictions = trained.predict(run, tiny.split("test").images)
    labels, predicted, probabilities = run.read_predictions()
    assert np.array_equal(labels, tiny.split("test").labels)
    assert np.array_equal(predictions.labels, predicted)
    np.testing.assert_allclose(predictions.probabilities.max(axis=1), probabilities, atol=1e-6)


@pytest.mark.parametrize("which", ["last", "best"])
def test_one_image_is_judged_as_among_many_with_the_weights_asked_for(
    run: Run, tiny: Dataset, which: str
) -> None:
    images = tiny.split("test").images
    together = Predictions(np.asarray(trained.load(run, which)(images, training=False)))
    alone = trained.predict(run, images[7:8], which)
    np.testing.assert_allclose(alone.logits[0], together.logits[7], rtol=1e-4, atol=1e-5)


def test_images_of_another_shape_are_refused(run: Run, tiny: Dataset, tmp_path: Path) -> None:
    wanted = (
        r"^images are \(90, 6, 12, 1\); cnn1-1 was trained on images of \(12, 12, 1\); wanted one or more of"
    )
    with pytest.raises(InputError, match=wanted):
        trained.predict(run, tiny.split("test").images[:, ::2])
    with pytest.raises(InputError, match=r"^images are \(0, 12, 12, 1\); "):
        trained.predict(run, tiny.split("test").images[:0])
