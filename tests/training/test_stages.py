"""A head on a frozen base, then both together: what such a run leaves behind, and that stopping it changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.killing import train_until_killed
from support.small_runs import fresh, state

from clothier import bundle, export, recipes, training
from clothier.errors import InterruptedRunError, RunError
from clothier.models.plan import Plan
from clothier.predict import Predictor
from clothier.recipes import Recipe
from clothier.runs import Parameters, Run, checkpoint, trained
from clothier.training import stages
from clothier.values import Dataset, Predictions


@pytest.fixture(scope="module")
def below(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run that is stood on: it tells rows from columns."""
    run = Run.create("cnn1", tmp_path_factory.mktemp("below"))
    recipe = recipes.change(
        recipes.get("cnn1"),
        {"epochs": 8, "augmented_epochs": 0, "learning_rate": 3e-3, "precision": "float32"},
    )
    training.train(recipe, tiny, run)
    return run


def _recipe(below: Run, **changes: Any) -> Recipe:
    values = {"base": str(below.path), "model": "cnn1", "epochs": 2, "fine_tune_epochs": 2, "batch_size": 30}
    return recipes.change(
        recipes.get("transfer"), {**values, "head_units": 16, "precision": "float32", **changes}
    )


@pytest.fixture(scope="module")
def finished(below: Run, photos: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        return fresh(photos, root, _recipe(below))


def test_what_a_run_leaves_behind(finished: Run, below: Run) -> None:
    rows = finished.read_history()
    assert [(row.epoch, row.phase) for row in rows] == [
        (1, "plain"), (2, "plain"), (3, "fine-tuned"), (4, "fine-tuned"),
    ]  # fmt: skip
    assert [row.learning_rate for row in rows] == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4])
    assert [(phase.name, phase.epochs) for phase in finished.read_scores()] == [
        ("plain", 2),
        ("fine-tuned", 4),
    ]
    content = finished.description()
    assert content.base
    assert content.network
    assert content.network.trunk
    assert content.base.kind == "run"
    assert content.base.sha256 == checkpoint.digest(checkpoint.load_weights(finished.base_file))
    assert content.network.trunk.image_shape == (12, 12, 1)
    conv, dense, logits = (9 + 1) * 32, (800 + 1) * 16, (16 + 1) * 3
    assert content.model == Parameters(conv + dense + logits, dense + logits)


def test_it_learns_from_few_photos_on_a_base_that_knows(below: Run, photos: Dataset, tmp_path: Path) -> None:
    run = fresh(photos, tmp_path, _recipe(below, epochs=40, fine_tune_epochs=0, learning_rate=3e-3))
    assert run.read_scores()[0].validation
    assert run.read_scores()[0].train.accuracy > 0.85


@pytest.mark.parametrize("fine_tune_epochs", [0, 2])
def test_the_network_loads_whole(below: Run, photos: Dataset, tmp_path: Path, fine_tune_epochs: int) -> None:
    """From photo to logits in float32, where the scores came by way of features in float16: the same classes but for
    ties, also without the run it stands on and without the cache."""
    moved = Run(tmp_path / "moved")
    shutil.copytree(below.path, moved.path)
    run = fresh(photos, tmp_path, _recipe(moved, fine_tune_epochs=fine_tune_epochs))
    shutil.rmtree(moved.path)
    shutil.rmtree(tmp_path / "cache" / "clothier" / "features")
    logits = np.asarray(trained.load(run)(photos.split("test").images, training=False))
    _, predicted, kept = run.read_predictions()
    predictions = Predictions(logits, trained.temperature(run))
    probabilities = predictions.probabilities.max(axis=1)
    np.testing.assert_allclose(probabilities, kept, atol=0.02)
    agree = predictions.labels == predicted
    assert agree.mean() > 0.95
    best = checkpoint.load(run.last_checkpoint).best
    assert best
    assert trained.load(run, "best").output_shape == (None, 3)


def test_its_model_file_predicts_alike(finished: Run, photos: Dataset, tmp_path: Path) -> None:
    path, images = tmp_path / "model.clothier", photos.split("test").images
    bundle.write(path, export.bundle_of(finished, photos))
    logits, _ = Predictor(bundle.read(path), 1).outputs(images)
    wanted = np.asarray(trained.load(finished)(images, training=False))
    np.testing.assert_allclose(logits, wanted, rtol=1e-4, atol=1e-4)


def test_the_frozen_base_stays_and_then_moves(finished: Run, below: Run) -> None:
    old = trained.load(below).get_layer("conv1").get_weights()
    new = trained.load(finished).get_layer("conv1").get_weights()
    frozen = list(checkpoint.load_weights(finished.base_file).values())
    for before, kept, after in zip(old, frozen, new, strict=True):
        np.testing.assert_array_equal(before, kept)
        assert 0 < np.abs(after - before).max() < 0.01


def test_a_run_on_a_base_is_a_base_too(finished: Run, photos: Dataset, tmp_path: Path) -> None:
    run = fresh(photos, tmp_path, _recipe(finished, fine_tune_epochs=1, base_end="logits"))
    assert trained.load(run).get_layer("head1_dense").units == 16
    assert trained.plan(run).depth == 2


def test_the_same_recipe_seed_and_data_give_the_same_bits(
    finished: Run, below: Run, photos: Dataset, tmp_path: Path
) -> None:
    assert state(fresh(photos, tmp_path, _recipe(below))) == state(finished)
    assert state(fresh(photos, tmp_path, _recipe(below, seed=14)))[0] != state(finished)[0]


def test_killed_anywhere_it_resumes_to_the_same_bits(
    finished: Run, below: Run, photos: Dataset, tmp_path: Path
) -> None:
    recipe = _recipe(below)
    total = train_until_killed(training, recipe, photos, Run.create("count", tmp_path), fatal=10**9)
    assert total > 60
    for fatal in range(1, total + 1, 13):
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        run = Run.create("transfer", tmp_path)
        train_until_killed(training, recipe, photos, run, fatal)
        if not run.recipe_file.exists():
            continue  # nothing was begun yet: there is nothing to go on with
        training.resume(run, photos)
        assert state(run) == state(finished), f"killed at place {fatal} of {total}"


def test_stopped_while_features_are_extracted(below: Run, photos: Dataset, tmp_path: Path) -> None:
    class Stop(training.Watcher):
        def progress(self, what: str, done: int, total: int) -> None:
            assert what == "extracting features"
            raise KeyboardInterrupt

    run = Run.create("transfer", tmp_path)
    with pytest.raises(InterruptedRunError) as caught:
        training.train(_recipe(below), photos, run, watcher=Stop())
    assert str(caught.value) == (
        f"stopped with 0 of 4 epochs done and saved; continue with: clothier train --resume {run.path}"
    )


def test_resume_refuses_another_base(finished: Run, photos: Dataset, tmp_path: Path) -> None:
    run = Run(tmp_path / "copy")
    shutil.copytree(finished.path, run.path)
    checkpoint.save_weights(run.base_file, {"base/000": np.zeros(3, np.float32)})
    run.predictions_file.unlink()  # so that there is something to compute
    with pytest.raises(RunError) as caught:
        training.resume(run, photos)
    assert str(caught.value) == (
        f"{run.base_file} is not the base that recipe.json names; put it back, or train again"
    )


def test_fine_tuning_leaves_batch_normalisation_as_it_is() -> None:
    below = Plan("cnn4", (16, 16, 1), 3)
    recipe = recipes.change(recipes.get("transfer"), {"model": "cnn4", "precision": "float32"})
    stage = stages.fine_tuning(Plan.of(recipe, (16, 16, 1), 3, below), recipe, None)
    before = {layer.name: layer.get_weights() for layer in stage.model.layers}
    images = np.random.default_rng(1).integers(0, 256, (8, 16, 16, 1), dtype=np.uint8)
    stage.trainer.step(images, np.arange(8) % 3)
    for layer in stage.model.layers:
        moved = [bool((a != b).any()) for a, b in zip(before[layer.name], layer.get_weights(), strict=True)]
        assert moved == [not layer.name.startswith("norm")] * len(moved), layer.name
