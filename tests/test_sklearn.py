from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from conftest import stripes
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from support.own_networks import spectrum

from clothier.errors import InputError
from clothier.reports import report
from clothier.sklearn import ImageClassifier
from clothier.training.loop import Training

FAST: dict[str, Any] = {"epochs": 3, "changes": {"batch_size": 16, "precision": "float32"}}
IMAGES, NUMBERS = stripes(150, 1).images[..., 0], stripes(150, 1).labels
NAMES = np.array(["row", "column", "none"])[NUMBERS]
NEW, NEW_NAMES = stripes(60, 2).images[..., 0], np.array(["row", "column", "none"])[stripes(60, 2).labels]


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "draw", lambda *_: {})
    monkeypatch.setattr(report, "render", lambda run, _: "")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> ImageClassifier:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "draw", lambda *_: {})
        patched.setattr(report, "render", lambda run, _: "")
        root = tmp_path_factory.mktemp("runs")
        return ImageClassifier(epochs=8, changes=FAST["changes"], root=root).fit(IMAGES, NAMES)


def test_it_predicts_labels_as_they_were_given(fitted: ImageClassifier) -> None:
    assert fitted.classes_.tolist() == ["column", "none", "row"]
    probabilities = fitted.predict_proba(NEW)
    assert probabilities.shape == (60, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    predicted = fitted.predict(NEW)
    assert predicted.tolist() == fitted.classes_[probabilities.argmax(axis=1)].tolist()
    assert fitted.score(NEW, NEW_NAMES) == np.mean(predicted == NEW_NAMES) > 0.6
    assert fitted.run_path_ is not None
    assert (fitted.run_path_ / "model.clothier").is_file()
    assert len(fitted.predictions(NEW).statuses) == 60


def test_it_is_pickled_with_its_network(fitted: ImageClassifier) -> None:
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.predict_proba(NEW), fitted.predict_proba(NEW))


def test_a_clone_has_the_parameters_and_nothing_learned(fitted: ImageClassifier) -> None:
    copied = clone(fitted)
    assert copied.get_params() == fitted.get_params()
    assert copied.set_params(epochs=1).epochs == 1
    with pytest.raises(NotFittedError):
        copied.predict(NEW)


def test_cross_validation_leaves_nothing_behind(tmp_path: Path) -> None:
    scores = cross_val_score(ImageClassifier(**FAST), IMAGES, NUMBERS, cv=2, error_score="raise")
    assert scores.shape == (2,)
    assert not (tmp_path / "runs").exists()


def test_a_grid_search_in_a_pipeline_of_flattened_images() -> None:
    flat: npt.NDArray[np.float64] = IMAGES.reshape(len(IMAGES), -1) / 255
    steps = [
        ("as they are", FunctionTransformer()),
        ("classify", ImageClassifier(image_shape=(12, 12), **FAST)),
    ]
    search = GridSearchCV(Pipeline(steps), {"classify__epochs": [1, 2]}, cv=2, error_score="raise")
    search.fit(flat, NUMBERS + 5)
    assert search.best_params_["classify__epochs"] in (1, 2)
    assert set(search.predict(flat).tolist()) <= {5, 6, 7}


@pytest.mark.parametrize(
    ("images", "labels", "options", "message"),
    [
        (IMAGES.reshape(150, -1), NUMBERS, {"image_shape": (28, 28)},
         "images have 144 pixels each, and image_shape is (28, 28), which has 784; wanted as many"),
        (IMAGES.reshape(150, -1), NUMBERS, {},
         "images have the shape (150, 144); wanted (n, height, width) or (n, height, width, 1 or 3); reshape them: "
         "np.reshape(images, (-1, 12, 12))"),
        (IMAGES.reshape(150, -1), NUMBERS, {"image_shape": "12x12"},
         "image_shape is '12x12'; wanted (height, width) or (height, width, channels), such as (28, 28)"),
        (IMAGES.reshape(150, -1), NUMBERS, {"image_shape": (144,)},
         "image_shape is (144,); wanted (height, width) or (height, width, channels), such as (28, 28)"),
        (IMAGES, NUMBERS, {"recipe": "cnn9"}, None),
        (IMAGES, NUMBERS, {"class_weight": {0: 2, 7: 3}}, "unknown class '7'; known: 0, 1, 2"),
        (IMAGES, NUMBERS, {"epochs": 3, "changes": {"epochs": 2}},
         "changes have 'epochs', which is the argument epochs of ImageClassifier; wanted other fields of the recipe "
         "there; write epochs=2"),
        (IMAGES, NUMBERS, {"changes": {"seed": 2}},
         "changes have 'seed', which is the argument random_state of ImageClassifier; wanted other fields of the "
         "recipe there; write random_state=2"),
        (IMAGES, np.zeros(150), {}, "arrays has a single class, '0.0'; wanted two or more; add another class"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted(
    images: Any, labels: Any, options: dict[str, Any], message: str | None
) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$" if message else "^unknown recipe 'cnn9'"):
        ImageClassifier(**{**FAST, **options}).fit(images, labels)


def test_a_network_that_cannot_be_exported_is_refused_before_it_is_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Training, "phases", lambda _: pytest.fail("it was trained"))
    with pytest.raises(
        InputError, match=r"^layer rfft1 \(RFFT\) cannot be exported: ONNX Runtime cannot run "
    ):
        ImageClassifier(model=spectrum, **FAST).fit(IMAGES, NUMBERS)
