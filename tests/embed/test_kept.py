"""Projections are computed once, and what lies on disk is believed only where it is whole."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.embeddings import blobs

from clothier import embed
from clothier.data.cache import location
from clothier.embed.projections import METHODS, stochastic
from clothier.errors import DataError, InputError, WriteError
from clothier.system import hardware
from clothier.values import Embedding

EMBEDDING = blobs(30)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the methods, each time one computes; t-SNE is short."""
    monkeypatch.setattr(stochastic, "ITERATIONS", 20)
    monkeypatch.setattr(hardware, "num_cores", lambda: 1)
    calls: list[str] = []

    def counting(name: str) -> Any:
        real = METHODS[name].project

        def project(*args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            return real(*args, **kwargs)

        project.__wrapped__ = real  # type: ignore[attr-defined]  # so that it has the same signature
        return project

    for name in ("pca", "tsne"):
        monkeypatch.setitem(METHODS, name, dataclasses.replace(METHODS[name], project=counting(name)))
    yield calls


@pytest.mark.parametrize(
    ("method", "parameters"), [("pca", {"num_components": 3}), ("tsne", {"dimensions": 3, "seed": 5})]
)
def test_a_second_time_it_is_read(
    computed: list[str], method: str, parameters: dict[str, int], tmp_path: Path
) -> None:
    first = embed.cached(EMBEDDING, method, parameters, tmp_path / "cache")
    again = embed.cached(blobs(30), method, parameters, tmp_path / "cache")
    assert computed == [method]
    assert type(again) is type(first)
    for field in dataclasses.fields(first):
        ours, theirs = getattr(first, field.name), getattr(again, field.name)
        np.testing.assert_array_equal(ours, theirs)
        assert type(ours) is type(theirs)


def test_whatever_decides_the_result_is_computed_anew(computed: list[str], tmp_path: Path) -> None:
    others: list[tuple[Embedding, str, dict[str, int]]] = [
        (EMBEDDING, "pca", {}),
        (EMBEDDING, "pca", {"num_components": 2}),
        (blobs(30, seed=9), "pca", {}),
        (EMBEDDING, "tsne", {}),
        (EMBEDDING, "tsne", {"seed": 14}),
        (EMBEDDING, "tsne", {"dimensions": 3}),
    ]
    for embedding, method, parameters in others:
        embed.cached(embedding, method, parameters, tmp_path)
    assert computed == ["pca"] * 3 + ["tsne"] * 3
    embed.cached(EMBEDDING, "pca", {"num_components": 10}, tmp_path)
    embed.cached(EMBEDDING, "tsne", {"jobs": 1, "dimensions": 2, "seed": 13}, tmp_path)
    assert len(computed) == 6


def test_the_manifest_says_what_it_is(computed: list[str], tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    made = embed.cached(EMBEDDING, "tsne", {"seed": 5}, tmp_path, lambda *words: told.append(words))
    (file,) = tmp_path.glob("*.json")
    manifest = json.loads(file.read_text())
    assert file.with_suffix(".npz").is_file()
    assert (manifest["method"], manifest["source"]) == ("tsne", "blobs")
    assert manifest["parameters"] == {"dimensions": 2, "seed": 5}
    assert set(manifest["versions"]) == {"clothier", "numpy", "scikit-learn", "openTSNE"}
    assert all(manifest["versions"].values())
    assert manifest["vectors"]["shape"] == [30, 12]
    assert manifest["quality"] == {"trustworthiness": made.quality["trustworthiness"]}
    assert manifest["seconds"] == round(made.seconds, 3)
    assert told[-1] == ("t-SNE iterations", 20, 20)


@pytest.mark.parametrize("damage", ["cut", "empty", "other", "no manifest", "manifest", "no array"])
def test_a_broken_file_counts_for_nothing(computed: list[str], tmp_path: Path, damage: str) -> None:
    whole = embed.cached(EMBEDDING, "pca", None, tmp_path)
    (file,) = tmp_path.glob("*.npz")
    content, manifest = file.read_bytes(), file.with_suffix(".json")
    if damage == "manifest":
        manifest.write_text("{")
    elif damage == "no manifest":
        manifest.unlink()
    elif damage == "no array":
        file.unlink()
    else:
        changed = {"cut": content[:-9], "empty": b"", "other": content.replace(b"mean", b"name")}[damage]
        file.write_bytes(changed)
    again = embed.cached(EMBEDDING, "pca", None, tmp_path)
    assert computed == ["pca", "pca"]
    np.testing.assert_array_equal(again.coordinates, whole.coordinates)
    assert file.read_bytes() != b""
    embed.cached(EMBEDDING, "pca", None, tmp_path)
    assert computed == ["pca", "pca"]


def test_the_users_cache_is_the_default(computed: list[str], tmp_path: Path) -> None:
    embed.cached(EMBEDDING, "pca")
    kept = (tmp_path / "cache" / "clothier" / "projections").glob("pca-*")
    assert sorted(path.suffix for path in kept) == [".json", ".npz"]


@pytest.fixture
def tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files; the user's cache cannot be used."""
    (tmp_path / "tmp").mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(location, "_told", set())
    (tmp_path / "cache").write_text("a file where the folder should be")
    return tmp_path / "tmp"


def test_without_a_cache_of_the_user_it_is_kept_elsewhere_and_that_is_told_once(
    computed: list[str], tmp: Path
) -> None:
    told: list[str] = []
    for method in ("pca", "tsne", "pca"):
        embed.cached(EMBEDDING, method, warn=told.append)
    assert computed == ["pca", "tsne"]
    assert told == [
        f"the cache folder {tmp.parent}/cache/clothier cannot be used (Not a directory), so "
        f"{tmp}/clothier-{os.geteuid()} is used in its place; set XDG_CACHE_HOME to a folder that you can write to"
    ]


def test_where_nothing_can_be_kept_the_result_is_given_all_the_same(
    computed: list[str], tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told: list[str] = []
    made = embed.cached(EMBEDDING, "pca", warn=told.append)
    np.testing.assert_array_equal(embed.cached(EMBEDDING, "pca").coordinates, made.coordinates)
    assert computed == ["pca", "pca"]
    embed.cached(EMBEDDING, "tsne", warn=told.append)
    assert told == [
        "projections cannot be kept (Not a directory), so each is computed again; "
        "set XDG_CACHE_HOME to a folder that you can write to"
    ]


def test_what_others_could_write_counts_for_nothing(computed: list[str], tmp_path: Path) -> None:
    embed.cached(EMBEDDING, "pca", None, tmp_path / "kept")
    (file,) = (tmp_path / "kept").glob("*.npz")
    assert file.stat().st_mode & 0o777 == file.with_suffix(".json").stat().st_mode & 0o777 == 0o600
    file.chmod(0o620)
    embed.cached(EMBEDDING, "pca", None, tmp_path / "kept")
    assert computed == ["pca", "pca"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_projected_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"^unknown projection 'tnse'; known: pca, tsne, umap; did you mean 'tsne'\?$"
    ):
        embed.cached(EMBEDDING, "tnse", None, tmp_path)
    with pytest.raises(InputError, match=r"^pca has no parameter 'seed'; it has: num_components$"):
        embed.cached(EMBEDDING, "pca", {"seed": 1}, tmp_path)
    with pytest.raises(DataError, match=r"^1 vector; wanted two or more to compare; take more images$"):
        embed.cached(blobs(1), "pca", None, tmp_path)
    assert not list(tmp_path.glob("*.npz"))
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match=r"^cannot write .*/file: File exists"):
        embed.cached(EMBEDDING, "pca", None, tmp_path / "file")
