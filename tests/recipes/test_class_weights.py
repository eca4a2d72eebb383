from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from clothier import recipes
from clothier.errors import InputError
from clothier.recipes import class_weights

CNN1 = recipes.get("cnn1")
NAMES = ("dress", "skirt", "T-shirt, blue")
LABELS = np.repeat([0, 1, 2], [60, 30, 10])


def test_balanced_is_scikit_learns() -> None:
    found = class_weights.for_classes("balanced", NAMES, LABELS)
    assert found is not None
    expected = compute_class_weight("balanced", classes=np.arange(3), y=LABELS)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("text", ["balanced", "skirt=3", "dress=0.2, T-shirt, blue=1e1"])
def test_the_mean_over_the_training_images_is_1(text: str) -> None:
    found = class_weights.for_classes(text, NAMES, LABELS)
    assert found is not None and found.dtype == np.float32
    assert found[LABELS].mean() == pytest.approx(1, rel=1e-6)


def test_classes_that_are_not_named_weigh_1_before_all_are_scaled() -> None:
    found = class_weights.for_classes("T-shirt, blue=4,skirt=2", NAMES, LABELS)
    assert found is not None
    np.testing.assert_allclose(found / found[0], [1, 2, 4], rtol=1e-6)
    assert class_weights.for_classes("", NAMES, LABELS) is None


@pytest.mark.parametrize("given", [None, {}, "balanced", "dress=2,skirt=1.5", {"dress": 2, "skirt": 1.5}])
def test_a_recipe_holds_it_as_text(given: Any) -> None:
    recipe = recipes.change(CNN1, {"class_weight": given})
    text = given if isinstance(given, str) else "dress=2,skirt=1.5" if given else ""
    assert recipe.class_weight == text
    assert recipes.Recipe.from_json(recipe.as_json()) == recipe


def test_classes_may_be_counted_as_in_keras() -> None:
    given = {0: 2.5, np.int64(2): np.float32(1.5), "skirt": 1}
    assert class_weights.as_text(given, NAMES) == "dress=2.5,T-shirt, blue=1.5,skirt=1"


@pytest.mark.parametrize(
    "text", ["balance", "dress", "dress=0", "dress=-1", "dress=nan", "dress=2,dress=3", "=2"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        recipes.change(CNN1, {"class_weight": text})
    assert str(caught.value) == (
        f"class_weight is '{text}'; wanted balanced, or numbers above 0 for classes, such as dress=2,skirt=1.5"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dress": 0}, "class_weight gives class 'dress' 0; wanted a number above 0"),
        ({3: 1.0}, "class_weight names class 3, and there are 3; wanted 0 to 2"),
    ],
)
def test_bad_mappings_are_refused(given: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        class_weights.as_text(given, NAMES)
    assert str(caught.value) == message


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(InputError) as caught:
        class_weights.for_classes("dres=2", ("dress", "skirt"), np.array([0, 1]))
    assert str(caught.value) == "unknown class 'dres'; known: dress, skirt; did you mean 'dress'?"
