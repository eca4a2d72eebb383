"""A real TensorBoard serves our folders: every route, every byte."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from support.awkward_embeddings import awkward
from support.tensorboard_server import tensorboard

from clothier import projector
from clothier.projector import PCA, ShownTensor, View

EMBEDDING = awkward()
TENSORS = [
    ShownTensor(
        "awkward images",
        EMBEDDING.vectors,
        projector.columns(EMBEDDING),
        EMBEDDING.images,
        [View(PCA, "PCA", EMBEDDING.vectors)],
    ),
    ShownTensor("zeros", np.zeros((4, 7)), {"label": ["", "\t", "a\nb", "c"]}),
    ShownTensor("constants", np.full((5, 4), 2), {"label": "abcde", "size": range(5)}),
    ShownTensor("whole numbers", np.arange(12).reshape(4, 3) + 8),
    ShownTensor("flat", np.random.default_rng(0).normal(size=(6, 2))),
]
NAMES = ["1-awkward-images", "2-zeros", "3-constants", "4-whole-numbers", "5-flat"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "served"
    projector.write(folder, TENSORS)
    return folder


@dataclass(frozen=True)
class Server:
    address: str
    run: str

    def get(self, route: str, **query: str | int) -> tuple[bytes, str]:
        """The content and its kind; an answer other than 200 raises."""
        words = urllib.parse.urlencode({"run": self.run, **query})
        with urllib.request.urlopen(f"{self.address}{route}?{words}", timeout=60) as answer:
            return answer.read(), answer.headers["Content-Type"]


@pytest.fixture(scope="module", params=["the folder, TensorBoard alone", "the one above, with TensorFlow"])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[Server]:
    itself = request.param.startswith("the folder")
    with tensorboard(folder if itself else folder.parent, alone=itself) as address:
        yield Server(address, "." if itself else folder.name)


def test_the_folder_is_a_run_with_every_tensor(server: Server) -> None:
    assert json.loads(server.get("runs")[0]) == [server.run]
    entries = json.loads(server.get("info")[0])["embeddings"]
    assert [entry["tensorName"] for entry in entries] == NAMES
    assert [entry["tensorShape"] for entry in entries] == [[40, 5], [4, 7], [5, 4], [4, 3], [6, 3]]


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_tensor_bytes_are_ours(server: Server, folder: Path, place: int) -> None:
    content, _ = server.get("tensor", name=NAMES[place], num_rows=100_000)
    assert content == (folder / f"{NAMES[place]}.bytes").read_bytes()
    given = np.asarray(TENSORS[place].vectors, np.float32)
    read = np.frombuffer(content, "<f4").reshape(len(given), -1)[:, : given.shape[1]]
    np.testing.assert_allclose(read, given, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "file"), [(NAMES[0], "metadata.tsv"), (NAMES[1], "metadata-2.tsv"), (NAMES[2], "metadata-3.tsv")]
)
def test_metadata_are_ours(server: Server, folder: Path, name: str, file: str) -> None:
    content, _ = server.get("metadata", name=name, num_rows=100_000)
    assert content == (folder / file).read_bytes()


def test_sprite_and_bookmarks_are_ours(server: Server, folder: Path) -> None:
    for route, file, kind in (
        ("sprite_image", "sprite.png", "image/png"),
        ("bookmarks", "bookmarks.json", "application/json"),
    ):
        content, told = server.get(route, name=NAMES[0])
        assert content == (folder / file).read_bytes()
        assert told.partition(";")[0] == kind
