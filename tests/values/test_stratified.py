from __future__ import annotations

import numpy as np
import pytest

from clothier.values import Labels
from clothier.values.stratified import hold_out_groups


def products(seed: int, num_groups: int = 120, mixed: bool = False) -> tuple[Labels, Labels]:
    """(labels, groups) of products of one to eight images in three classes, of which the third is rare."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, num_groups)
    groups = np.repeat(np.arange(num_groups), sizes)
    labels = rng.choice(3, num_groups, p=[0.5, 0.4, 0.1])[groups]
    if mixed:  # a third of the images show another class than their product's
        labels = np.where(rng.random(len(labels)) < 0.3, rng.integers(0, 3, len(labels)), labels)
    order = rng.permutation(len(groups))
    return labels[order], groups[order]


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_no_group_is_on_both_sides_and_classes_have_their_shares(seed: int, mixed: bool) -> None:
    labels, groups = products(seed, mixed=mixed)
    rows = np.arange(len(labels)) + 1000
    kept, held = hold_out_groups(rows, labels, groups, seed, 0.2)
    assert sorted([*kept, *held]) == rows.tolist()
    assert not set(groups[kept - 1000]) & set(groups[held - 1000])
    sizes = np.bincount(labels)

    shares = np.bincount(labels[held - 1000], minlength=3) / sizes
    assert np.abs(shares - 0.2).sum() < 0.05


def test_the_seed_draws_the_groups() -> None:
    labels, groups = products(0)
    rows = np.arange(len(labels))
    first, again, other = (hold_out_groups(rows, labels, groups, seed, 0.2)[1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_large_groups_are_as_likely_as_small_ones() -> None:
    labels, groups = products(3, num_groups=300)
    rows, sizes = np.arange(len(labels)), np.bincount(groups)
    held = [hold_out_groups(rows, labels, groups, seed, 0.2)[1] for seed in range(10)]
    means = [sizes[np.unique(groups[of_seed])].mean() for of_seed in held]
    assert np.mean(means) == pytest.approx(sizes.mean(), rel=0.08)


def test_few_groups_leave_one_of_each_class_on_either_side() -> None:
    labels, groups = np.repeat([0, 1], [12, 10]), np.repeat([0, 1, 2, 3, 4], [6, 6, 5, 3, 2])
    rows = np.arange(22)
    for seed in range(5):
        kept, held = hold_out_groups(rows, labels, groups, seed, 0.2)
        assert set(labels[kept]) == set(labels[held]) == {0, 1}
        assert (labels[kept] == 1).sum() >= 7
        assert len(set(groups[hold_out_groups(rows, labels, groups, seed, 0.2, keep=2)[0]])) == 4
