from __future__ import annotations

import re
from typing import Any

import pytest

from clothier import recipes
from clothier.errors import InputError
from clothier.values import EpochRow

CNN1, FASTNET = recipes.get("cnn1"), recipes.get("fastnet")


@pytest.mark.parametrize(
    ("name", "changes", "phases"),
    [
        ("cnn1", {}, [("plain", 10), ("augmented", 50)]),
        ("cnn1", {"seed": 3}, [("plain", 10), ("augmented", 50)]),
        ("cnn1", {"epochs": 3}, [("plain", 3)]),
        ("cnn1", {"epochs": "3"}, [("plain", 3)]),
        ("cnn1", {"epochs": 3, "augmented_epochs": 2}, [("plain", 3), ("augmented", 2)]),
        ("cnn1", {"augmented_epochs": 2}, [("plain", 10), ("augmented", 2)]),
        ("cnn1_dropout", {"epochs": 3}, [("plain", 3)]),
        ("fastnet", {"epochs": 3}, [("augmented", 3)]),
        ("vgg19", {"epochs": 3}, [("plain", 3)]),
        ("vgg19", {"epochs": 3, "fine_tune_epochs": 1}, [("plain", 3), ("fine-tuned", 1)]),
        ("fastnet", {"epochs": 3, "augmented_epochs": 2}, [("plain", 3), ("augmented", 2)]),
    ],
)
def test_epochs_alone_are_all_epochs(
    name: str, changes: dict[str, Any], phases: list[tuple[str, int]]
) -> None:
    assert recipes.customize(recipes.get(name), changes).phases() == phases


def test_ends_count_from_the_first_epoch() -> None:
    assert recipes.ends(CNN1) == [("plain", 10), ("augmented", 60)]
    assert recipes.ends(FASTNET) == FASTNET.phases()


@pytest.mark.parametrize(
    ("changes", "done", "phases"),
    [
        ({"epochs": 20, "augmented_epochs": 50}, 10, [("plain", 20), ("augmented", 50)]),
        ({"epochs": 20}, 3, [("plain", 20), ("augmented", 50)]),
        ({"augmented_epochs": 70}, 60, [("plain", 10), ("augmented", 70)]),
        ({}, 60, [("plain", 10), ("augmented", 50)]),
    ],
)
def test_a_run_that_trains_longer(changes: dict[str, Any], done: int, phases: list[tuple[str, int]]) -> None:
    longer = recipes.lengthen(CNN1, changes, done)
    assert longer.phases() == phases
    assert recipes.extends(longer, CNN1)
    assert recipes.extends(CNN1, longer) == (not changes)


@pytest.mark.parametrize(
    ("recipe", "changes", "done", "message"),
    [
        (CNN1, {"epochs": 9}, 0,
         "epochs is 9, and the run was started with 10; wanted 10 or more, because a run only grows; "
         "for a shorter one, train again"),
        (CNN1, {"epochs": 20}, 11,
         "epochs is 20, but the run has trained 11 epochs, past the end of its plain phase at 10; "
         "wanted more epochs in its last phase; for a longer plain phase, train again"),
        (FASTNET, {"augmented_epochs": 40}, 3,
         "the learning rate of this run depends on its total of epochs "),
    ],
)  # fmt: skip
def test_what_cannot_train_longer_says_so(
    recipe: recipes.Recipe, changes: dict[str, Any], done: int, message: str
) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        recipes.lengthen(recipe, changes, done)


def test_a_phase_that_early_stop_may_have_ended_is_not_lengthened() -> None:
    stopping = recipes.change(CNN1, {"early_stop": 2})
    planned = sum(epochs for _, epochs in stopping.phases())
    assert recipes.lengthen(stopping, {}, 3) == stopping
    field = "augmented_epochs" if stopping.augmented_epochs else "epochs"
    more = {field: getattr(stopping, field) + 1}
    with pytest.raises(
        InputError, match=rf"^early_stop is 2, and the run has trained 3 of {planned} epochs: more of"
    ):
        recipes.lengthen(stopping, more, 3)
    assert recipes.lengthen(stopping, more, planned) == recipes.change(stopping, more)


def test_another_recipe_is_no_beginning_of_this_one() -> None:
    assert not recipes.extends(CNN1, recipes.change(CNN1, {"seed": 14}))
    assert not recipes.extends(CNN1, recipes.change(CNN1, {"epochs": 11}))


def _history(*losses: tuple[str, float | None]) -> list[EpochRow]:
    return [
        EpochRow(epoch, phase, 0.5, 0.8, loss, None, 1e-3, 1.0)
        for epoch, (phase, loss) in enumerate(losses, start=1)
    ]


@pytest.mark.parametrize(
    ("losses", "over"),
    [
        ([], False),
        ([3.0, 2.0, 2.1], False),
        ([3.0, 2.0, 2.1, 2.0], True),  # as low as before has not fallen
        ([3.0, 2.0, 2.1, 1.9], False),
        ([None, None, None], False),
    ],
)
def test_a_phase_ends_when_the_validation_loss_has_not_fallen_for_some_epochs(
    losses: list[float | None], over: bool
) -> None:
    rows = _history(*(("plain", loss) for loss in losses))
    assert recipes.is_over(recipes.change(CNN1, {"early_stop": 2}), rows) is over
    assert not recipes.is_over(CNN1, rows)


def test_a_phase_that_ended_early_moves_the_next_one() -> None:
    recipe = recipes.change(CNN1, {"early_stop": 1})
    rows = _history(("plain", 1.0), ("plain", 1.1), ("augmented", 2.0), ("augmented", 1.5))
    assert recipes.ends(recipe, rows) == [("plain", 2), ("augmented", 52)]
    assert recipes.ends(recipe) == recipes.ends(CNN1, rows) == [("plain", 10), ("augmented", 60)]
