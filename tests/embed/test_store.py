"""Embeddings there and back."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.embeddings import blobs

from clothier import embed
from clothier.errors import DataError, WriteError
from clothier.values import Embedding

WITH_RUN = blobs(
    predictions=np.arange(90) % 3, confidence=np.linspace(0, 1, 90, dtype=np.float32), calibrated=False
)


@pytest.mark.parametrize("embedding", [blobs(), WITH_RUN], ids=["plain", "with predictions"])
def test_there_and_back(embedding: Embedding, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "e.npz"
    embed.save(embedding, path)
    again = embed.load(path)
    for field in dataclasses.fields(Embedding):
        ours, theirs = getattr(embedding, field.name), getattr(again, field.name)
        if isinstance(ours, np.ndarray):
            assert theirs.dtype == ours.dtype
            np.testing.assert_array_equal(theirs, ours)
        else:
            assert theirs == ours
    first = path.read_bytes()
    embed.save(again, path)
    assert path.read_bytes() == first


def _refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        embed.load(path)
    return str(caught.value).replace(str(path), "FILE")


ENDING = "wanted an .npz that `clothier embed` wrote; make it again"


def test_what_is_no_embedding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.npz"
    assert _refusal(path) == "FILE does not exist; wanted an embedding; `clothier embed` writes one"
    damaged = f"FILE is not an embedding (it is damaged, or another kind of file); {ENDING}"
    embed.save(blobs(), path)
    whole = path.read_bytes()
    for content in (b"", b"hello", whole[:-30], whole[: len(whole) // 2], b"PK" + whole[2:900]):
        path.write_bytes(content)
        assert _refusal(path) == damaged
    path.write_bytes(whole[:300] + bytes([whole[300] ^ 255]) + whole[301:])
    assert _refusal(path) == damaged
    with path.open("wb") as file:
        np.save(file, np.eye(3))
    assert _refusal(path) == damaged
    with path.open("wb") as file:
        np.savez(file, np.array([{}], dtype=object))
    assert _refusal(path) == f"FILE is not an embedding (it holds no 'format'); {ENDING}"
    assert _refusal(tmp_path).startswith("FILE is not an embedding (Is a directory); ")


def test_contents_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.npz"
    embed.save(blobs(), path)
    with np.load(path) as file:
        arrays = dict(file)
    with path.open("wb") as opened:
        np.savez(opened, **{**arrays, "source": np.array("elsewhere")})
    assert (
        _refusal(path) == f"FILE is not an embedding (its members are not those that were written); {ENDING}"
    )
    with path.open("wb") as opened:
        np.savez(opened, **{name: array for name, array in arrays.items() if name != "sha256"})
    assert _refusal(path) == f"FILE is not an embedding (it holds no 'sha256'); {ENDING}"
    del arrays["sha256"]  # as earlier versions wrote them
    arrays["format"] = np.array(2)
    with path.open("wb") as opened:
        np.savez(opened, **arrays)
    assert embed.load(path).ids == blobs().ids

    def refusal(**changes: Any) -> str:
        with path.open("wb") as file:
            np.savez(file, **{**arrays, **changes})
        return _refusal(path)

    assert (
        refusal(format=1)
        == f"FILE is not an embedding (is of format 1, and this version reads 2 and 3); {ENDING}"
    )
    assert refusal(vectors=np.eye(3)).startswith(
        "FILE is not an embedding (vectors are float64 (3, 3); wanted"
    )
    objects = np.array([{}] * 90, dtype=object)
    assert (
        refusal(labels=objects)
        == f"FILE is not an embedding (it is damaged, or another kind of file); {ENDING}"
    )


def test_a_flipped_byte_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    """At 100 seeded places, half of them in the zip's table of contents: one flip there took the predictions away."""
    path, rng = tmp_path / "e.npz", np.random.default_rng(1)
    embed.save(WITH_RUN, path)
    content = path.read_bytes()
    table = content.index(b"PK\x01\x02")
    names = [content.index(b"predictions", table), content.index(b"confidence", table)]
    for place in [*names, *rng.integers(0, table, 50), *rng.integers(table, len(content), 48)]:
        flipped = bytearray(content)
        flipped[place] ^= int(rng.integers(1, 256))
        path.write_bytes(flipped)
        try:
            found = embed.load(path)
        except DataError as error:
            assert "\n" not in str(error)
            continue
        assert place not in names
        for field in dataclasses.fields(Embedding):
            np.testing.assert_array_equal(getattr(found, field.name), getattr(WITH_RUN, field.name))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match=r"^cannot write .*/file/e\.npz: "):
        embed.save(blobs(), tmp_path / "file" / "e.npz")
