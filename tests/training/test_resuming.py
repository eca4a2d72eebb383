"""What a stopped run goes on with, and when it does not."""

from __future__ import annotations

import functools
import json
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from unittest.mock import ANY

import numpy as np
import pytest
from support.small_runs import FAST, RECIPE, STRONG, fresh, state

from clothier import backend, evaluate, recipes, training
from clothier.errors import InterruptedRunError, RunError
from clothier.runs import Run, checkpoint
from clothier.training import schedule
from clothier.values import Dataset


def test_interrupted_it_goes_on(stopped: Run, finished: Run, tiny: Dataset) -> None:
    training.resume(stopped, tiny)
    assert state(stopped) == state(finished)


def test_what_differs_where_it_resumes_is_told_and_kept(stopped: Run, tiny: Dataset) -> None:
    told: list[str] = []

    class Telling(training.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

    own = stopped.description()
    versions = {**own.versions, "python": "3.1.4", "keras": "3.0.0"}
    machine = replace(own.machine, processor="another", cores=99)
    stopped.write_description(replace(own, threads=own.threads + 1, versions=versions, machine=machine))
    training.resume(stopped, tiny, watcher=Telling())
    differs = (
        f"threads {own.threads}, not {own.threads + 1}, keras {own.versions['keras']}, not 3.0.0, "
        f"processor {own.machine.processor}, not another"
    )
    assert [sentence for sentence in told if "resume" in sentence] == [
        f"this resume differs from the start of the run ({differs}): its weights and scores may differ a little from "
        "those of a run that was never stopped"
    ]
    assert stopped.description().resumed == (differs,)
    assert stopped.description().threads == own.threads + 1


def test_where_nothing_differs_a_resume_says_so_by_silence(stopped: Run, tiny: Dataset) -> None:
    training.resume(stopped, tiny)
    assert stopped.description().resumed == ()


def test_what_auto_chose_is_what_the_run_says_and_resumes_with(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipes.change(RECIPE, {"precision": "auto", "augmented_epochs": 0})
    told: list[str] = []

    class Telling(training.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 2 and len(told) == 1:
                raise KeyboardInterrupt

    faster, slower = "ran 3.0 times as fast", "took 4.0 times as long"
    for speed, chosen, compared in ((3.0, "bfloat16", faster), (0.25, "float32", slower)):
        told.clear()
        monkeypatch.setattr(backend, "bfloat16_speed", functools.partial(float, speed))
        run = Run.create("cnn1", tmp_path)
        with pytest.raises(InterruptedRunError):
            training.train(recipe, tiny, run, watcher=Telling())
        assert told == [f"computing in {chosen}: a short probe {compared} in bfloat16 as in float32"]
        assert run.recipe().precision == chosen
        monkeypatch.setattr(backend, "bfloat16_speed", lambda: 1.0)  # the choice stands all the same
        training.resume(run, tiny)
        whole = fresh(tiny, tmp_path, recipes.change(recipe, {"precision": chosen}))
        assert state(run) == state(whole)


def test_depthwise_bases_compute_in_float32_whatever_the_probe_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "bfloat16_speed", lambda: 3.0)
    monkeypatch.setattr(backend, "start", lambda threads: None)
    photos = recipes.get("photos")
    assert training.settle_precision(photos).precision == "float32"
    assert training.settle_precision(replace(photos, model="vgg19")).precision == "bfloat16"


def test_with_every_option_a_stopped_run_ends_with_the_same_bits(tiny: Dataset, tmp_path: Path) -> None:
    class Stop(training.Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 3:
                raise KeyboardInterrupt

    whole, stopped = fresh(tiny, tmp_path, STRONG), Run.create("cnn1", tmp_path)
    with pytest.raises(InterruptedRunError):
        training.train(STRONG, tiny, stopped, watcher=Stop())
    training.resume(stopped, tiny)
    assert state(stopped) == state(whole)
    assert [(row.epoch, row.phase) for row in whole.read_history()] == [
        (epoch, "augmented") for epoch in (1, 2, 3, 4)
    ]
    assert [(phase.name, phase.epochs) for phase in whole.read_scores()] == [("augmented", 4)]
    rates = [row.learning_rate for row in whole.read_history()]
    expected = [
        schedule.rate(STRONG, 5 * epoch - 1, 20) for epoch in (1, 2, 3, 4)
    ]  # of the last step of each
    np.testing.assert_allclose(rates, expected, rtol=1e-6)


def test_skipping_the_easiest_a_stopped_run_ends_with_the_same_bits(tiny: Dataset, tmp_path: Path) -> None:
    heard: list[int] = []

    class Stop(training.Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            heard.append(num_images)
            if epoch == 3:
                raise KeyboardInterrupt

    recipe = training.settle_precision(FAST)
    whole, stopped = fresh(tiny, tmp_path, recipe), Run.create("fastnet", tmp_path)
    with pytest.raises(InterruptedRunError):
        training.train(recipe, tiny, stopped, watcher=Stop())
    training.resume(stopped, tiny)
    assert state(stopped) == state(whole)
    assert heard == [300, 150, 150]
    assert checkpoint.load(whole.last_checkpoint).tensors["train/losses"].shape == (300,)


def test_phases_that_end_early_are_resumed_with_the_same_bits(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    class Stop(training.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 3:
                raise KeyboardInterrupt

    changes = {"epochs": 3, "augmented_epochs": 9, "early_stop": 1, "batch_size": 150}
    recipe, runs = recipes.change(RECIPE, changes), []
    for watcher in (training.Watcher(), Stop()):
        losses = iter([(1.0, 0.5), (1.25, 0.5), (2.0, 0.5), (0.75, 0.5), (0.75, 0.5)])
        monkeypatch.setattr(evaluate, "loss_and_accuracy", lambda *_, losses=losses: next(losses))
        runs.append(Run.create("cnn1", tmp_path))
        with suppress(InterruptedRunError):
            training.train(recipe, tiny, runs[-1], watcher=watcher)
    assert told == [
        "the plain phase ends after epoch 2: its validation loss was lowest in epoch 1 (1.0000) and has not fallen for "
        "1 epoch"
    ]
    training.resume(runs[1], tiny)
    assert state(runs[1]) == state(runs[0])
    assert [(phase.name, phase.epochs) for phase in runs[0].read_scores()] == [("plain", 2), ("augmented", 5)]
    assert training.remains.nothing_to_train(runs[0])
    assert checkpoint.load(runs[0].last_checkpoint).best == checkpoint.Best(4, 0.75, ANY)


def test_a_run_that_another_process_trains_is_left_alone(
    finished: Run, tiny: Dataset, tmp_path: Path
) -> None:
    run = Run(shutil.copytree(finished.path, tmp_path / "run"))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with run.alone(), pytest.raises(RunError) as raised:
        training.resume(run, tiny)
    assert str(raised.value) == (
        f"{run.path} is being trained by another process; wanted a run that no other writes; "
        "wait for its end, or stop it"
    )
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_a_run_of_an_earlier_version_goes_on(stopped: Run, finished: Run, tiny: Dataset) -> None:
    """Its recipe knew fewer fields; those stand at their defaults."""
    kept = checkpoint.load(stopped.last_checkpoint)
    content = json.loads(stopped.recipe_file.read_text())
    for recipe in (content["recipe"], kept.recipe):
        for field in ("base", "base_pixels", "fine_tune_epochs", "head_units"):
            del recipe[field]
    stopped.recipe_file.write_text(json.dumps(content))
    checkpoint.save(stopped.last_checkpoint, kept)
    training.resume(stopped, tiny)
    assert state(stopped) == state(finished)


def test_a_finished_run_is_left_as_it_is(finished: Run, tiny: Dataset) -> None:
    before = state(finished)
    assert len(training.resume(finished, tiny)) == 2
    assert state(finished) == before


def test_resume_refuses_other_data(stopped: Run, tiny: Dataset) -> None:
    with pytest.raises(
        RunError, match=r"was trained on other data \(fingerprint ffffffffffff, these have eeeeeeeeeeee\)"
    ):
        training.resume(stopped, replace(tiny, fingerprint="e" * 64))


def test_resume_refuses_another_backend(stopped: Run, tiny: Dataset) -> None:
    own = stopped.description()
    assert (own.backend, own.device) == ("tensorflow", "cpu")
    stopped.write_description(replace(own, backend="jax"))
    with pytest.raises(RunError) as caught:
        training.resume(stopped, tiny)
    assert str(caught.value) == (
        f"{stopped.path} was started on jax, this is tensorflow, whose results differ; wanted the same backend; "
        "set CLOTHIER_BACKEND=jax"
    )


def test_resume_refuses_another_recipe(stopped: Run, tiny: Dataset) -> None:
    own = stopped.description()
    stopped.write_description(replace(own, recipe=replace(own.recipe, learning_rate=0.5)))
    with pytest.raises(
        RunError, match=r"belongs to another recipe \(learning_rate 0\.003 there, 0\.5 here\); wanted"
    ):
        training.resume(stopped, tiny)


def test_resume_refuses_a_best_file_it_does_not_know(stopped: Run, tiny: Dataset) -> None:
    (path,) = stopped.best_checkpoints()
    checkpoint.save_weights(path, {"a": np.zeros(3, np.float32)})
    with pytest.raises(
        RunError, match=r"best-000\d\.safetensors is not the file the checkpoint names; put it back"
    ):
        training.resume(stopped, tiny)


def test_resume_refuses_a_damaged_checkpoint(stopped: Run, tiny: Dataset) -> None:
    stopped.last_checkpoint.write_bytes(stopped.last_checkpoint.read_bytes()[:-100])
    with pytest.raises(RunError, match=r"last\.safetensors is damaged"):
        training.resume(stopped, tiny)


def test_a_damaged_checkpoint_before_anything_is_judged_begins_again(
    stopped: Run, finished: Run, tiny: Dataset
) -> None:
    stopped.scores_file.unlink(missing_ok=True)
    stopped.last_checkpoint.write_bytes(stopped.last_checkpoint.read_bytes()[:-100])
    told: list[str] = []

    class Telling(training.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

    training.resume(stopped, tiny, watcher=Telling())
    (sentence,) = told
    assert sentence.startswith(f"{stopped.last_checkpoint} is damaged (")
    assert sentence.endswith("), so it is kept as last.safetensors.damaged and training begins again")
    assert stopped.read_scores()[-1].weights_sha256 == finished.read_scores()[-1].weights_sha256


def test_a_run_without_checkpoint_or_scores_begins_again(stopped: Run, finished: Run, tiny: Dataset) -> None:
    stopped.last_checkpoint.unlink()
    stopped.scores_file.unlink(missing_ok=True)
    told: list[str] = []

    class Telling(training.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

    training.resume(stopped, tiny, watcher=Telling())
    assert told[0] == (f"{stopped.last_checkpoint} is missing: training begins again with the first epoch")
    assert stopped.read_scores()[-1].weights_sha256 == finished.read_scores()[-1].weights_sha256


def test_a_cut_history_does_not_stop_a_resume(stopped: Run, finished: Run, tiny: Dataset) -> None:
    stopped.history_file.write_bytes(stopped.history_file.read_bytes()[:-9])
    training.resume(stopped, tiny)
    assert len(stopped.read_history()) == 4
    assert stopped.read_scores()[-1].weights_sha256 == finished.read_scores()[-1].weights_sha256
