from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from clothier import recipes
from clothier.models.plan import Plan
from clothier.training import pace
from clothier.training.outlook import outlook
from clothier.training.pace import TrainingPace
from clothier.values import Dataset

RECIPE = recipes.change(recipes.get("cnn1"), {"batch_size": 30, "epochs": 3, "augmented_epochs": 4})


@pytest.mark.parametrize(
    ("done", "seconds"),
    [
        (0, 3 * 10 + 5 + 4 * 20 + 5),
        (2, 1 * 10 + 5 + 4 * 20 + 5),
        (3, 4 * 20 + 5),
        (6, 20 + 5),
        (7, 0),
    ],
)
def test_what_remains_is_the_epochs_left_and_their_judging(done: int, seconds: float) -> None:
    assert TrainingPace({"plain": 10, "augmented": 20}, judging=5).remaining(RECIPE, done) == seconds


def test_batches_are_scaled_to_epochs(tiny: Dataset) -> None:
    """On a clock that moves one second each time it is read: judging 300 images takes one, and so do 30 trained."""
    measured = pace.measure(RECIPE, tiny, clock=count(0.0, 1.0).__next__)
    per_image = 1 / 300
    epoch = 300 * pace.TIMED / (30 * pace.TIMED) + 90 * per_image
    assert measured.epoch == pytest.approx({"plain": epoch, "augmented": epoch})
    assert measured.judging == pytest.approx(480 * per_image)
    without = pace.measure(RECIPE, replace(tiny, validation=None), clock=count(0.0, 1.0).__next__)
    assert without.epoch["plain"] == pytest.approx(10.0)


def test_a_single_batch_is_enough(tiny: Dataset) -> None:
    whole = recipes.change(RECIPE, {"batch_size": 1000, "augmented_epochs": 0})
    measured = pace.measure(whole, tiny)
    assert set(measured.epoch) == {"plain"}
    assert 0 < measured.epoch["plain"] < 60
    assert 0 < measured.judging < 60


def test_no_training_is_said_to_take_no_time(tiny: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "measure", lambda *_, **__: TrainingPace({"plain": 0.01, "augmented": 0.01}, 0))
    plan = Plan.of(RECIPE, tiny.image_shape, tiny.num_classes)
    _, took = outlook(RECIPE, plan, tiny, None)
    assert took.startswith("it takes about 1 s and ")
