"""Fine-tuning of a base's last layers on the maps of several views: scores, resuming, the model file."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from support.small_runs import fresh, state

from clothier import export, models, recipes, training
from clothier.errors import InputError, InterruptedRunError
from clothier.models.plan import Plan
from clothier.predict import Predictor
from clothier.recipes import Recipe
from clothier.runs import Run, trained
from clothier.training import pace
from clothier.training.transfer import features, pretrained
from clothier.values import Dataset, Split

SMALL = recipes.change(
    recipes.get("photos"),
    {"base": "random", "base_views": 2, "epochs": 2, "fine_tune_epochs": 2, "precision": "float32"}
    | {"class_weight": "row=2", "base_features": "places", "learning_rate": 1e-3},
)


@pytest.fixture(scope="module")
def few(tiny: Dataset) -> Dataset:
    """48 images to train on and 24 to validate and to test on: Lite1 enlarges them to 96 x 96."""
    assert tiny.validation and tiny.test
    return replace(
        tiny, train=_some(tiny.train, 48), validation=_some(tiny.validation, 24), test=_some(tiny.test, 24)
    )


def _some(split: Split, count: int) -> Split:
    return Split(split.images[:count], split.labels[:count])


@pytest.fixture(scope="module")
def finished(few: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("last")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        return fresh(few, root, SMALL)


def test_each_phase_has_a_schedule_of_its_own(finished: Run) -> None:
    head, tuned = (
        [row.learning_rate for row in finished.read_history()][part] for part in (slice(2), slice(2, 4))
    )
    assert head[0] > head[1] > 0 and tuned[0] > tuned[1] > 0
    assert tuned[0] < SMALL.fine_tune_rate < head[0] * 2


def test_the_layers_below_stay_as_they_were_and_those_above_do_not(finished: Run) -> None:
    before, model = pretrained.restore(finished), trained.load(finished)
    assert before
    first_tuned = [weight.path for weight in model.weights].index("block15_expand_conv/kernel")
    same = [
        np.array_equal(old, new)
        for old, new in zip(before.weights.values(), model.get_weights(), strict=False)
    ]
    assert all(same[:first_tuned])
    norms = [place for place, weight in enumerate(model.weights[: len(same)]) if "moving_" in weight.path]
    assert all(same[place] for place in norms), "means of small batches must not replace those of the base"
    kernels = [
        place for place, weight in enumerate(model.weights[: len(same)])
        if place >= first_tuned and weight.path.endswith("kernel")
    ]  # fmt: skip
    assert not any(same[place] for place in kernels)


def test_the_head_standardises_the_features_of_the_training_images(finished: Run, few: Dataset) -> None:
    model = trained.load(finished)
    head, below = model.get_layer("head1_norm"), models.build_base(Plan.of(SMALL, few.image_shape, 3))
    base = pretrained.restore(finished)
    assert base
    below.set_weights(list(base.weights.values()))
    features = np.asarray(below(few.train.images, training=False), np.float64)
    np.testing.assert_allclose(np.asarray(head.moving_mean), features.mean(axis=0), atol=2e-3)
    np.testing.assert_allclose(np.sqrt(head.moving_variance), features.std(axis=0), atol=2e-3)
    weight = np.asarray(head.gamma) ** 2
    assert weight[:1280].sum() == pytest.approx(1280) == pytest.approx(weight[1280:].sum())


def test_a_head_on_places_tells_where_a_thing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    images = np.random.default_rng(3).integers(100, 120, (40, 24, 24, 3), np.uint8)
    labels = np.arange(40) % 2
    images[labels == 0, 2:10, 8:16] = images[labels == 1, 14:22, 8:16] = 250
    data = Dataset.from_arrays(
        (images[:30], labels[:30]), validation=(images[30:], labels[30:]), class_names=("top", "bottom")
    )
    head = recipes.change(SMALL, {"epochs": 8, "fine_tune_epochs": 0, "base_views": 1, "class_weight": ""})
    (scores,) = fresh(data, tmp_path, head).read_scores()
    assert scores.validation
    assert scores.validation.accuracy == 1


def test_the_model_file_gives_the_scores_that_the_maps_gave(finished: Run, few: Dataset) -> None:
    scores = finished.read_scores()[-1]
    predictor = Predictor(export.bundle_of(finished, few))
    assert few.test
    logits, _ = predictor.outputs(few.test.images)
    assert scores.test
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(24), few.test.labels]
    assert losses.mean() == pytest.approx(scores.test.loss, rel=0.02)  # maps are float16


def test_stopped_in_each_phase_and_resumed_it_ends_with_the_same_bits(
    finished: Run, few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(finished.path.parent / "cache"))

    class Stop(training.Watcher):
        def __init__(self, before: int) -> None:
            self.before = before

        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == self.before:
                raise KeyboardInterrupt

    run = Run.create("photos", tmp_path)
    with pytest.raises(InterruptedRunError):
        training.train(SMALL, few, run, watcher=Stop(2))
    with pytest.raises(InterruptedRunError):
        training.resume(run, few, watcher=Stop(4))
    training.resume(run, few)
    assert state(run) == state(finished)


def test_the_time_is_foreseen(few: Dataset) -> None:
    """On a clock that moves one second each time it is read: 16 images take one, and so do six steps of 32 maps."""
    plan = Plan.of(SMALL, few.image_shape, few.num_classes)
    ticks = count(0.0, 1.0)
    seconds = pace.on_base(SMALL, plan, few, "float32", features.in_keras, clock=ticks.__next__)
    rows = 48 * 2 + 24 + 24
    assert seconds == pytest.approx(rows / 16 + 48 / (pace.TIMED * 32) * 2)
    whole = replace(SMALL, fine_tune_part="all")
    assert pace.on_base(whole, plan, few, "float32", features.in_keras) is None


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (replace(SMALL, model="vgg19"), "fine_tune_part is last, and for the base vgg19 it is not known"),
        (replace(SMALL, model="mobilenet_v3_small"), "wanted all, or one of efficientnet_lite0"),
    ],
)
def test_a_base_whose_last_layers_are_not_known_is_refused(recipe: Recipe, words: str) -> None:
    with pytest.raises(InputError, match=words):
        pretrained.fetch(recipe)
