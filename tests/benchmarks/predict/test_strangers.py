from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.predict import strange, strangers
from clothier.values import Dataset, Images, Split

KNOWN: Images = np.random.default_rng(0).integers(0, 256, (50, 28, 28, 1), dtype=np.uint8)
KINDS = {**strange.REPORTED, **strange.tuning(KNOWN)}


@pytest.mark.parametrize("name", KINDS)
def test_strangers_are_images_that_a_seed_decides(name: str) -> None:
    draw: Callable[[np.random.Generator, int], Images] = KINDS[name]
    one, again, other = (draw(np.random.default_rng(seed), 20) for seed in (1, 1, 2))
    assert (one.shape, one.dtype.name) == ((20, 28, 28, 1), "uint8")
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert len(np.unique(one.reshape(20, -1), axis=0)) > 10


def test_no_kind_is_both_tuned_on_and_reported() -> None:
    assert not strange.REPORTED.keys() & strange.tuning(KNOWN).keys()
    assert not set(strangers.HELD_OUT[True]) & set(strangers.HELD_OUT[False])


def test_shuffled_pieces_are_those_of_an_image() -> None:
    (moved,) = strange.shuffled(KNOWN[:1])(np.random.default_rng(0), 1)

    def pieces(image: Images) -> list[bytes]:
        return sorted(image[y : y + 7, x : x + 7].tobytes() for y in range(0, 28, 7) for x in range(0, 28, 7))

    assert pieces(moved) == pieces(KNOWN[0])
    assert (moved != KNOWN[0]).any()


def test_both_figures_agree_with_another_way_of_counting() -> None:
    rng = np.random.default_rng(0)
    known, others = (rng.normal(mean, 1, 500).round(1).astype(np.float32) for mean in (0, 1.5))
    truth = np.repeat([0, 1], 500)
    wanted = roc_auc_score(truth, np.concatenate([known, others]))
    assert strangers.auroc(known, others) == pytest.approx(wanted)
    limit = np.quantile(known, 0.95)
    assert strangers.passing(known, others) == np.mean([value <= limit for value in others])
    assert strangers.passing(known, known + 100) == 0


def test_classes_that_are_held_out_are_gone_and_the_others_count_on(tiny: Dataset) -> None:
    left, held, test = strangers.without(tiny, ("column", "none"))
    assert left.class_names == ("row",)
    assert left.fingerprint != tiny.fingerprint
    for name, split in left.splits().items():
        whole: Split = tiny.split(name)
        assert len(split) == (whole.labels == 0).sum()
        assert not split.labels.any()
    assert (len(held), len(test)) == tuple(
        (tiny.split(name).labels != 0).sum() for name in ("validation", "test")
    )
