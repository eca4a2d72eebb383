from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.network_outputs import seen

from clothier import calibrate
from clothier.calibrate import Outputs, Promises
from clothier.calibrate.promises import auroc


def test_promises_are_those_that_new_images_see() -> None:
    held, training, new = seen(3000), seen(1000, seed=2), seen(3000, seed=1)
    fitted = calibrate.fit(held, training)
    promised = calibrate.measure(held, fitted)
    found = fitted.judge(new.logits, new.features, new.images)
    right = found.labels == new.labels
    is_plain = found.statuses == "sure"
    assert promised.photos == 3000
    assert promised.right == pytest.approx(right[is_plain].mean(), abs=0.02)
    assert promised.plainly == pytest.approx(is_plain.mean(), abs=0.05)
    assert promised.covered == pytest.approx(0.95, abs=0.02)
    assert promised.classes == pytest.approx(found.set_sizes.mean(), abs=0.1)
    assert promised.unlike == pytest.approx(0.05, abs=0.02)


def test_photos_are_tested_by_their_first_view_and_never_learned_from() -> None:
    held = seen(400)
    noise = np.random.default_rng(4).normal(0, 5, held.logits.shape).astype(np.float32)
    views = Outputs.join([held, replace(held, logits=held.logits + noise)])
    assert views.num_photos == 400
    fitted = calibrate.fit(views, seen(300, seed=2))
    assert calibrate.measure(views, fitted).photos == 400
    np.testing.assert_array_equal(views.weights, 0.5)


def test_pictures_of_other_things_are_counted() -> None:
    held = seen(1000)
    fitted = calibrate.fit(held, seen(500, seed=2))
    other = seen(300, seed=5)
    noise = np.random.default_rng(0).integers(0, 256, other.images.shape, dtype=np.uint8)
    promised = calibrate.measure(held, fitted, (other.logits, other.features, noise))
    assert (promised.others, promised.caught) == (300, 1)
    assert promised.auroc is not None
    assert promised.auroc > 0.99
    assert "100% of 300 everyday pictures of other things are called so (AUROC 1.000)." in promised.words()


def test_ties_count_half() -> None:
    known = np.array([0, 1, 1, 2], np.float32)
    assert auroc(known, np.array([1], np.float32)) == 0.5
    assert auroc(known, np.array([3, -1], np.float32)) == 0.5


def test_a_model_without_plain_answers_says_so() -> None:
    held = seen(300)
    chance = replace(held, labels=np.random.default_rng(3).integers(0, 3, 300))
    promised = calibrate.measure(chance, calibrate.fit(chance, seen(300, seed=2)))
    assert (promised.right, promised.plainly) == (None, 0)
    assert "None gets a plain answer" in promised.words("photos")
    few = seen(60)
    promised = calibrate.measure(few, calibrate.fit(few))
    assert promised.unlike is None
    assert "None is ever called unlike" in promised.words()


def test_scores_there_and_back() -> None:
    for promised in (
        Promises(90, None, 0.0, 0.96, 2.5, None),
        Promises(90, 0.97, 0.8, 0.96, 1.5, 0.04, 30, 0.98, 0.9),
    ):
        assert Promises.of_scores(promised.as_scores()) == promised
