"""What more images bring, on generated clothes."""

from __future__ import annotations

import numpy as np
import pytest

import clothier
from clothier import planning
from clothier.errors import InputError
from clothier.values import Dataset, Estimate, Forecast, Gain
from clothier.values.forecast import points


@pytest.fixture(scope="module")
def found() -> Forecast:
    return planning.forecast(clothier.load("generated:600"), more=50, goal=0.99)


def test_gains_are_of_all_and_of_each_class(found: Forecast) -> None:
    assert [gain.more for gain in found.gains] == [50, sum(found.counts.values())]
    assert {gain.class_name for gain in found.class_gains} == set(found.counts)
    for gain in (*found.gains, *found.class_gains):
        if gain.accuracy is None:
            assert gain.reason in gain.words
        else:
            assert gain.accuracy.low <= gain.accuracy.value <= gain.accuracy.high
            assert gain.words.startswith("50 more images" if gain.more == 50 else f"{gain.more} more images")


def test_curves_rise_and_go_on_beyond_the_images_there_are(found: Forecast) -> None:
    measured, expected = found.curve.measured, found.curve.expected
    assert measured[-1][1].value > measured[0][1].value
    assert expected[-1][0] == pytest.approx(2 * sum(found.counts.values()))
    assert found.goal is not None and "99 % accuracy" in found.goal.words
    assert found.as_json()["curve"]["measured"][-1]["images"] == measured[-1][0]


def test_the_test_images_are_not_looked_at(found: Forecast) -> None:
    data = clothier.load("generated:600")
    assert data.test is not None and data.validation is not None
    assert found.num_scored == len(data.train) + len(data.validation)


def test_too_few_images_are_said_to_tell_nothing() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (12, 8, 8, 1), dtype=np.uint8)
    data = Dataset.from_arrays((images, np.arange(12) % 2), class_names=("hat", "shoe"))
    found = planning.forecast(data, more=10)
    assert found.gains[0].words == (
        "10 more images: cannot be told, because 12 images are too few to learn from and to score"
    )


def test_numbers_out_of_range_are_refused() -> None:
    data = clothier.load("generated:60")
    with pytest.raises(InputError, match="more is 0; wanted the number of further images, 1 or greater"):
        clothier.plan(data, more=0)
    with pytest.raises(InputError, match=r"goal is 95; wanted an accuracy between 0 and 1, such as 0\.95"):
        clothier.plan(data, goal=95)


def test_gains_in_words() -> None:
    gain = Gain("shirt", 290, 200, Estimate(0.015, 0.005, 0.026))
    assert gain.words == "200 more images of shirt: about +1.5 points (0.5 to 2.6)"
    assert points(Estimate(0.001, -0.002, 0.004), "") == "+0.1 (-0.2 to 0.4)"
