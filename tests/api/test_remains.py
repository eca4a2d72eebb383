"""What a finished run lost is made again by a resume; what cannot be made again is left alone."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import model_files
from support.small_runs import RECIPE

from clothier import bundle, recipes, training
from clothier.api import finish
from clothier.errors import RunError
from clothier.runs import Run
from clothier.values import Dataset, csvtext


class Telling(training.Watcher):
    def __init__(self) -> None:
        self.told: list[str] = []
        self.epochs = 0

    def note(self, sentence: str) -> None:
        self.told.append(sentence)

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        self.epochs += 1


@pytest.fixture(scope="module")
def whole(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """With its figures, report and model file."""
    run = Run.create("cnn1", tmp_path_factory.mktemp("whole"))
    finish.train(recipes.change(RECIPE, {"augmented_epochs": 1}), tiny, run)
    return run


@pytest.fixture
def copy(whole: Run, tmp_path: Path) -> Run:
    shutil.copytree(whole.path, tmp_path / whole.name)
    return Run(tmp_path / whole.name)


def files(run: Run) -> dict[str, bytes]:
    """All but TensorBoard's, which hold the time."""
    return {
        str(path.relative_to(run.path)): path.read_bytes()
        for path in sorted(run.path.rglob("*"))
        if path.is_file() and "events" not in path.parts
    }


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _swap_rows(path: Path) -> None:
    """As those of another phase would be: sound, but not what scores.json counts."""
    header, *rows = csv.reader(path.read_text().splitlines())
    guess = header.index("predicted")
    names = sorted({row[guess] for row in rows})
    for row in rows:
        row[guess] = names[names.index(row[guess]) - 1]
    path.write_text(csvtext.table([header, *rows]))


def _replace_by_another(path: Path) -> None:
    """The sound model file of another run."""
    bundle.write(path, model_files.made())


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("history.csv", _cut),
        ("history.csv", Path.unlink),
        ("predictions.csv", Path.unlink),
        ("predictions.csv", _cut),
        ("predictions.csv", _swap_rows),
        ("reliability.json", Path.unlink),
        ("reliability.json", _cut),
        ("samples.safetensors", Path.unlink),
        ("samples.safetensors", _cut),
        ("figures/confusion.png", Path.unlink),
        ("figures/right.png", Path.unlink),
        ("report.html", Path.unlink),
        ("model.clothier", Path.unlink),
        ("model.clothier", _cut),
        ("model.clothier", _replace_by_another),
    ],
)
def test_what_a_finished_run_lost_is_made_again(
    copy: Run, tiny: Dataset, name: str, harm: Callable[[Path], None]
) -> None:
    before = files(copy)
    harm(copy.path / name)
    assert files(copy) != before
    watcher = Telling()
    finish.resume(copy, tiny, watcher=watcher)
    assert files(copy) == before
    assert (watcher.epochs, watcher.told) == (0, [])


def test_damaged_scores_are_told_and_judged_again_where_the_weights_are_there(
    copy: Run, tiny: Dataset
) -> None:
    last = copy.read_scores()[-1].as_json()
    _cut(copy.scores_file)
    watcher = Telling()
    finish.resume(copy, tiny, watcher=watcher)
    assert [phase.as_json() for phase in copy.read_scores()] == [last]
    assert watcher.told[0].startswith(f"{copy.scores_file} is not JSON (")
    assert watcher.told[0].endswith("; phases whose weights are still there are evaluated again")
    assert (
        watcher.told[1] == "the scores of phase plain are lost: the weights have been trained further since"
    )


def test_a_whole_run_is_left_alone(copy: Run, tiny: Dataset) -> None:
    before, watcher = files(copy), Telling()
    assert len(finish.resume(copy, tiny, watcher=watcher)) == 2
    assert files(copy) == before
    assert watcher.told == [f"{copy.path} is finished and complete"]


def test_a_finished_run_without_its_checkpoint_is_left_alone(copy: Run, tiny: Dataset) -> None:
    shutil.rmtree(copy.last_checkpoint.parent)
    copy.predictions_file.unlink()
    before, watcher = files(copy), Telling()
    assert len(finish.resume(copy, tiny, watcher=watcher)) == 2
    assert files(copy) == before
    assert watcher.epochs == 0
    assert watcher.told == [f"{copy.path} is finished, and its checkpoint is gone, so nothing was changed"]


def test_a_run_that_cannot_go_on_says_so(copy: Run, tiny: Dataset) -> None:
    copy.last_checkpoint.unlink()
    copy.write_scores(copy.read_scores()[:1])
    before = files(copy)
    wanted = (
        f"{copy.last_checkpoint} is missing, and the phase plain was judged already; wanted the checkpoint to go on "
        "from; put it back, or train again"
    )
    with pytest.raises(RunError, match=f"^{re.escape(wanted)}$"):
        finish.resume(copy, tiny)
    assert files(copy) == before
