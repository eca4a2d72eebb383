from __future__ import annotations

import numpy as np
import pytest

from clothier import recipes
from clothier.recipes import Recipe
from clothier.training.schedule import rate, steps_per_epoch


def _recipe(**values: object) -> Recipe:
    return recipes.change(recipes.get("cnn1"), {"learning_rate": 0.3, **values})


def _rates(recipe: Recipe, total: int) -> np.ndarray:
    return np.array([rate(recipe, step, total) for step in range(total)])


def test_a_constant_rate_is_the_recipes_own_to_the_last_bit() -> None:
    assert set(_rates(_recipe(), 7)) == {0.3}


def test_linear_and_cosine_fall_from_the_recipes_rate_towards_zero() -> None:
    at = np.arange(100) / 100
    np.testing.assert_allclose(_rates(_recipe(schedule="linear"), 100), 0.3 * (1 - at))
    np.testing.assert_allclose(_rates(_recipe(schedule="cosine"), 100), 0.3 * np.cos(np.pi * at / 2) ** 2)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_a_warm_up_rises_in_equal_steps_and_then_the_schedule_has_the_rest(schedule: str) -> None:
    rates = _rates(_recipe(schedule=schedule, warmup=0.2), 50)
    np.testing.assert_allclose(rates[:10], 0.3 * np.arange(1, 11) / 11)
    np.testing.assert_allclose(rates[10:], _rates(_recipe(schedule=schedule), 40))


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
@pytest.mark.parametrize("warmup", [0.0, 0.05, 0.5, 0.999])
@pytest.mark.parametrize("total", [1, 2, 3, 40])
def test_every_step_moves_and_none_beyond_the_recipes_rate(schedule: str, warmup: float, total: int) -> None:
    rates = _rates(_recipe(schedule=schedule, warmup=warmup), total)
    assert 0 < rates.min() <= rates.max() <= 0.3


def test_steps_are_counted_epoch_by_epoch_the_last_batch_too() -> None:
    assert steps_per_epoch(_recipe(epochs=2, augmented_epochs=1, batch_size=100), 250) == [3, 3, 3]
    head = recipes.change(
        recipes.get("transfer"),
        {"epochs": 1, "fine_tune_epochs": 2, "batch_size": 50, "fine_tune_batch_size": 25},
    )
    assert steps_per_epoch(head, 100) == [2, 4, 4]
