"""UMAP as it is asked for; the package itself may be absent."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.embeddings import blobs

from clothier.embed.projections import umap
from clothier.errors import DataError, InputError, MissingExtraError
from clothier.values import Floats


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a package that returns the first columns was asked for."""
    words: dict[str, Any] = {}

    class Fake:
        def __init__(self, **settings: Any) -> None:
            words.update(settings)

        def fit_transform(self, vectors: Floats) -> Floats:
            words["width"] = vectors.shape[1]
            return vectors[:, : words["n_components"]]

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Fake))
    return words


def test_it_is_seeded_and_on_one_thread(asked: dict[str, Any]) -> None:
    made = umap(blobs(90, 70).vectors, 3, seed=5)
    assert asked == {
        "n_components": 3, "n_neighbors": 15, "random_state": 5, "n_jobs": 1, "init": "pca", "width": 50,
    }  # fmt: skip
    assert made.coordinates.shape == (90, 3)
    assert made.coordinates.dtype == np.float32
    assert made.quality == {"trustworthiness": made.trustworthiness}
    assert made.trustworthiness > 0.8
    umap(blobs(8).vectors)
    assert asked["n_neighbors"] == 7


def test_what_it_compiles_is_kept_where_this_user_alone_can_write(
    asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, "NUMBA_CACHE_DIR": "/own"})
    umap(blobs(8).vectors)
    assert os.environ["NUMBA_CACHE_DIR"] == "/own"
    del os.environ["NUMBA_CACHE_DIR"]
    (tmp_path / "cache").write_text("a file where the folder should be")
    (tmp_path / "tmp").mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    umap(blobs(8).vectors)
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "tmp" / f"clothier-{os.geteuid()}" / "numba")


def test_what_has_no_map_is_refused(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = blobs(9).vectors
    with pytest.raises(InputError, match=r"^UMAP in 1 dimensions; wanted 2 or 3$"):
        umap(vectors, 1)
    with pytest.raises(DataError, match=r"^4 vectors; UMAP wants 5 or more; take more images$"):
        umap(vectors[:4])
    assert not asked
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(
        MissingExtraError, match=r"^UMAP needs the package 'umap', which is not installed; install it"
    ):
        umap(vectors)


def test_the_package_itself_repeats_bit_for_bit() -> None:
    pytest.importorskip("umap")
    embedding = blobs()
    one, two = umap(embedding.vectors), umap(embedding.vectors)
    np.testing.assert_array_equal(one.coordinates, two.coordinates)
    assert one.trustworthiness > 0.8
