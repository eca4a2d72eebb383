"""What a run does and leaves behind."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import stripes
from support.small_runs import RECIPE, STRONG, fresh, state

from clothier import backend, evaluate, recipes, runs, training
from clothier.errors import InputError, RunError
from clothier.runs import Run, checkpoint, trained
from clothier.training import batches, loop
from clothier.values import Dataset, EpochRow, Predictions, Split


def test_what_a_run_leaves_behind(finished: Run, tiny: Dataset) -> None:
    history = finished.read_history()
    assert [(row.epoch, row.phase) for row in history] == [
        (1, "plain"), (2, "plain"), (3, "augmented"), (4, "augmented"),
    ]  # fmt: skip
    assert all(row.val_loss is not None for row in history)
    phases = finished.read_scores()
    assert [(phase.name, phase.epochs) for phase in phases] == [("plain", 2), ("augmented", 4)]
    for phase in phases:
        assert phase.validation
        assert phase.test
        assert (
            phase.train.confusion.sum(),
            phase.validation.confusion.sum(),
            phase.test.confusion.sum(),
        ) == (300, 90, 90)
    assert phases[-1].weights_sha256 != phases[0].weights_sha256
    with finished.predictions_file.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [tiny.class_names[label] for label in tiny.split("test").labels]
    right = np.mean([row["label"] == row["predicted"] for row in rows])
    assert phases[-1].test
    assert right == phases[-1].test.accuracy
    description = finished.description()
    assert description.recipe == RECIPE
    assert description.data.counts == {"train": 300, "validation": 90, "test": 90}
    assert len(finished.best_checkpoints()) == 1
    assert not finished.report_file.exists() and not finished.model_file.exists()  # both are made of this


def test_it_learns(tiny: Dataset, tmp_path: Path) -> None:
    recipe = recipes.change(RECIPE, {"epochs": 10, "augmented_epochs": 0})
    phases = training.train(recipe, tiny, Run.create("cnn1", tmp_path))
    assert phases[0].train.accuracy > 0.9


def test_batch_normalisation_predicts_well_after_one_epoch(tmp_path: Path) -> None:
    """With moving averages that begin with mean 0 and variance 1, validation stays at chance, 0.33, for two epochs."""
    dataset = Dataset(
        train=stripes(1000, 1, side=16),
        validation=stripes(300, 2, side=16),
        test=None,
        class_names=("row", "column", "none"),
        fingerprint="f" * 64,
        name="larger",
    )
    changes = {"epochs": 1, "augmented_epochs": 0, "batch_size": 16, "precision": "float32"}
    run = fresh(dataset, tmp_path, recipes.change(recipes.get("cnn4"), changes))
    (row,) = run.read_history()
    assert row.accuracy > 0.6
    assert row.val_accuracy is not None
    assert row.val_accuracy > row.accuracy


def test_the_best_weights_are_those_of_the_lowest_validation_loss(finished: Run) -> None:
    losses = [row.val_loss for row in finished.read_history()]
    best = checkpoint.load(finished.last_checkpoint).best
    assert best
    assert best.epoch == 1 + losses.index(min(loss for loss in losses if loss is not None))
    weights = checkpoint.load_weights(finished.best_checkpoint(best.epoch))
    assert checkpoint.digest(weights) == best.sha256


def test_the_same_recipe_seed_and_data_give_the_same_bits(
    finished: Run, tiny: Dataset, tmp_path: Path
) -> None:
    assert state(fresh(tiny, tmp_path)) == state(finished)
    other = fresh(tiny, tmp_path, recipes.change(RECIPE, {"seed": 14}))
    assert state(other)[0] != state(finished)[0]


def test_the_last_phase_never_changes_what_the_first_gave(
    finished: Run, tiny: Dataset, tmp_path: Path
) -> None:
    plain = fresh(tiny, tmp_path, recipes.change(RECIPE, {"augmented_epochs": 0}))
    assert plain.read_scores()[0].as_json() == finished.read_scores()[0].as_json()


def test_without_validation_or_test_data_the_columns_stay_empty(tiny: Dataset, tmp_path: Path) -> None:
    run = fresh(replace(tiny, validation=None, test=None), tmp_path)
    assert all(row.val_loss is None and row.val_accuracy is None for row in run.read_history())
    assert run.best_checkpoints() == []
    phase = run.read_scores()[-1]
    assert phase.validation is None
    assert phase.test is None


def test_the_hardest_images_are_those_that_are_visited(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visited: list[set[int]] = []

    def spy(rows: Any, seed: int, epoch: int) -> Any:
        visited.append(set(rows.tolist()))
        return batches.shuffled(rows, seed, epoch)

    monkeypatch.setattr("clothier.training.loop.shuffled", spy)
    losses = np.random.default_rng(0).permutation(300).astype(np.float32)
    monkeypatch.setattr(backend.Trainer, "losses", lambda self: losses[: self._num_seen])
    fresh(tiny, tmp_path, recipes.change(RECIPE, {"skip": 0.5, "skip_to": 2, "augmented_epochs": 0}))
    order = batches.shuffled(np.arange(300), RECIPE.seed, 1)
    assert [len(rows) for rows in visited] == [300, 150]
    assert visited[1] == set(order[losses >= 150].tolist())


def test_a_run_of_two_views_is_judged_by_their_mean(tiny: Dataset, tmp_path: Path) -> None:
    changes = {"views": "mirror", "epochs": 1, "augmented_epochs": 0}
    run = fresh(tiny, tmp_path, recipes.change(RECIPE, changes))
    assert tiny.test
    model, images = trained.load(run), tiny.test.images
    views = [np.asarray(model(view, training=False)) for view in (images, images[:, :, ::-1])]
    logits = trained.predict(run, images).logits
    np.testing.assert_allclose(logits, np.mean(views, axis=0), rtol=1e-4, atol=1e-5)
    assert np.abs(views[0] - views[1]).max() > 1e-3
    assert np.array_equal(run.read_predictions()[1], logits.argmax(axis=1))


def test_epochs_of_a_run_of_two_views_are_judged_by_the_image_alone(tiny: Dataset, tmp_path: Path) -> None:
    run = fresh(
        tiny, tmp_path, recipes.change(RECIPE, {"views": "mirror", "epochs": 1, "augmented_epochs": 0})
    )
    assert tiny.validation
    images, labels = tiny.validation.images, tiny.validation.labels
    alone = Predictions(np.asarray(trained.load(run)(images, training=False)))
    (row,) = run.read_history()
    loss, accuracy = evaluate.loss_and_accuracy(labels, alone)
    assert row.val_loss == pytest.approx(loss, rel=1e-4)
    assert row.val_accuracy == accuracy
    (phase,) = run.read_scores()
    assert phase.validation and abs(phase.validation.loss - loss) > 1e-3


def test_of_the_images_trained_on_a_sample_is_judged_where_there_are_several_views(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAMPLE", 50)
    for views, judged in (("image", len(tiny.train)), ("mirror", 50)):
        changes = {"views": views, "epochs": 1, "augmented_epochs": 0}
        (phase,) = fresh(tiny, tmp_path / views, recipes.change(RECIPE, changes)).read_scores()
        assert phase.train.confusion.sum() == judged


def test_averages_are_what_is_judged_and_loaded_and_the_raw_weights_are_kept(
    tiny: Dataset, tmp_path: Path
) -> None:
    run = fresh(tiny, tmp_path, STRONG)
    tensors = checkpoint.load(run.last_checkpoint).tensors
    named = {part: [name for name in tensors if name.startswith(f"{part}/")] for part in ("model", "raw")}
    assert [name.removeprefix("raw") for name in named["raw"]] == [
        name.removeprefix("model") for name in named["model"]
    ]
    assert all((tensors[a] != tensors[b]).any() for a, b in zip(named["model"], named["raw"], strict=True))
    judged = {name: tensors[name] for name in named["model"]}
    assert run.read_scores()[-1].weights_sha256 == checkpoint.digest(judged)
    for weight, name in zip(trained.load(run).get_weights(), named["model"], strict=True):
        np.testing.assert_array_equal(weight, tensors[name])
    assert tiny.test
    logits = np.asarray(trained.load(run)(tiny.test.images, training=False))
    assert np.array_equal(run.read_predictions()[1], logits.argmax(axis=1))


def test_a_loss_that_is_no_number_stops_the_run(tiny: Dataset, tmp_path: Path) -> None:
    recipe = recipes.change(RECIPE, {"optimizer": "sgd", "learning_rate": 1e30})
    with pytest.raises(
        RunError, match=r"^the loss became (nan|inf) in epoch 1; wanted finite numbers; .*=1e\+29$"
    ):
        training.train(recipe, tiny, Run.create("cnn1", tmp_path))


def test_weights_that_are_no_numbers_after_the_last_step_stop_it_too(tiny: Dataset, tmp_path: Path) -> None:
    one_step = {
        "optimizer": "sgd",
        "learning_rate": 1e42,
        "epochs": 1,
        "augmented_epochs": 0,
        "batch_size": 9999,
    }
    run = Run.create("cnn1", tmp_path)
    with pytest.raises(
        RunError, match=r"^weights became infinite in epoch 1; wanted finite numbers; .*=1e\+41$"
    ):
        training.train(recipes.change(RECIPE, one_step), replace(tiny, validation=None), run)
    assert not run.last_checkpoint.exists()


def test_predictions_that_are_no_numbers_stop_it_before_they_are_scores(
    tiny: Dataset, tmp_path: Path
) -> None:
    """Without validation data the judging is the first to see what the last step did."""
    one_step = {"learning_rate": 1e30, "epochs": 1, "augmented_epochs": 0, "batch_size": 9999}
    run = Run.create("cnn1", tmp_path)
    with pytest.raises(
        RunError,
        match=r"^predictions of train images became infinite in epoch 1; wanted finite numbers; .*=1e\+29$",
    ):
        training.train(recipes.change(RECIPE, one_step), replace(tiny, validation=None), run)
    assert not run.scores_file.exists()
    assert not run.predictions_file.exists()


def test_a_training_that_is_refused_leaves_no_folder(tiny: Dataset, tmp_path: Path) -> None:
    small = Split(tiny.train.images[:, :3, :3], tiny.train.labels)
    run = Run.create("cnn1", tmp_path)
    with pytest.raises(InputError, match=r"^cnn1 got images of 3x3 pixels; wanted at least 4x4"):
        training.train(RECIPE, replace(tiny, train=small, validation=None, test=None), run)
    assert list(tmp_path.iterdir()) == []


def test_watchers_hear_of_every_epoch(tiny: Dataset, tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []

    class Listening(training.Watcher):
        def batch(self, num_images: int, trainer: Any) -> None:
            heard.append(("batch", num_images))

        def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
            heard.append(("epoch", row.epoch))

        def judging(self, phase: str, num_images: int) -> None:
            heard.append((phase, num_images))

    recipe = recipes.change(RECIPE, {"epochs": 1, "augmented_epochs": 1, "batch_size": 200})
    training.train(recipe, tiny, Run.create("cnn1", tmp_path), watcher=Listening())
    one = [("batch", 200), ("batch", 100)]
    assert heard == [*one, ("epoch", 1), ("plain", 480), *one, ("epoch", 2), ("augmented", 480)]


def test_run_folders_are_named_in_one_place() -> None:
    names = ("history.csv", "scores.json", "recipe.json", "predictions.csv", "report.html")
    sources = Path(runs.__file__).parents[1].rglob("*.py")
    joined = [
        (s.name, n) for s in sources if s.parent.name != "runs" for n in names if f'/ "{n}"' in s.read_text()
    ]
    assert joined == []


def test_scores_of_weights_that_are_gone_are_not_made_up(
    finished: Run, tiny: Dataset, tmp_path: Path
) -> None:
    notes: list[str] = []

    class Listening(training.Watcher):
        def note(self, sentence: str) -> None:
            notes.append(sentence)

    run = Run(tmp_path / "copy")
    shutil.copytree(finished.path, run.path)
    run.scores_file.unlink()
    training.resume(run, tiny, watcher=Listening())
    assert [(phase.name, phase.epochs) for phase in run.read_scores()] == [("augmented", 4)]
    assert run.read_scores()[0].as_json() == finished.read_scores()[-1].as_json()
    assert notes == ["the scores of phase plain are lost: the weights have been trained further since"]


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "-x", ".hidden"])
def test_a_name_that_is_no_folders_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"which names its run's folder; wanted letters"):
        Run.create(name, tmp_path / "runs")
    assert list(tmp_path.iterdir()) == []
