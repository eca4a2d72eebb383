"""Training end to end on a tiny data set: what a run leaves behind, and that stopping it anywhere changes nothing."""

from __future__ import annotations

import csv
import functools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier import (
    backend,
    batches,
    bundle,
    checkpoint,
    evaluate,
    events,
    export,
    recipes,
    report,
    runs,
    train,
    trained,
)
from clothier.checkpoint import Checkpoint
from clothier.errors import ExportError, InterruptedRunError, RunError, WriteError
from clothier.files import write_atomic
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.train import loop, schedule
from clothier.values import Dataset, EpochRow, Predictions

RECIPE = recipes.change(
    recipes.get("cnn1"),
    {"epochs": 2, "augmented_epochs": 2, "batch_size": 64, "learning_rate": 3e-3, "precision": "float32"},
)


class Killed(BaseException):
    """Stands for SIGKILL: nothing in clothier catches it, and what runs after it may touch no file."""


def _fresh(dataset: Dataset, root: Path, recipe: Recipe = RECIPE) -> Run:
    run = Run.create(recipe.name, root)
    train.train(recipe, dataset, run)
    return run


def _state(run: Run) -> tuple[str, str, list[str], list[Any]]:
    """Everything of a finished run that must not depend on how it was stopped."""
    last = checkpoint.load(run.last_checkpoint)
    history = [replace(row, seconds=0.0) for row in run.read_history()]
    scores = [phase.as_json() for phase in run.read_scores()]
    files = sorted(str(p.relative_to(run.path)) for p in run.path.rglob("*") if p.is_file())
    return (
        checkpoint.digest(last.tensors),
        run.predictions_file.read_text() + run.model_file.read_text(),
        files,
        [history, scores, last.best],
    )


def _quick_model_file(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
    write_atomic(run.model_file, run.read_scores()[-1].weights_sha256)


@pytest.fixture(scope="module", autouse=True)
def _quick_pages() -> Iterator[None]:
    """Dozens of runs are made here, and drawing takes longer than training them; pages and model file have their own
    tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "write_figures", lambda *_: [])
        patch.setattr(report, "render", lambda run: f"<!DOCTYPE html> {len(run.read_scores())} phases")
        patch.setattr(export, "write_model_file", _quick_model_file)
        yield


@pytest.fixture(scope="module")
def finished(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _fresh(tiny, tmp_path_factory.mktemp("finished"))


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
    assert [int(row["label"]) for row in rows] == (tiny.test.labels.tolist() if tiny.test else None)
    right = np.mean([row["label"] == row["predicted"] for row in rows])
    assert phases[-1].test
    assert right == phases[-1].test.accuracy
    content = finished.read_recipe()
    assert content["recipe"] == RECIPE.as_json()
    assert content["data"]["counts"] == {"train": 300, "validation": 90, "test": 90}
    assert finished.report_file.read_text() == "<!DOCTYPE html> 2 phases"
    assert len(finished.best_checkpoints()) == 1


def test_it_learns(tiny: Dataset, tmp_path: Path) -> None:
    recipe = recipes.change(RECIPE, {"epochs": 10, "augmented_epochs": 0})
    phases = train.train(recipe, tiny, Run.create("cnn1", tmp_path))
    assert phases[0].train.accuracy > 0.9


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
    assert _state(_fresh(tiny, tmp_path)) == _state(finished)
    other = _fresh(tiny, tmp_path, recipes.change(RECIPE, {"seed": 14}))
    assert _state(other)[0] != _state(finished)[0]


def test_the_last_phase_never_changes_what_the_first_gave(
    finished: Run, tiny: Dataset, tmp_path: Path
) -> None:
    plain = _fresh(tiny, tmp_path, recipes.change(RECIPE, {"augmented_epochs": 0}))
    assert plain.read_scores()[0].as_json() == finished.read_scores()[0].as_json()


def test_without_validation_or_test_data_the_columns_stay_empty(tiny: Dataset, tmp_path: Path) -> None:
    run = _fresh(replace(tiny, validation=None, test=None), tmp_path)
    assert all(row.val_loss is None and row.val_accuracy is None for row in run.read_history())
    assert run.best_checkpoints() == []
    phase = run.read_scores()[-1]
    assert phase.validation is None
    assert phase.test is None


class _KillAt:
    """Kills the n-th time one of the dangerous places is reached, before or after it did its work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fatal: int) -> None:
        self.count, self.fatal = 0, fatal
        places: list[tuple[Any, str]] = [
            (os, "fsync"),
            (Path, "replace"),
            (Path, "unlink"),
            (events, "append"),
            (backend.Trainer, "step"),
        ]
        for owner, name in places:
            monkeypatch.setattr(owner, name, self._dangerous(getattr(owner, name)))

    def _dangerous(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if self.count >= self.fatal:
                raise Killed  # a dead process does nothing more, not even tidy up
            self.count += 1
            if self.count == self.fatal:
                raise Killed
            return real(*args, **kwargs)

        return call


def _train_until_killed(tiny: Dataset, run: Run, fatal: int) -> int:
    with pytest.MonkeyPatch.context() as patch:
        killer = _KillAt(patch, fatal)
        try:
            if run.recipe_file.exists():
                train.resume(run, tiny)
            else:
                train.train(RECIPE, tiny, run)
        except Killed:
            pass
        return killer.count


def test_killed_anywhere_it_resumes_to_the_same_bits(finished: Run, tiny: Dataset, tmp_path: Path) -> None:
    total = _train_until_killed(tiny, Run.create("count", tmp_path), fatal=10**9)
    assert total > 60
    for fatal in range(1, total + 1, 3):  # each run is killed a second time on its way back
        run = Run.create("cnn1", tmp_path)
        _train_until_killed(tiny, run, fatal)
        if not run.recipe_file.exists():
            continue  # nothing was begun yet: there is nothing to go on with
        _train_until_killed(tiny, run, fatal=7)
        train.resume(run, tiny)
        assert _state(run) == _state(finished), f"killed at place {fatal} of {total}"


SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import conftest
from clothier import export, recipes, report, train
from clothier.files import write_atomic
from clothier.runs import Run
from clothier.values import Dataset
report.write_figures, report.render = (lambda *_: []), (lambda run: "")
export.write_model_file = lambda run, *_: write_atomic(run.model_file, run.read_scores()[-1].weights_sha256)
real, count = os.fsync, 0
def fsync(descriptor):
    global count
    count += 1
    if count == {fatal}:
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)
os.fsync = fsync
tiny = Dataset(conftest.stripes(300, 1), conftest.stripes(90, 2), conftest.stripes(90, 3),
               ("row", "column", "none"), "f" * 64, "tiny")
recipe = recipes.Recipe.from_json({recipe!r})
train.train(recipe, tiny, Run.create("cnn1", Path({root!r})))
"""


@pytest.mark.parametrize("fatal", [11, 21])
def test_a_real_sigkill_inside_a_save(finished: Run, tiny: Dataset, tmp_path: Path, fatal: int) -> None:
    code = SCRIPT.format(
        tests=str(Path(__file__).parent), fatal=fatal, recipe=RECIPE.as_json(), root=str(tmp_path / "runs")
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    run = Run.open(tmp_path / "runs" / "cnn1-1")
    assert list(run.path.rglob("*.tmp")), "the kill was meant to fall inside a write"
    train.resume(run, tiny)
    assert _state(run) == _state(finished)


@pytest.fixture
def stopped(tiny: Dataset, tmp_path: Path) -> Iterator[Run]:
    """A run with two of four epochs done."""

    class Stop(train.Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 3:
                raise KeyboardInterrupt

    run = Run.create("cnn1", tmp_path)
    with pytest.raises(InterruptedRunError) as caught:
        train.train(RECIPE, tiny, run, watcher=Stop())
    assert str(caught.value) == (
        f"stopped with 2 of 4 epochs done and saved; go on with: clothier train --resume {run.path}"
    )
    yield run


def test_interrupted_it_goes_on(stopped: Run, finished: Run, tiny: Dataset) -> None:
    train.resume(stopped, tiny)
    assert _state(stopped) == _state(finished)


def test_stopped_or_not_the_model_file_is_the_same(stopped: Run, finished: Run, tiny: Dataset) -> None:
    train.resume(stopped, tiny)
    stopped_file, whole_file = (bundle.pack(export.bundle_of(run, tiny)) for run in (stopped, finished))
    assert stopped_file == whole_file


def test_a_model_file_that_cannot_be_written_costs_nothing_else(
    finished: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, then room again."""

    def full(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
        raise WriteError(run.model_file, OSError(28, "No space left on device"))

    run = Run.create("cnn1", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(export, "write_model_file", full)
        with pytest.raises(WriteError) as caught:
            train.train(RECIPE, tiny, run)
    assert str(caught.value) == (
        f"cannot write {run.model_file}: No space left on device; earlier files are untouched; make room or choose "
        f"another place; then go on with: clothier train --resume {run.path}"
    )
    assert len(run.read_scores()) == 2
    train.resume(run, tiny)
    assert _state(run) == _state(finished)


def test_ctrl_c_while_the_model_file_is_made_loses_nothing(
    finished: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        between()
        raise AssertionError("it was heard")

    run = Run.create("cnn1", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(export, "write_model_file", interrupted)
        with pytest.raises(InterruptedRunError) as caught:
            train.train(RECIPE, tiny, run)
    assert str(caught.value).startswith(
        "stopped with 4 of 4 epochs done and saved; go on with: clothier train --resume"
    )
    train.resume(run, tiny)
    assert _state(run) == _state(finished)


def test_a_network_that_fits_no_model_file_is_told_and_finished(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
        raise ExportError("layer odd is a Odd; wanted one of Add")

    told: list[str] = []

    class Telling(train.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

    monkeypatch.setattr(export, "write_model_file", refuse)
    run = Run.create("cnn1", tmp_path)
    phases = train.train(RECIPE, tiny, run, watcher=Telling())
    assert len(phases) == 2
    assert told == ["this run gets no model file: layer odd is a Odd; wanted one of Add"]
    assert not run.model_file.exists()


def test_what_auto_chose_is_what_the_run_says_and_resumes_with(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipes.change(RECIPE, {"precision": "auto", "augmented_epochs": 0})
    told: list[str] = []

    class Telling(train.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 2 and len(told) == 1:
                raise KeyboardInterrupt

    for speed, chosen in ((3.0, "bfloat16"), (0.4, "float32")):
        told.clear()
        monkeypatch.setattr(backend, "bfloat16_speed", functools.partial(float, speed))
        run = Run.create("cnn1", tmp_path)
        with pytest.raises(InterruptedRunError):
            train.train(recipe, tiny, run, watcher=Telling())
        assert told == [
            f"computing in {chosen}: a short probe ran {speed} times as fast in bfloat16 as in float32"
        ]
        assert run.read_recipe()["recipe"]["precision"] == chosen
        monkeypatch.setattr(backend, "bfloat16_speed", lambda: 1.0)  # the choice stands all the same
        train.resume(run, tiny)
        whole = _fresh(tiny, tmp_path, recipes.change(recipe, {"precision": chosen}))
        assert _state(run) == _state(whole)


STRONG = recipes.change(
    RECIPE,
    {
        "epochs": 0,
        "augmented_epochs": 4,
        "augment": "crop-flip+erase+cutmix",
        "label_smoothing": 0.1,
        "schedule": "cosine",
        "warmup": 0.2,
        "average_decay": 0.8,
    },
)


def test_with_every_option_a_stopped_run_ends_with_the_same_bits(tiny: Dataset, tmp_path: Path) -> None:
    class Stop(train.Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 3:
                raise KeyboardInterrupt

    whole, stopped = _fresh(tiny, tmp_path, STRONG), Run.create("cnn1", tmp_path)
    with pytest.raises(InterruptedRunError):
        train.train(STRONG, tiny, stopped, watcher=Stop())
    train.resume(stopped, tiny)
    assert _state(stopped) == _state(whole)
    assert [(row.epoch, row.phase) for row in whole.read_history()] == [
        (epoch, "augmented") for epoch in (1, 2, 3, 4)
    ]
    assert [(phase.name, phase.epochs) for phase in whole.read_scores()] == [("augmented", 4)]
    rates = [row.learning_rate for row in whole.read_history()]
    expected = [
        schedule.rate(STRONG, 5 * epoch - 1, 20) for epoch in (1, 2, 3, 4)
    ]  # of the last step of each
    np.testing.assert_allclose(rates, expected, rtol=1e-6)


FAST = recipes.change(
    recipes.get("fastnet"),
    {
        "epochs": 0,
        "augmented_epochs": 4,
        "augment": "alternate-flip+shift",
        "batch_size": 64,
        "skip": 0.5,
        "skip_from": 2,
        "skip_to": 3,
    },
)


def test_skipping_the_easiest_a_stopped_run_ends_with_the_same_bits(tiny: Dataset, tmp_path: Path) -> None:
    heard: list[int] = []

    class Stop(train.Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            heard.append(num_images)
            if epoch == 3:
                raise KeyboardInterrupt

    recipe = train.settle_precision(FAST)
    whole, stopped = _fresh(tiny, tmp_path, recipe), Run.create("fastnet", tmp_path)
    with pytest.raises(InterruptedRunError):
        train.train(recipe, tiny, stopped, watcher=Stop())
    train.resume(stopped, tiny)
    assert _state(stopped) == _state(whole)
    assert heard == [300, 150, 150]
    assert checkpoint.load(whole.last_checkpoint).tensors["train/losses"].shape == (300,)


def test_the_hardest_images_are_those_that_are_visited(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visited: list[set[int]] = []

    def spy(rows: Any, seed: int, epoch: int) -> Any:
        visited.append(set(rows.tolist()))
        return batches.shuffled(rows, seed, epoch)

    monkeypatch.setattr("clothier.train.loop.shuffled", spy)
    losses = np.random.default_rng(0).permutation(300).astype(np.float32)
    monkeypatch.setattr(backend.Trainer, "losses", lambda self: losses[: self._num_seen])
    _fresh(tiny, tmp_path, recipes.change(RECIPE, {"skip": 0.5, "skip_to": 2, "augmented_epochs": 0}))
    order = batches.shuffled(np.arange(300), RECIPE.seed, 1)
    assert [len(rows) for rows in visited] == [300, 150]
    assert visited[1] == set(order[losses >= 150].tolist())


def test_a_run_that_another_process_trains_is_left_alone(
    finished: Run, tiny: Dataset, tmp_path: Path
) -> None:
    run = Run(shutil.copytree(finished.path, tmp_path / "run"))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with run.alone(), pytest.raises(RunError) as raised:
        train.resume(run, tiny)
    assert str(raised.value) == (
        f"{run.path} is being trained by another process; wanted a run that no other writes; "
        "wait for its end, or stop it"
    )
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_a_run_of_two_views_is_judged_by_their_mean(tiny: Dataset, tmp_path: Path) -> None:
    changes = {"views": "mirror", "epochs": 1, "augmented_epochs": 0}
    run = _fresh(tiny, tmp_path, recipes.change(RECIPE, changes))
    assert tiny.test
    model, images = trained.load(run), tiny.test.images
    views = [np.asarray(model(view, training=False)) for view in (images, images[:, :, ::-1])]
    logits = trained.predict(run, images).logits
    np.testing.assert_allclose(logits, np.mean(views, axis=0), rtol=1e-4, atol=1e-5)
    assert np.abs(views[0] - views[1]).max() > 1e-3
    with run.predictions_file.open() as file:
        assert [int(row["predicted"]) for row in csv.DictReader(file)] == logits.argmax(axis=1).tolist()


def test_epochs_of_a_run_of_two_views_are_judged_by_the_image_alone(tiny: Dataset, tmp_path: Path) -> None:
    run = _fresh(
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
        (phase,) = _fresh(tiny, tmp_path / views, recipes.change(RECIPE, changes)).read_scores()
        assert phase.train.confusion.sum() == judged


def test_averages_are_what_is_judged_and_loaded_and_the_raw_weights_are_kept(
    tiny: Dataset, tmp_path: Path
) -> None:
    run = _fresh(tiny, tmp_path, STRONG)
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
    with run.predictions_file.open() as file:
        predicted = [int(row["predicted"]) for row in csv.DictReader(file)]
    assert tiny.test
    logits = np.asarray(trained.load(run)(tiny.test.images, training=False))
    assert predicted == logits.argmax(axis=1).tolist()


def test_a_run_of_an_earlier_version_goes_on(stopped: Run, finished: Run, tiny: Dataset) -> None:
    """Its recipe knew fewer fields; those stand at their defaults."""
    state = checkpoint.load(stopped.last_checkpoint)
    content = stopped.read_recipe()
    for recipe in (content["recipe"], state.recipe):
        for field in ("base", "base_pixels", "fine_tune_epochs", "head_units"):
            del recipe[field]
    del content["backend"]
    stopped.write_recipe(content)
    checkpoint.save(stopped.last_checkpoint, state)
    train.resume(stopped, tiny)
    assert _state(stopped) == _state(finished)


def test_a_finished_run_is_left_as_it_is(finished: Run, tiny: Dataset) -> None:
    before = _state(finished)
    assert len(train.resume(finished, tiny)) == 2
    assert _state(finished) == before


def test_resume_refuses_other_data(stopped: Run, tiny: Dataset) -> None:
    with pytest.raises(
        RunError, match=r"was trained on other data \(fingerprint ffffffffffff, these have eeeeeeeeeeee\)"
    ):
        train.resume(stopped, replace(tiny, fingerprint="e" * 64))


def test_resume_refuses_another_backend(stopped: Run, tiny: Dataset) -> None:
    content = stopped.read_recipe()
    assert (content["backend"], content["device"]) == ("tensorflow", "cpu")
    stopped.write_recipe({**content, "backend": "jax"})
    with pytest.raises(RunError) as caught:
        train.resume(stopped, tiny)
    assert str(caught.value) == (
        f"{stopped.path} was begun on jax, this is tensorflow, which gives other bits; wanted the same; "
        "go on with CLOTHIER_BACKEND=jax"
    )


def test_resume_refuses_another_recipe(stopped: Run, tiny: Dataset) -> None:
    content = stopped.read_recipe()
    content["recipe"]["learning_rate"] = 0.5
    stopped.write_recipe(content)
    with pytest.raises(
        RunError, match=r"belongs to another recipe \(learning_rate 0\.003 there, 0\.5 here\); wanted"
    ):
        train.resume(stopped, tiny)


def test_resume_refuses_a_best_file_it_does_not_know(stopped: Run, tiny: Dataset) -> None:
    (path,) = stopped.best_checkpoints()
    checkpoint.save_weights(path, {"a": np.zeros(3, np.float32)})
    with pytest.raises(
        RunError, match=r"best-000\d\.safetensors is not the file the checkpoint names; put it back"
    ):
        train.resume(stopped, tiny)


def test_resume_refuses_a_damaged_checkpoint(stopped: Run, tiny: Dataset) -> None:
    stopped.last_checkpoint.write_bytes(stopped.last_checkpoint.read_bytes()[:-100])
    with pytest.raises(RunError, match=r"last\.safetensors is damaged"):
        train.resume(stopped, tiny)


def test_a_full_disk_keeps_the_last_good_checkpoint(
    finished: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run.create("cnn1", tmp_path)
    real = checkpoint.save

    def save(path: Path, state: Checkpoint) -> None:
        if state.epochs_done == 3:
            with pytest.MonkeyPatch.context() as full:
                full.setattr(os, "fsync", _no_space)
                real(path, state)
        real(path, state)

    monkeypatch.setattr(checkpoint, "save", save)
    with pytest.raises(
        WriteError, match=r"cannot write .*last\.safetensors: No space left on device.*--resume"
    ) as caught:
        train.train(RECIPE, tiny, run)
    assert caught.value.exit_code == 74
    assert checkpoint.load(run.last_checkpoint).epochs_done == 2
    assert list(run.path.rglob("*.tmp")) == []
    monkeypatch.undo()
    train.resume(run, tiny)
    assert _state(run) == _state(finished)


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_loss_that_is_no_number_stops_the_run(tiny: Dataset, tmp_path: Path) -> None:
    recipe = recipes.change(RECIPE, {"optimizer": "sgd", "learning_rate": 1e30})
    with pytest.raises(
        RunError, match=r"^the loss became (nan|inf) in epoch 1; wanted a finite number; .*=1e\+29$"
    ):
        train.train(recipe, tiny, Run.create("cnn1", tmp_path))


def test_watchers_hear_of_every_epoch(tiny: Dataset, tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []

    class Listening(train.Watcher):
        def batch(self, num_images: int, trainer: Any) -> None:
            heard.append(("batch", num_images))

        def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
            heard.append(("epoch", row.epoch))

        def judging(self, phase: str) -> None:
            heard.append((phase, 0))

    recipe = recipes.change(RECIPE, {"epochs": 1, "augmented_epochs": 1, "batch_size": 200})
    train.train(recipe, tiny, Run.create("cnn1", tmp_path), watcher=Listening())
    one = [("batch", 200), ("batch", 100)]
    assert heard == [*one, ("epoch", 1), ("plain", 0), *one, ("epoch", 2), ("augmented", 0)]


def test_run_folders_are_named_in_one_place() -> None:
    names = ("history.csv", "scores.json", "recipe.json", "predictions.csv", "report.html")
    sources = Path(runs.__file__).parent.rglob("*.py")
    joined = [
        (s.name, n) for s in sources if s.name != "runs.py" for n in names if f'/ "{n}"' in s.read_text()
    ]
    assert joined == []
