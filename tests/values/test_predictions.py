from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from clothier.errors import DataError, InputError
from clothier.values import Predictions

NAMES = ("Bag", "<b>Coat</b>", "Shirt")


def _three() -> Predictions:
    """A sure bag, a shirt that may be a coat, and a file that could not be read."""
    readable = Predictions(
        np.array([[3, 0, 0], [0, 1, 1.5]], np.float32),
        temperature=2.0,
        class_names=NAMES,
        statuses=np.array(["sure", "likely"]),
        set_sizes=np.array([1, 2]),
        strangeness=np.array([0.5, np.nan], np.float32),
    )
    return replace(
        readable.with_unreadable(["", "", "is truncated"]),
        filenames=("a.png", "=b.png", "c.png"),
        warnings=((), ("it is dark",), ()),
    )


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=6))
def test_probabilities_are_scipys_softmax(row: list[float]) -> None:
    predictions = Predictions(np.array([row, row[::-1]], np.float32))
    np.testing.assert_allclose(
        predictions.uncalibrated_probabilities, softmax(predictions.logits, axis=1), atol=1e-6
    )
    assert predictions.uncalibrated_probabilities.dtype == np.float32
    calibrated = replace(predictions, temperature=1.7)
    wanted = softmax(predictions.logits.astype(np.float64) / 1.7, axis=1)
    np.testing.assert_allclose(calibrated.probabilities, wanted, atol=1e-6)
    assert calibrated.named_probabilities[0] == "probability"
    assert predictions.named_probabilities[0] == "uncalibrated probability"
    assert predictions.labels.tolist() == [int(np.argmax(row)), int(np.argmax(row[::-1]))]


def test_a_row_holds_what_is_known_of_its_image() -> None:
    predictions = _three()
    bag, shirt, broken = predictions
    assert predictions.labels.tolist() == [0, 2, -1]
    assert predictions.labels.dtype == np.int64
    np.testing.assert_array_equal([bag.probabilities, shirt.probabilities], predictions[:2].probabilities)
    np.testing.assert_array_equal(bag.uncalibrated_probabilities, predictions.uncalibrated_probabilities[0])
    assert (bag.class_name, bag.status, bag.strangeness, bag.doubt) == ("Bag", "sure", 0.5, "")
    assert (shirt.strangeness, shirt.warnings) == (None, ("it is dark",))
    assert shirt.doubt == shirt.verdict == "Probably Shirt, perhaps <b>Coat</b>"
    assert (bag.verdict, bag.possible, shirt.possible) == ("Bag (69 %)", ("Bag",), ("Shirt", "<b>Coat</b>"))
    assert shirt.classes[0] == ("Shirt", float(predictions.probabilities[1, 2]))
    assert (broken.label, broken.class_name, broken.classes) == (-1, None, ())
    assert broken.doubt == broken.reason == "is truncated"
    assert predictions[-1].filename == "c.png"
    with pytest.raises(IndexError):
        predictions[3]


def test_a_warning_lowers_a_plain_answer() -> None:
    predictions = _three()
    lowered = predictions.warned([("it is dark",), (), ()])
    assert lowered.statuses.tolist() == ["likely", "likely", "unreadable"]
    assert (lowered[0].verdict, lowered[0].warnings) == ("Probably Bag", ("it is dark",))
    assert predictions.warned([(), (), ()]).statuses.tolist() == ["sure", "likely", "unreadable"]


def test_slices_put_together_again_are_the_whole() -> None:
    whole = replace(_three(), features=np.arange(6, dtype=np.float32).reshape(3, 2))
    again = Predictions.concatenate([whole[:1], whole[1:1], whole[1:]])
    assert len(again) == 3
    assert isinstance(whole[1:], Predictions)
    for name in ("logits", "statuses", "set_sizes", "strangeness", "features", "labels"):
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name))
    for name in ("reasons", "warnings", "filenames", "class_names", "temperature"):
        assert getattr(again, name) == getattr(whole, name)


def test_without_a_temperature_nothing_passes_for_calibrated() -> None:
    predictions = replace(_three(), temperature=None)
    for one in (predictions, predictions[0]):
        with pytest.raises(InputError, match=r"^these predictions are not calibrated: "):
            _ = one.probabilities
    assert "not calibrated" in repr(predictions[0])
    assert "uncalibrated probability" in predictions._repr_html_()


def test_what_was_left_out_is_filled_in() -> None:
    (one,) = Predictions(np.array([[0, 1]], np.float32))
    assert (one.class_names, one.class_name, one.status, one.strangeness) == (("0", "1"), "1", "", None)
    assert (one.reason, one.warnings, one.filename, one.doubt) == ("", (), "", "")


def test_counts_that_differ_are_refused() -> None:
    with pytest.raises(DataError, match=r"wanted one of each an image$"):
        Predictions(np.zeros((2, 3), np.float32), filenames=("a",))
    with pytest.raises(DataError, match=r"^3 logits an image, 2 class names; wanted as many$"):
        Predictions(np.zeros((2, 3), np.float32), class_names=("a", "b"))


def test_it_is_shown_short_as_text_and_as_a_table_in_a_notebook() -> None:
    predictions = _three()
    assert repr(predictions) == "<Predictions of 3 images in 3 classes: 1 sure, 1 likely, 1 unreadable>"
    assert repr(predictions[0]) == "<Prediction a.png: Bag (69 %)>"
    assert repr(predictions[2]) == "<Prediction c.png: unreadable (is truncated)>"
    page = predictions._repr_html_()
    assert "is truncated" in page
    assert "<b>Coat" not in page + predictions[1]._repr_html_()
    many = Predictions(np.zeros((5000, 3), np.float32), class_names=NAMES)
    assert "and 4,980 more" in many._repr_html_()
    assert len(many._repr_html_()) < 10_000


def test_a_csv_file_has_a_row_an_image(tmp_path: Path) -> None:
    _three().to_csv(tmp_path / "answers.csv")
    with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["filename"] for row in rows] == ["a.png", "'=b.png", "c.png"]
    assert [row["label"] for row in rows] == ["Bag", "Shirt", ""]
    assert [row["status"] for row in rows] == ["sure", "likely", "unreadable"]
    assert [row["warnings"] for row in rows] == ["", "it is dark", ""]
    Predictions.to_csv(replace(_three(), temperature=None), str(tmp_path / "other.csv"))
    assert "uncalibrated_probability" in (tmp_path / "other.csv").read_text("utf-8")
