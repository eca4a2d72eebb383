from __future__ import annotations

import numpy as np
import pytest
from support.network_outputs import seen

from clothier import calibrate
from clothier.calibrate import Calibration
from clothier.errors import DataError


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_each_threshold_accepts_the_share_of_new_images_that_was_asked_for(share: float) -> None:
    held, new = seen(4000), seen(4000, seed=1)
    made = calibrate.fit(held.logits, held.features, held.images, held.labels, share)
    predictions = made.judge(new.logits, new.features, new.images)
    assert np.mean(predictions.statuses == "unlike") == pytest.approx(1 - share, abs=0.02)
    assert np.mean(predictions.probabilities.max(axis=1) < made.unsure) == pytest.approx(1 - share, abs=0.02)


def test_what_is_unsure_is_wrong_more_often() -> None:
    held, new = seen(2000), seen(2000, seed=1)
    made = calibrate.fit(held.logits, held.features, held.images, held.labels, 0.8)
    predictions = made.judge(new.logits, new.features, new.images)
    right = predictions.probabilities.argmax(axis=1) == new.labels
    assert right[predictions.statuses == "unsure"].mean() < right[predictions.statuses == "sure"].mean() - 0.2


def test_unlike_comes_before_unsure() -> None:
    made = seen(300)
    calibration = calibrate.fit(made.logits, made.features, made.images, made.labels)
    noise = np.random.default_rng(0).integers(0, 256, made.images.shape, dtype=np.uint8)
    predictions = calibration.judge(np.zeros_like(made.logits), made.features, noise)
    assert set(predictions.statuses) == {"unlike"}
    predictions = calibration.judge(np.zeros_like(made.logits), made.features, made.images)
    assert set(predictions.statuses) == {"unlike", "unsure"}


def test_what_is_no_number_is_doubted() -> None:
    made = seen(300)
    calibration = calibrate.fit(made.logits, made.features, made.images, made.labels)
    with np.errstate(invalid="ignore"):
        predictions = calibration.judge(made.logits * np.float32(np.nan), made.features, made.images)
        assert set(predictions.statuses) == {"unlike", "unsure"}
        predictions = calibration.judge(made.logits, made.features * np.float32(np.nan), made.images)
    assert set(predictions.statuses) == {"unlike"}


def test_without_a_fit_logits_are_softmaxed_and_nothing_is_doubted() -> None:
    made = seen(20)
    predictions = Calibration().judge(made.logits, made.features, made.images)
    np.testing.assert_array_equal(predictions.uncalibrated_probabilities, calibrate.softmax(made.logits))
    assert predictions.temperature is None
    assert set(predictions.statuses) == {"sure"}
    assert np.isnan(predictions.strangeness).all()


def test_few_images_set_a_temperature_but_say_nothing_of_strangers() -> None:
    made = seen(99)
    calibration = calibrate.fit(made.logits, made.features, made.images, made.labels)
    assert calibration.temperature == calibrate.fit_temperature(made.logits, made.labels)
    assert (calibration.as_tensors(), list(calibration.thresholds)) == ({}, ["unsure"])
    noise = np.random.default_rng(0).integers(0, 256, made.images.shape, dtype=np.uint8)
    assert "unlike" not in calibration.judge(made.logits, made.features, noise).statuses


@pytest.mark.parametrize("count", [60, 600])
def test_there_and_back_through_a_model_files_parts(count: int) -> None:
    made, new = seen(count), seen(100, seed=1)
    calibration = calibrate.fit(made.logits, made.features, made.images, made.labels)
    tensors = {name: tensor.copy() for name, tensor in calibration.as_tensors().items()}
    assert all(tensor.dtype == np.float32 for tensor in tensors.values())
    back = Calibration.of_tensors(calibration.temperature, calibration.thresholds, tensors)
    one, other = (each.judge(new.logits, new.features, new.images) for each in (calibration, back))
    np.testing.assert_array_equal(one.probabilities, other.probabilities)
    np.testing.assert_array_equal(one.statuses, other.statuses)
    np.testing.assert_array_equal(one.strangeness, other.strangeness)


def test_statistics_that_do_not_fit_are_refused() -> None:
    made = seen(200)
    calibration = calibrate.fit(made.logits, made.features, made.images, made.labels)
    tensors = calibration.as_tensors()

    def load(**changes: object) -> None:
        changed = {**tensors, **changes}
        kept = {name: np.asarray(tensor) for name, tensor in changed.items() if tensor is not None}
        Calibration.of_tensors(1.0, calibration.thresholds, kept)

    load()
    with pytest.raises(
        DataError, match=r"^statistics are centre, .*; wanted centre, curve, slopes, heights, "
    ):
        load(means=None)
    with pytest.raises(
        DataError, match=r"^statistics 'curve' are float32 \(5, 4\); wanted float32 \(5, 5\), all"
    ):
        load(curve=tensors["curve"][:, :4])
    with pytest.raises(
        DataError, match=r"^statistics 'centre' are float64 \(5,\); wanted float32 \(5,\), all"
    ):
        load(centre=tensors["centre"].astype(np.float64))
    with pytest.raises(
        DataError, match=r"^statistics 'pictures' are float32 \(49,\); wanted float32 \(49, 0\), all"
    ):
        load(pictures=tensors["pictures"][:, 0])
    broken = tensors["heights"].copy()
    broken[1] = np.nan
    with pytest.raises(DataError, match=r"^statistics 'heights' are .* all of them finite$"):
        load(heights=broken)
    with pytest.raises(
        DataError, match=r"^statistics 'deviations' are not all above 0; wanted them so; export"
    ):
        load(deviations=np.zeros(3, np.float32))


def test_wrong_counts_and_shares_are_refused() -> None:
    made = seen(20)
    with pytest.raises(
        DataError, match=r"^counts differ: 20 logits, 19 features, 20 images, 20 labels; wanted one"
    ):
        calibrate.fit(made.logits, made.features[1:], made.images, made.labels)
    with pytest.raises(
        DataError, match=r"^the share to accept is 95; wanted one between 0 and 1, such as 0\.95$"
    ):
        calibrate.fit(made.logits, made.features, made.images, made.labels, 95)
