"""Features: computed once, and the same bytes however often that was stopped."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from clothier import backend, models, recipes
from clothier.data.cache import location
from clothier.errors import WriteError
from clothier.models.plan import Plan
from clothier.training.transfer import features
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
    made = features.extract(base, tiny, "x", tmp_path, lambda *words: told.append(words)).splits()
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
    first = features.extract(base, tiny, "x", tmp_path).splits()
    monkeypatch.setattr(backend.Extractor, "features", _never)
    again = features.extract(base, tiny, "x", tmp_path).splits()
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
                break  # there were fewer dangerous folders than that
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
    return sum(rows for rows, _ in json.loads(counter.read_text())["blocks"]) if counter.exists() else 0


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


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", *(f'{{"blocks": [[{rows}, "ab"]]}}' for rows in ('"many"', -3, 0, 48, 10**15))],
)
def test_a_counter_that_cannot_be_right_counts_for_nothing(
    base: keras.Model, tiny: Dataset, tmp_path: Path, content: str
) -> None:
    whole = features.extract(base, tiny, "x", tmp_path).splits()["train"].inputs.copy()
    (tmp_path / "x.float16").write_bytes(bytes(480 * ROW))
    (tmp_path / "x.json").write_text(content)
    np.testing.assert_array_equal(features.extract(base, tiny, "x", tmp_path).splits()["train"].inputs, whole)


@pytest.mark.parametrize("block", [0, 4, 9])
def test_a_damaged_block_and_those_after_it_are_computed_anew(
    base: keras.Model, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    features.extract(base, tiny, "x", tmp_path)
    path = tmp_path / "x.float16"
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[(48 * block + 5) * ROW] ^= 1
    path.write_bytes(damaged)
    told: list[int] = []
    features.extract(base, tiny, "x", tmp_path, lambda what, done, total: told.append(done))
    assert path.read_bytes() == whole
    assert told[0] == 48 * block
    monkeypatch.setattr(backend.Extractor, "features", _never)
    features.extract(base, tiny, "x", tmp_path)


def test_what_others_could_write_is_computed_anew(base: keras.Model, tiny: Dataset, tmp_path: Path) -> None:
    features.extract(base, tiny, "x", tmp_path)
    path = tmp_path / "x.float16"
    assert path.stat().st_mode & 0o777 == path.with_suffix(".json").stat().st_mode & 0o777 == 0o600
    path.chmod(0o622)
    told: list[int] = []
    features.extract(base, tiny, "x", tmp_path, lambda what, done, total: told.append(done))
    assert told[0] == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_the_users_cache_has_no_room_another_folder_is_used(
    base: keras.Model, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(location, "_told", set())
    sync, count = os.fsync, iter(range(10**6))

    def fsync(descriptor: int) -> None:  # full after some blocks
        if (
            Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(tmp_path / "cache")
            and next(count) > 9
        ):
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    told: list[str] = []
    made = features.extract(base, tiny, "x", warn=told.append).splits()
    other = tmp_path / "tmp" / f"clothier-{os.geteuid()}"
    assert told == [
        f"the cache folder {tmp_path}/cache/clothier cannot be used ({os.strerror(errno.EDQUOT)}), so {other} is used "
        "in its place; set XDG_CACHE_HOME to a folder that you can write to"
    ]
    monkeypatch.setattr(backend.Extractor, "features", _never)
    again = features.extract(base, tiny, "x", warn=told.append).splits()
    np.testing.assert_array_equal(again["test"].inputs, made["test"].inputs)
    assert len(told) == 1


def test_a_file_system_that_cannot_map_files(
    base: keras.Model, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped = features.extract(base, tiny, "x", tmp_path).splits()

    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    monkeypatch.setattr(np, "memmap", refuse)
    read = features.extract(base, tiny, "x", tmp_path).splits()
    for name, split in mapped.items():
        np.testing.assert_array_equal(read[name].inputs, split.inputs)
        assert not read[name].inputs.flags.writeable


def test_a_disk_without_room_is_told_before_anything_is_computed(
    base: keras.Model, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: type("Usage", (), {"total": 1, "free": 480 * ROW - 1})
    )
    monkeypatch.setattr(backend.Extractor, "features", _never)
    with pytest.raises(WriteError) as caught:
        features.extract(base, tiny, "x", tmp_path)
    assert str(caught.value).startswith(
        f"cannot write {tmp_path}: 0.8 MB of features do not fit on the disk; earlier files are untouched;"
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
