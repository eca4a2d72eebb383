"""A finished run that trains longer ends with the bits of one that was that long from the first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.killing import killed_at
from support.small_runs import RECIPE, state

from clothier import recipes
from clothier.api import finish
from clothier.errors import InputError, RunError
from clothier.recipes import Recipe
from clothier.runs import Run, trained
from clothier.training import Watcher
from clothier.values import Dataset

pytestmark = pytest.mark.usefixtures("quick")
PLAIN = recipes.change(RECIPE, {"epochs": 1, "augmented_epochs": 0})


def _trained(recipe: Recipe, dataset: Dataset, root: Path) -> Run:
    run = Run.create("cnn1", root)
    finish.train(recipe, dataset, run)
    return run


@pytest.fixture(scope="module")
def short(quick: None, tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _trained(PLAIN, tiny, tmp_path_factory.mktemp("short"))


@pytest.fixture
def copy(short: Run, tmp_path: Path) -> Run:
    shutil.copytree(short.path, tmp_path / short.name)
    return Run(tmp_path / short.name)


@pytest.mark.parametrize("changes", [{"epochs": 2}, {"augmented_epochs": 1}])
def test_it_ends_with_the_same_bits(
    copy: Run, tiny: Dataset, tmp_path: Path, changes: dict[str, int]
) -> None:
    longer = recipes.lengthen(PLAIN, changes, 1)
    finish.resume(copy, tiny, longer=longer)
    assert state(copy) == state(_trained(longer, tiny, tmp_path / "whole"))
    assert copy.recipe() == longer
    assert copy.read_scores()[-1].epochs == 2


def test_killed_anywhere_a_plain_resume_goes_on(copy: Run, short: Run, tiny: Dataset, tmp_path: Path) -> None:
    longer = recipes.lengthen(PLAIN, {"epochs": 2, "augmented_epochs": 1}, 1)
    expected = state(_trained(longer, tiny, tmp_path / "whole"))
    total = killed_at(10**9, lambda: finish.resume(copy, tiny, longer=longer))
    assert state(copy) == expected
    for fatal in range(1, total + 1, 7):
        shutil.rmtree(copy.path)
        shutil.copytree(short.path, copy.path)
        killed_at(fatal, lambda: finish.resume(copy, tiny, longer=longer))
        finish.resume(copy, tiny, longer=longer if copy.recipe() == PLAIN else None)
        assert state(copy) == expected, f"killed at place {fatal} of {total}"


def test_meanwhile_the_run_can_be_looked_at(copy: Run, tiny: Dataset) -> None:
    """Its page and model stay those of its earlier end until there are scores of the later one."""
    seen = []

    class Looking(Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            seen.append((copy.report_file.exists(), copy.read_scores()[-1].epochs))
            assert trained.weights(copy)  # of the checkpoint, whose recipe is the shorter one

    finish.resume(copy, tiny, watcher=Looking(), longer=recipes.lengthen(PLAIN, {"epochs": 2}, 1))
    assert seen == [(True, 1)]


def test_what_is_wrong_with_a_longer_recipe_is_said_before_anything_is_written(
    copy: Run, tiny: Dataset
) -> None:
    finish.resume(copy, tiny, longer=RECIPE)
    with pytest.raises(InputError, match=r"^epochs is 3, but the run has trained 4 epochs"):
        finish.resume(copy, tiny, longer=recipes.change(RECIPE, {"epochs": 3}))
    with pytest.raises(RunError, match=r"has another recipe than the longer one"):
        finish.resume(copy, tiny, longer=recipes.change(RECIPE, {"augmented_epochs": 3, "seed": 3}))
    copy.last_checkpoint.unlink()
    with pytest.raises(RunError, match=r"last\.safetensors is missing, and the phase augmented was judged"):
        finish.resume(copy, tiny, longer=recipes.change(RECIPE, {"augmented_epochs": 3}))
    assert copy.recipe() == RECIPE
