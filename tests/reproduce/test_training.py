from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.run_folders import make_run

from clothier import reproduce, training
from clothier.errors import InterruptedRunError
from clothier.reproduce import Job, Request
from clothier.values import Dataset, EpochRow, Reading

MakeRequest = Callable[..., Request]
QUICK = {"epochs": "2", "augmented_epochs": "1", "batch_size": "64"}


pytestmark = pytest.mark.usefixtures("quick_pages")


def test_runs_are_planned_seed_by_seed(request_of: MakeRequest, tmp_path: Path) -> None:
    both = ("re-split", "official")
    asked = request_of(tmp_path, "cnn1,cnn1_dropout", tests=both, seeds=2, augmented_seeds=1)
    jobs = reproduce.plan(asked)
    assert [(job.recipe.name, job.test, job.recipe.seed, job.recipe.phases()) for job in jobs] == [
        ("cnn1", "re-split", 13, [("plain", 10), ("augmented", 50)]),
        ("cnn1", "official", 13, [("plain", 10), ("augmented", 50)]),
        ("cnn1_dropout", "official", 13, [("plain", 20)]),
        ("cnn1", "re-split", 14, [("plain", 10)]),
        ("cnn1", "official", 14, [("plain", 10)]),
        ("cnn1_dropout", "official", 14, [("plain", 20)]),
    ]
    assert reproduce.plan(replace(asked, seeds=0, augmented_seeds=0)) == []


def test_finished_runs_are_reused_and_stopped_ones_gone_on_with(
    tiny: Dataset, request_of: MakeRequest, tmp_path: Path
) -> None:
    data = {"fingerprint": tiny.fingerprint}
    both = ("plain", "augmented")
    make_run(tmp_path, "cnn1-1", phases=both, data=data)
    make_run(tmp_path, "cnn1-2", phases=both, data={"fingerprint": "e" * 64}, seed=14)  # other data
    make_run(tmp_path, "cnn1-3", phases=both, data=data, seed=14, batch_size=32)  # another recipe
    short = make_run(tmp_path, "cnn1-4", augmented_epochs=0, data=data, seed=14)  # fills the plain row only
    stopped = make_run(tmp_path, "cnn1-5", data=data, seed=15)
    (tmp_path / "cnn1-6").mkdir()
    (tmp_path / "cnn1-6" / "recipe.json").write_text('{"recipe": {"of": "another version"}}')
    asked = request_of(tmp_path, seeds=3, augmented_seeds=3)
    jobs = reproduce.plan(asked, threads=2)
    assert [(job.recipe.seed, job.run, job.epochs_done) for job in jobs] == [(14, None, 0), (15, stopped, 10)]
    # In other numbers of threads the bits would differ from those of a run that never stopped.
    assert [job.run for job in reproduce.plan(asked, threads=1)] == [None, None]
    # The plain phase is finished in each.
    assert reproduce.plan(replace(asked, augmented_seeds=1)) == []
    # With a checkpoint, the short run needs only its augmented phase.
    short.last_checkpoint.parent.mkdir(parents=True, exist_ok=True)
    short.last_checkpoint.touch()
    job = reproduce.plan(asked, threads=2)[0]
    assert (job.run and job.run.name, job.epochs_done) == ("cnn1-4", 10)


def test_a_run_whose_data_brought_their_validation_images_is_reused(
    tiny: Dataset, request_of: MakeRequest, tmp_path: Path
) -> None:
    asked = request_of(tmp_path, "cnn1_dropout")
    (job,) = reproduce.plan(asked)
    assert job.recipe.validation == "none"
    data = {"fingerprint": tiny.fingerprint}
    make_run(tmp_path, "cnn1_dropout-1", recipe="cnn1_dropout", data=data, validation="default")
    assert reproduce.plan(asked) == []


def test_a_run_on_a_resplit_belongs_to_the_draw_of_its_seed(
    tiny: Dataset, request_of: MakeRequest, tmp_path: Path
) -> None:
    for number, drawn_by in enumerate((13, 14), start=1):
        reading = Reading("fashion-mnist", {"resplit": True, "seed": drawn_by})
        data = {"reading": reading, "fingerprint": tiny.fingerprint}
        make_run(
            tmp_path,
            f"cnn1-{number}",
            augmented_epochs=0,
            data=data,
        )
    asked = request_of(tmp_path, tests=("re-split",), augmented_seeds=0)
    (filled,) = reproduce.outcomes(asked)[0].samples[0].filled
    assert filled.run.name == "cnn1-1"
    assert reproduce.plan(asked) == []
    table = request_of(tmp_path, tests=("re-split",), table=True)
    assert table.resplit_by(asked.trained()[0][0], "re-split") is None


def test_a_base_has_one_draw_for_all_seeds(request_of: MakeRequest, tmp_path: Path) -> None:
    asked = request_of(tmp_path, "vgg19", tests=("re-split",), seeds=2)
    assert [(job.recipe.seed, asked.resplit_by(job.recipe, job.test)) for job in reproduce.plan(asked)] == [
        (13, 13),
        (14, 13),
    ]


def test_new_runs_have_one_precision(
    request_of: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["bfloat16", "float32"])
    monkeypatch.setattr(
        reproduce.training,
        "settle_precision",
        lambda recipe, threads, watcher: replace(recipe, precision=next(answers)),
    )
    asked = request_of(tmp_path, "cnn1,cnn3,vgg19", seeds=2, augmented_seeds=0)
    jobs = reproduce.in_one_precision(reproduce.plan(asked))
    assert [(job.recipe.name, job.recipe.precision) for job in jobs[:3]] == [
        ("cnn1", "bfloat16"),
        ("cnn3", "bfloat16"),
        ("vgg19", "float32"),  # which its recipe names
    ]
    assert {job.recipe.precision for job in jobs if job.recipe.name != "vgg19"} == {"bfloat16"}
    assert reproduce.in_one_precision([]) == []


@pytest.mark.parametrize(
    ("name", "seed", "command"),
    [
        ("cnn1", 14, "train cnn1 --seed 14 --data tiny --resplit --set augmented_epochs=0"),
        ("vgg19", 13, "train vgg19 --seed 13 --data tiny --resplit"),
        ("vgg19", 14, "reproduce all --rows vgg19 --seeds 2"),  # its images are drawn by seed 13
    ],
)
def test_a_run_keeps_the_command_that_trains_it_again(
    request_of: MakeRequest, tmp_path: Path, name: str, seed: int, command: str
) -> None:
    asked = request_of(tmp_path, name, tests=("re-split",), seeds=2, augmented_seeds=0)
    (job,) = [job for job in reproduce.plan(asked) if job.recipe.seed == seed]
    assert reproduce.training.command_of(job, asked) == f"clothier {command}"


class Stop(training.Watcher):
    """Presses Ctrl-C after the first epoch."""

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        raise KeyboardInterrupt


def test_from_nothing_through_a_stop_to_filled_rows(request_of: MakeRequest, tmp_path: Path) -> None:
    """And from a run that ended after its plain phase."""
    short = request_of(tmp_path / "runs", changes=QUICK, augmented_seeds=0)
    (job,) = reproduce.plan(short)
    with pytest.raises(
        InterruptedRunError, match=r"^stopped with 1 of 2 epochs done and saved; continue with"
    ):
        reproduce.carry_out(job, short, watcher=Stop())
    (again,) = reproduce.plan(short)
    assert (again.run and again.run.name, again.epochs_done) == ("cnn1-1", 1)
    run = reproduce.carry_out(again, short)
    assert [row.epoch for row in run.read_history()] == [1, 2]
    content = json.loads(run.recipe_file.read_text())
    assert content["data"]["name"] == "tiny"
    assert re.fullmatch(r"[0-9a-f]{64}", content["data"]["fingerprints"]["test"])
    assert content["command"] == (
        "clothier train cnn1 --seed 13 --data tiny --set epochs=2 --set augmented_epochs=0 --set batch_size=64 "
        "--set validation=article"
    )
    assert reproduce.plan(short) == []
    asked = replace(short, augmented_seeds=1)
    (longer,) = reproduce.plan(asked)
    assert (longer.run and longer.run.name, longer.epochs_done) == ("cnn1-1", 2)
    reproduce.carry_out(longer, asked)
    assert [row.epoch for row in run.read_history()] == [1, 2, 3]
    assert reproduce.plan(asked) == []
    assert [[filled.run.name for filled in outcome.filled] for outcome in reproduce.outcomes(asked)] == [
        ["cnn1-1"],
        ["cnn1-1"],
    ]
    # Stopped or not, the same bits.
    direct = request_of(tmp_path / "direct", changes=QUICK)
    other = reproduce.carry_out(Job(longer.recipe, "official"), direct)
    assert [phase.as_json() for phase in other.read_scores()] == [
        phase.as_json() for phase in run.read_scores()
    ]
