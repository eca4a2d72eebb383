"""Features: computed once, and the same bytes however often that was stopped."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from clothier import backend, features, models, recipes
from clothier.errors import WriteError
from clothier.models.plan import Plan
from clothier.values import Dataset

CNN1 = Plan("cnn1", (12, 12, 1), 3)
PLAN = Plan.of(recipes.change(recipes.get("transfer"), {"model": "cnn1"}), (12, 12, 1), 3, CNN1)
ROW = 2 * 800  # bytes


@pytest.fixture(scope="module")
def base() -> keras.Model:
    return models.build_base(PLAN)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """480 images are ten blocks of three batches of 16."""
    monkeypatch.setattr(backend, "rows_at_once", lambda model: 16)
    monkeypatch.setattr(features, "BLOCK_BYTES", 48 * ROW)
    yield


def test_they_are_the_bases_output_split_by_split(base: keras.Model, tiny: Dataset, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    made = features.extract(base, tiny, "x", tmp_path, lambda *words: told.append(words))
    assert list(made) == ["train", "validation", "test"]
    for name, split in tiny.splits().items():
        exact = np.asarray(base(split.images, training=False))
        assert made[name].inputs.shape == (len(split), 800)
        np.testing.assert_allclose(made[name].inputs, exact, rtol=2**-11, atol=1e-6)
        np.testing.assert_array_equal(made[name].labels, split.labels)
    assert told[0] == ("extracting features", 0, 480)
    assert told[-1] == ("extracting features", 480, 480)
    assert (tmp_path / "x.float16").stat().st_size == 480 * ROW
    assert not made["train"].inputs.flags.writeable


def test_a_second_time_nothing_is_computed(
    base: keras.Model, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = features.extract(base, tiny, "x", tmp_path)
    monkeypatch.setattr(backend.Extractor, "features", _never)
    again = features.extract(base, tiny, "x", tmp_path)
    for name in first:
        np.testing.assert_array_equal(first[name].inputs, again[name].inputs)


def _never(*_: Any) -> Any:
    raise AssertionError("features were computed again")


class Killed(BaseException):
    """Stands for SIGKILL."""


def test_killed_anywhere_it_goes_on_to_the_same_bytes(
    base: keras.Model, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = backend.Extractor(base)
    monkeypatch.setattr(backend, "Extractor", lambda base: compiled)  # compiling takes longer than computing
    features.extract(base, tiny, "whole", tmp_path)
    whole = (tmp_path / "whole.float16").read_bytes()
    fatal = 0
    while True:
        fatal += 1
        name = f"killed-{fatal}"
        with pytest.MonkeyPatch.context() as patch:
            count = _count_down(patch, compiled, fatal)
            try:
                features.extract(base, tiny, name, tmp_path)
                break  # there were fewer dangerous places than that
            except Killed:
                pass
        rows = _rows(tmp_path, name)
        # Whatever is counted is there, and right.
        assert (tmp_path / f"{name}.float16").read_bytes()[: rows * ROW] == whole[: rows * ROW]
        batches = count["features"]
        with pytest.MonkeyPatch.context() as patch:
            count = _count_down(patch, compiled, 10**9)
            features.extract(base, tiny, name, tmp_path)
        assert (tmp_path / f"{name}.float16").read_bytes() == whole
        assert count["features"] == 30 - rows // 16
        assert batches - rows // 16 <= 3, "no more than one block is computed twice"
    assert fatal > 60


def _rows(folder: Path, name: str) -> int:
    counter = folder / f"{name}.json"
    return int(json.loads(counter.read_text())["rows"]) if counter.exists() else 0


def _count_down(patch: pytest.MonkeyPatch, compiled: backend.Extractor, fatal: int) -> dict[str, int]:
    """Kill the n-th time a batch is computed, or something is synced or renamed, before it is done."""
    count = {"features": 0, "all": 0}

    def dangerous(name: str, real: Any) -> Any:
        def call(*args: Any) -> Any:
            count["all"] += 1
            if count["all"] >= fatal:
                raise Killed
            count["features"] += name == "features"
            return real(*args)

        return call

    patch.setattr(compiled, "features", dangerous("features", compiled.features))
    patch.setattr(os, "fsync", dangerous("fsync", os.fsync))
    patch.setattr(Path, "replace", dangerous("replace", Path.replace))
    return count


@pytest.mark.parametrize("content", ["", "{}", '{"rows": "many"}', '{"rows": -3}', '{"rows": 999}'])
def test_a_counter_that_cannot_be_right_counts_for_nothing(
    base: keras.Model, tiny: Dataset, tmp_path: Path, content: str
) -> None:
    whole = features.extract(base, tiny, "x", tmp_path)["train"].inputs.copy()
    (tmp_path / "x.float16").write_bytes(bytes(480 * ROW))
    (tmp_path / "x.json").write_text(content)
    np.testing.assert_array_equal(features.extract(base, tiny, "x", tmp_path)["train"].inputs, whole)


def test_a_disk_without_room_is_told_before_anything_is_computed(
    base: keras.Model, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: type("Usage", (), {"free": 480 * ROW - 1}))
    monkeypatch.setattr(backend.Extractor, "features", _never)
    with pytest.raises(WriteError) as caught:
        features.extract(base, tiny, "x", tmp_path)
    assert str(caught.value).startswith(
        f"cannot write {tmp_path}/x.float16: 0.0 GB of features do not fit on the disk; earlier files are untouched;"
    )


def test_the_key_knows_what_decides_the_features_and_nothing_else() -> None:
    def key(plan: Plan = PLAN, sha256: str = "a", precision: str = "float32", fingerprint: str = "f") -> str:
        return features.key(plan, sha256, precision, fingerprint)

    assert key() == key() == key(replace(PLAN, num_classes=7, head_units=3, head_dropout=0.1))
    others = [
        key(replace(PLAN, image_shape=(28, 28, 1))),
        key(replace(PLAN, resize="nearest")),
        key(replace(PLAN, base_pixels="article_mistake")),
        key(replace(PLAN, base_end="logits")),
        key(replace(PLAN, trunk=replace(CNN1, image_shape=(13, 12, 1)))),
        key(sha256="b"),
        key(precision="bfloat16"),
        key(fingerprint="g"),
    ]
    assert len({key(), *others}) == 9
