from __future__ import annotations

import itertools
import json
import math
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.run_folders import LABELS, make_run

from clothier.errors import InputError, RunError
from clothier.reports import compare
from clothier.runs import Run
from clothier.values.repair import Repair


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (3, 9), (63, 0), (40, 41), (120, 57)])
def test_mcnemar_agrees_with_counting_coin_tosses(first: int, second: int) -> None:
    total = first + second
    as_far = [k for k in range(total + 1) if abs(k - total / 2) >= abs(first - total / 2)]
    exact = sum(math.comb(total, k) for k in as_far) / 2**total
    assert compare.mcnemar(first, second) == pytest.approx(exact, rel=1e-9)
    assert compare.mcnemar(second, first) == compare.mcnemar(first, second)


@pytest.mark.parametrize("chances", [[], [0.04], [0.01, 0.04, 0.03], [0.5, 0.01, 0.01, 0.2, 0.013, 1.0]])
def test_holm_rejects_what_the_steps_of_the_method_reject(chances: list[float]) -> None:
    def rejected(level: float) -> set[int]:
        """The method as published: smallest first, stop at the first that does not pass."""
        out: set[int] = set()
        for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
            if chances[place] > level / (len(chances) - rank):
                break
            out.add(place)
        return out

    corrected = compare.holm(chances)
    for level in np.linspace(0.0005, 0.9995, 1000):
        assert {place for place, value in enumerate(corrected) if value <= level + 1e-12} == rejected(
            level + 1e-12
        )


@pytest.mark.parametrize(("ours", "theirs"), [(1, 2), (2, 2), (3, 3), (1, 4)])
def test_the_chance_that_seeds_fall_apart_is_that_of_dealing_them(
    tmp_path: Path, ours: int, theirs: int
) -> None:
    runs = [make_run(tmp_path, f"cnn1-{seed}", range(seed), seed=seed) for seed in range(ours)]
    runs += [
        make_run(tmp_path, f"cnn3-{seed}", range(10 + seed), recipe="cnn3", seed=seed)
        for seed in range(theirs)
    ]
    (pair,) = compare.compare(runs).pairs
    deals = list(itertools.combinations(range(ours + theirs), ours))
    apart = [
        deal
        for deal in deals
        if max(deal) - min(deal) == ours - 1 and (min(deal) == 0 or max(deal) == ours + theirs - 1)
    ]
    assert pair.chance == pytest.approx(len(apart) / len(deals))
    assert pair.only is None
    assert "better with every seed, but too few seeds to be sure: " in pair.words


def test_single_runs_are_compared_image_by_image(tmp_path: Path) -> None:
    good = make_run(tmp_path, "cnn1-1", range(2))
    poor = make_run(tmp_path, "cnn3-1", range(1, 21), recipe="cnn3")
    comparison = compare.compare([poor, good])
    assert [group.name for group in comparison.groups] == ["cnn3-1", "cnn1-1"]
    (pair,) = comparison.pairs
    assert (pair.first, pair.second, pair.only) == ("cnn1-1", "cnn3-1", (19, 1))
    assert pair.words == "better: 18 more correct out of 60"
    assert pair.chance == pair.corrected == compare.mcnemar(19, 1)


def test_noise_is_called_noise(tmp_path: Path) -> None:
    one = make_run(tmp_path, "cnn1-1", [0, 1])
    other = make_run(tmp_path, "cnn3-1", [2, 3, 4], recipe="cnn3")
    equal = make_run(tmp_path, "cnn4-1", [5, 6], recipe="cnn4")
    words = {(pair.first, pair.second): pair.words for pair in compare.compare([one, other, equal]).pairs}
    assert words == {
        ("cnn1-1", "cnn3-1"): "within noise: 1 more correct out of 60",
        ("cnn1-1", "cnn4-1"): "within noise: the same number correct",
        ("cnn4-1", "cnn3-1"): "within noise: 1 more correct out of 60",
    }


def test_many_pairs_make_a_single_one_less_telling(tmp_path: Path) -> None:
    """Six wrong against none has p = 1/32; among three such pairs that is no longer rare."""
    none = make_run(tmp_path, "cnn1-1")
    six = make_run(tmp_path, "cnn3-1", range(6), recipe="cnn3")
    assert compare.compare([none, six]).pairs[0].words == "better: 6 more correct out of 60"
    others = make_run(tmp_path, "cnn4-1", range(6, 12), recipe="cnn4")
    pairs = compare.compare([none, six, others]).pairs
    assert [pair.words for pair in pairs[:2]] == ["within noise: 6 more correct out of 60"] * 2
    assert pairs[0].corrected == pytest.approx(3 / 32)


def test_seeds_of_one_recipe_are_one_group(tmp_path: Path) -> None:
    seeds = [
        make_run(tmp_path, f"cnn1-{seed}", range(seed), seed=seed, augmented_epochs=0) for seed in range(4)
    ]
    cut = make_run(tmp_path, "cnn1-9", range(4), seed=9)  # stopped before its augmented phase: alike so far
    longer = make_run(tmp_path, "cnn1-10", seed=9, phases=("plain", "augmented"))
    comparison = compare.compare([*seeds, longer, cut])
    assert [group.name for group in comparison.groups] == ["cnn1, 10 epochs (5 seeds)", "cnn1-10"]
    group = comparison.groups[0]
    assert group.mean("accuracy") == pytest.approx(1 - 2 / 60)
    assert group.range("accuracy") == pytest.approx((1 - 4 / 60, 1.0))
    assert [run.seconds for run in comparison.runs] == [20.0] * 5 + [120.0]
    (pair,) = comparison.pairs
    assert (pair.lowest, pair.highest, pair.more_right, pair.chance) == (0, 4, 2.0, 1.0)
    assert pair.words == "within the spread of seeds: 2 more correct out of 60 on average (+0 to +4)"


def test_enough_seeds_are_enough(tmp_path: Path) -> None:
    runs = [
        make_run(tmp_path, f"{name}-{seed}", range(wrong + seed), recipe=name, seed=seed)
        for name, wrong in (("cnn1", 10), ("cnn3", 0))
        for seed in range(4)
    ]
    (pair,) = compare.compare(runs).pairs
    assert pair.chance == pytest.approx(2 / 70)
    assert pair.words == "better with every seed: 10 more correct out of 60 on average (+7 to +13)"


def test_runs_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / folder, "cnn1-1", batch_size=size) for folder, size in (("a", 32), ("b", 64))]
    assert [group.name for group in compare.compare(runs).groups] == [str(run.path) for run in runs]
    more = [
        make_run(tmp_path, f"cnn1-{8 + seed}", seed=seed % 2, batch_size=32 if seed < 2 else 64)
        for seed in range(4)
    ]
    assert [group.name for group in compare.compare(more).groups] == [
        "cnn1, 10 epochs (2 seeds): cnn1-8 and on",
        "cnn1, 10 epochs (2 seeds): cnn1-10 and on",
    ]


def test_a_copy_is_no_second_seed(tmp_path: Path) -> None:
    one, other = make_run(tmp_path, "cnn1-1", range(3)), make_run(tmp_path, "cnn3-1", recipe="cnn3")
    copy = Run(Path(shutil.copytree(one.path, tmp_path / "copy")))
    comparison = compare.compare([one, copy, other])
    assert [group.name for group in comparison.groups] == ["cnn1-1", "cnn3-1"]
    assert comparison.notice == "copy has the weights of cnn1-1 and is left out."
    _refuses(
        "copy has the weights of cnn1-1 and is left out. Wanted two runs or more that were trained; `clothier runs` "
        "lists them",
        *(one, copy),
        error=InputError,
    )


def _refuses(message: str, *runs: Run, error: type[Exception] = RunError) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        compare.compare(runs)


def test_runs_judged_on_other_images_are_refused(tmp_path: Path) -> None:
    one = make_run(tmp_path, "cnn1-1", data={"fingerprints": {"train": "0" * 64, "test": "a" * 64}})
    other = make_run(tmp_path, "cnn1-2", data={"fingerprints": {"train": "0" * 64, "test": "b" * 64}})
    _refuses(
        f"{one.path} and {other.path} were evaluated on different images "
        "(fingerprint aaaaaaaaaaaa against bbbbbbbbbbbb); wanted runs evaluated on the same images; "
        "compare runs of one data source",
        one,
        other,
    )
    split = make_run(
        tmp_path,
        "cnn1-3",
        [0],
        data={"fingerprint": "e" * 64, "fingerprints": {"train": "1" * 64, "test": "a" * 64}},
    )
    assert len(compare.compare([one, split]).groups) == 2  # other training images, the same test


def test_runs_without_fingerprints_of_splits_are_told_apart_by_labels(tmp_path: Path) -> None:
    new = make_run(tmp_path, "cnn1-1", data={"fingerprints": {"test": "a" * 64}})
    old = make_run(tmp_path, "cnn1-2", seed=2)
    assert len(compare.compare([new, old]).runs) == 2
    turned = make_run(tmp_path, "cnn1-3", labels=LABELS[::-1].copy())
    fewer = make_run(tmp_path, "cnn1-4", labels=LABELS[:30].copy())
    for other, number in ((turned, 60), (fewer, 30)):
        _refuses(
            f"{new.path} and {other.path} were evaluated on different images (60 test against {number} test, by their "
            "labels); wanted runs evaluated on the same images; compare runs of one data source",
            new,
            other,
        )


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    one, other = make_run(tmp_path, "cnn1-1"), make_run(tmp_path, "cnn1-2", [3])
    _refuses("1 run to compare; wanted two or more; `clothier runs` lists them", one, one, error=InputError)
    other.write_scores(one.read_scores())
    _refuses(
        f"{other.predictions_file} and scores.json do not belong together; wanted those of one phase; "
        f"`clothier train --resume {other.path}` writes both",
        one,
        other,
    )
    other.scores_file.unlink()
    _refuses(
        f"{other.path} has not been evaluated yet; wanted a run with a finished phase; "
        f"`clothier train --resume {other.path}` continues it",
        one,
        other,
    )
    content = json.loads(one.recipe_file.read_text())
    del content["model"]["parameters"]
    one.recipe_file.write_text(json.dumps(content))
    _refuses(
        f"{one.recipe_file}, model has no 'parameters'; wanted it there",
        one,
        make_run(tmp_path, "x-1"),
    )


def test_runs_judged_by_other_labels_are_compared_on_those_they_share(tmp_path: Path) -> None:
    plain = make_run(tmp_path, "cnn1-1", range(5), data={"fingerprints": {"test": "plain"}})
    labels = np.delete(LABELS, 2)
    labels[0] = (labels[0] + 1) % 3
    repaired = {"test": Repair(1, (2,), before="plain")}
    other = make_run(
        tmp_path,
        "cnn1-2",
        [0, 2],
        labels=labels,
        data={"fingerprint": "e" * 64, "fingerprints": {"test": "repaired"}, "repairs": repaired},
    )
    comparison = compare.compare([plain, other])
    assert comparison.num_images == len(LABELS) - 2
    assert comparison.notice == (
        f"The runs were judged by different labels of the same test images: cnn1-1 on {len(LABELS)} (labels as the "
        f"data have them), cnn1-2 on {len(LABELS) - 1} (1 label changed, 1 image left out). Here they are compared "
        f"on the {len(LABELS) - 2} images that have the same label in all; scores differ from those in their reports."
    )
    (pair,) = comparison.pairs
    assert (pair.first, pair.only, pair.changed) == ("cnn1-2", (2, 0), ((1, 4), ()))
    assert math.isnan(comparison.runs[0].scores.loss)
    same = make_run(tmp_path, "cnn1-3", [1], labels=labels, data={"fingerprints": {"test": "other"}})
    with pytest.raises(RunError, match="were evaluated on different images"):
        compare.compare([plain, same])
