from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from clothier.errors import RunError
from clothier.runs import checkpoint
from clothier.runs.checkpoint import Best, Checkpoint
from clothier.values import EpochRow

ROW = EpochRow(1, "plain", 1 / 3, 0.1, None, None, 0.001, 1.25)
STATE = Checkpoint(
    tensors={
        "model/000/a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "optimizer/000/n": np.array(7, np.int64),
    },
    recipe={"name": "cnn1", "learning_rate": 0.1},
    fingerprint="abc",
    history=[ROW],
    best=Best(1, 0.123456789012345678, "d" * 64),
)


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, STATE)
    back = checkpoint.load(path)
    assert (back.recipe, back.fingerprint, back.history, back.best) == (
        STATE.recipe,
        STATE.fingerprint,
        STATE.history,
        STATE.best,
    )
    assert back.epochs_done == 1
    assert checkpoint.digest(back.tensors) == checkpoint.digest(STATE.tensors)
    assert back.tensors["optimizer/000/n"].shape == ()
    assert list(checkpoint.load(path, "model/").tensors) == ["model/000/a"]


def test_the_digest_sees_names_types_shapes_and_bits() -> None:
    array = np.zeros((2, 3), np.float32)
    nearly = array.copy()
    nearly[0, 0] = -0.0
    others: list[dict[str, np.ndarray]] = [
        {"b": array},
        {"a": array.astype(np.float64)},
        {"a": array.reshape(3, 2)},
        {"a": nearly},
    ]
    digests = {checkpoint.digest({"a": array}), *(checkpoint.digest(other) for other in others)}
    assert len(digests) == 5
    assert checkpoint.digest({"a": array, "b": nearly}) == checkpoint.digest({"b": nearly, "a": array})


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other"])
def test_damage_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, STATE)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-5]
    elif damage == "flip":
        content[-1] ^= 1
    elif damage == "empty":
        content = bytearray()
    else:
        content = bytearray(b"PK" + b"x" * 100)
    path.write_bytes(content)
    for prefix in ("", "model/"):
        with pytest.raises(
            RunError, match=r"last\.safetensors is damaged \(.*\); wanted a checkpoint"
        ) as caught:
            checkpoint.load(path, prefix)
        assert "\n" not in str(caught.value)


def test_a_flipped_byte_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    """At 100 seeded places of the tensors and of the header: its digest guards what it says of the run."""
    path, rng = tmp_path / "last.safetensors", np.random.default_rng(1)
    checkpoint.save(path, STATE)
    content, silent = path.read_bytes(), 0
    for place in [*rng.integers(0, len(content), 60), *rng.integers(len(content) - 32, len(content), 40)]:
        flipped = bytearray(content)
        flipped[place] ^= int(rng.integers(1, 256))
        path.write_bytes(flipped)
        try:
            found = checkpoint.load(path)
        except RunError as error:
            assert "\n" not in str(error) and "\x1b" not in str(error)
            continue
        silent += 1
        assert checkpoint.digest(found.tensors) == checkpoint.digest(STATE.tensors)
        assert (found.recipe, found.fingerprint, found.history, found.best) == (
            STATE.recipe,
            STATE.fingerprint,
            STATE.history,
            STATE.best,
        )
    assert silent < 6  # the name of a digest


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"gone\.safetensors is missing; wanted a checkpoint"):
        checkpoint.load(tmp_path / "gone.safetensors")


def test_weights_alone(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    digest = checkpoint.save_weights(path, STATE.tensors)
    assert checkpoint.digest(checkpoint.load_weights(path)) == digest
    with pytest.raises(RunError, match=r"best\.safetensors holds weights alone; wanted a checkpoint"):
        checkpoint.load(path)


def test_the_progress_is_read_without_the_tensors(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, STATE)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # in a tensor: whoever reads these sees the damage
    path.write_bytes(content)
    assert checkpoint.read_progress(path) == (STATE.history, STATE.best)
    checkpoint.save_weights(path, STATE.tensors)
    with pytest.raises(RunError, match=r"last\.safetensors holds weights alone"):
        checkpoint.read_progress(path)


def test_the_file_is_what_safetensors_itself_reads(tmp_path: Path) -> None:
    tensors: dict[str, np.ndarray] = {
        "b": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "a": np.array(7, np.int64),
        "c": np.zeros((0, 3), np.float32),
        "d": np.arange(3, dtype=np.uint8),
    }
    checkpoint.save_weights(tmp_path / "best.safetensors", tensors)
    back = safetensors.numpy.load_file(tmp_path / "best.safetensors")
    assert checkpoint.digest(back) == checkpoint.digest(tensors)
    again = safetensors.numpy.save(back)
    assert (tmp_path / "best.safetensors").read_bytes()[-35:] == again[-35:]  # the numbers, in the same order


def test_saving_takes_no_memory_for_another_copy(tmp_path: Path) -> None:
    tensors = {f"model/{place:03d}/a": np.zeros(2**20, np.float32) for place in range(4)}
    tracemalloc.start()
    try:
        checkpoint.save_weights(tmp_path / "best.safetensors", tensors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_the_file_that_stands_there_was_synced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, real = {}, os.fsync

    def fsync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        synced[status.st_ino] = status.st_size
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, STATE)
    assert synced[path.stat().st_ino] == path.stat().st_size
