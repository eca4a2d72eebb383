from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from support.network_outputs import seen

from clothier import calibrate
from clothier.calibrate import Calibration, Outputs
from clothier.errors import DataError
from clothier.values import LIKELY, SURE, UNLIKE, UNSURE


def test_verdicts_keep_their_promises_on_new_images() -> None:
    held, training, new = seen(4000), seen(2000, seed=2), seen(4000, seed=1)
    predictions = calibrate.fit(held, training).judge(new.logits, new.features, new.images)
    statuses, right = predictions.statuses, predictions.labels == new.labels
    assert right.mean() < 0.9
    assert right[statuses == SURE].mean() >= 0.94
    assert 0.2 < np.mean(statuses == SURE) < 0.9
    assert np.mean(statuses == UNLIKE) == pytest.approx(0.05, abs=0.015)
    order = np.argsort(-predictions.probabilities, axis=1, kind="stable")
    place = np.argmax(order == new.labels[:, np.newaxis], axis=1)
    assert np.mean(place < predictions.set_sizes) == pytest.approx(0.95, abs=0.015)


def test_a_model_at_chance_is_never_plain() -> None:
    held = seen(2000)
    chance = replace(held, labels=np.random.default_rng(3).integers(0, 3, len(held.labels)))
    made = calibrate.fit(chance, seen(500, seed=2))
    assert made.sure == math.inf
    assert list(made.thresholds) == ["possible", "unlike"]
    assert SURE not in made.judge(held.logits, held.features, held.images).statuses


@pytest.mark.parametrize(("count", "is_plain"), [(30, False), (400, True)])
def test_few_photos_prove_nothing(count: int, is_plain: bool) -> None:
    made = seen(count)
    perfect = Outputs(20 * np.eye(3, dtype=np.float32)[made.labels], made.features, made.images, made.labels)
    assert math.isfinite(calibrate.fit(perfect, temperature=1.0).sure) == is_plain


def test_the_kinds_of_doubt_have_an_order() -> None:
    calibration = Calibration(1.0, sure=0.8, possible=0.1)
    shares = np.array(
        [
            [0.85, 0.15, 0, 0, 0],  # two are possible, but one is plain
            [0.7, 0.05, 0.05, 0.1, 0.1],
            [0.4, 0.3, 0.3, 0, 0],
            [0.3, 0.3, 0.2, 0.2, 0],
            [0.6, 0.05, 0.05, 0.05, 0.25],
        ],
        np.float32,
    )
    with np.errstate(divide="ignore"):
        logits = np.log(shares)
    images = np.zeros((5, 4, 4, 1), np.uint8)
    found = calibration.judge(logits, np.zeros((5, 2), np.float32), images)
    assert found.statuses.tolist() == [SURE, LIKELY, LIKELY, UNSURE, LIKELY]
    assert found.set_sizes.tolist() == [2, 3, 3, 4, 2]


def test_a_set_of_all_three_classes_says_nothing() -> None:
    images, features = np.zeros((1, 4, 4, 1), np.uint8), np.zeros((1, 2), np.float32)
    for num_classes, status in ((2, LIKELY), (3, UNSURE), (4, UNSURE)):
        logits = np.zeros((1, num_classes), np.float32)
        assert Calibration(1.0, possible=0.1).judge(logits, features, images).statuses.tolist() == [status]


def test_unlike_comes_before_unsure() -> None:
    made = seen(300)
    calibration = calibrate.fit(made)
    noise = np.random.default_rng(0).integers(0, 256, made.images.shape, dtype=np.uint8)
    predictions = calibration.judge(np.zeros_like(made.logits), made.features, noise)
    assert set(predictions.statuses) == {UNLIKE}
    predictions = calibration.judge(np.zeros_like(made.logits), made.features, made.images)
    assert set(predictions.statuses) == {UNLIKE, UNSURE}


def test_what_is_no_number_is_doubted() -> None:
    made = seen(300)
    calibration = calibrate.fit(made)
    with np.errstate(invalid="ignore"):
        predictions = calibration.judge(made.logits * np.float32(np.nan), made.features, made.images)
        assert set(predictions.statuses) == {UNLIKE, UNSURE}
        predictions = calibration.judge(made.logits, made.features * np.float32(np.nan), made.images)
    assert set(predictions.statuses) == {UNLIKE}


def test_without_a_fit_logits_are_softmaxed_and_no_verdict_is_given() -> None:
    made = seen(20)
    predictions = Calibration().judge(made.logits, made.features, made.images)
    np.testing.assert_array_equal(predictions.uncalibrated_probabilities, calibrate.softmax(made.logits))
    assert predictions.temperature is None
    assert set(predictions.statuses) == {""}
    assert np.isnan(predictions.strangeness).all()


def test_images_of_a_kind_that_was_not_measured_are_never_sure() -> None:
    made = seen(600)
    calibration = calibrate.fit(made, seen(300, seed=2))
    found = calibration.judge(made.logits, made.features, made.images)
    assert SURE in found.statuses
    assert set(calibration.with_thresholds({}).again(found).statuses) == {UNSURE, UNLIKE}
    others = calibration.with_thresholds({"temperature": 3.0, "possible": 0.3})
    again = others.again(found)
    assert again.temperature == 3
    assert set(again.statuses) <= {LIKELY, UNSURE}
    assert Calibration().with_thresholds({}).again(found).temperature is None


def test_few_images_set_a_temperature_but_say_nothing_of_strangers() -> None:
    made = seen(99)
    calibration = calibrate.fit(made)
    assert calibration.temperature == calibrate.fit_temperature(made.logits, made.labels)
    assert calibration.as_tensors() == {}
    assert "unlike" not in calibration.thresholds
    noise = np.random.default_rng(0).integers(0, 256, made.images.shape, dtype=np.uint8)
    assert UNLIKE not in calibration.judge(made.logits, made.features, noise).statuses


@pytest.mark.parametrize("count", [60, 600])
@pytest.mark.parametrize("channels", [1, 3])
def test_there_and_back_through_a_model_files_parts(count: int, channels: int) -> None:
    made, new = seen(count, channels=channels), seen(100, seed=1, channels=channels)
    calibration = calibrate.fit(made)
    tensors = {name: tensor.copy() for name, tensor in calibration.as_tensors().items()}
    assert all(tensor.dtype == np.float32 for tensor in tensors.values())
    back = Calibration.of_tensors(calibration.temperature, calibration.thresholds, tensors)
    one, other = (each.judge(new.logits, new.features, new.images) for each in (calibration, back))
    np.testing.assert_array_equal(one.probabilities, other.probabilities)
    np.testing.assert_array_equal(one.statuses, other.statuses)
    np.testing.assert_array_equal(one.strangeness, other.strangeness)
    np.testing.assert_array_equal(one.set_sizes, other.set_sizes)


def test_statistics_that_do_not_fit_are_refused() -> None:
    calibration = calibrate.fit(seen(200))
    tensors = calibration.as_tensors()

    def load(**changes: object) -> None:
        changed = {**tensors, **changes}
        kept = {name: np.asarray(tensor) for name, tensor in changed.items() if tensor is not None}
        Calibration.of_tensors(1.0, calibration.thresholds, kept)

    load()
    with pytest.raises(
        DataError, match=r"^statistics are axes, .*; wanted centre, axes, classes, precision, "
    ):
        load(means=None)
    with pytest.raises(
        DataError, match=r"^statistics 'precision' are float32 \(5, 4\); wanted float32 \(5, 5\), all"
    ):
        load(precision=tensors["precision"][:, :4])
    with pytest.raises(
        DataError, match=r"^statistics 'centre' are float64 \(5,\); wanted float32 \(5,\), all"
    ):
        load(centre=tensors["centre"].astype(np.float64))
    with pytest.raises(
        DataError, match=r"^statistics 'pictures' are float32 \(49,\); wanted float32 \(49, 0\), all"
    ):
        load(pictures=tensors["pictures"][:, 0])
    broken = tensors["classes"].copy()
    broken[1] = np.nan
    with pytest.raises(DataError, match=r"^statistics 'classes' are .* all of them finite$"):
        load(classes=broken)
    with pytest.raises(DataError, match=r"^statistics 'classes' have no row; wanted one a class"):
        load(classes=tensors["classes"][:0])
    for name, size in (("deviations", 3), ("rest", 1)):
        with pytest.raises(
            DataError, match=rf"^statistics '{name}' are not all above 0; wanted them so; export"
        ):
            load(**{name: np.zeros(size, np.float32)})


def test_wrong_counts_are_refused() -> None:
    made = seen(20)
    with pytest.raises(
        DataError, match=r"^counts differ: 20 logits, 19 features, 20 images, 20 labels; wanted one"
    ):
        Outputs(made.logits, made.features[1:], made.images, made.labels)
    with pytest.raises(DataError, match=r"and at least one image$"):
        made.at(np.zeros(20, np.bool_))
