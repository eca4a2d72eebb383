from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.awkward_embeddings import awkward
from tensorboard.plugins.projector.projector_config_pb2 import EmbeddingInfo, ProjectorConfig
from tensorboard.plugins.projector.projector_plugin import text_format

from clothier import projector
from clothier.errors import DataError, InputError, WriteError
from clothier.projector import PCA, ShownTensor, View

VECTORS = np.random.default_rng(7).normal(size=(40, 5)).astype(np.float32)


def _config(folder: Path) -> list[EmbeddingInfo]:
    return list(text_format.Parse((folder / projector.CONFIG).read_text(), ProjectorConfig()).embeddings)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_tensors_share_lies_there_once(tmp_path: Path) -> None:
    embedding = awkward()
    columns, views = projector.columns(embedding), [View(PCA, "PCA", VECTORS)]
    network = ShownTensor("cnn1-1 dense1", VECTORS, columns, embedding.images, views)
    pixels = ShownTensor("pixels", embedding.vectors, columns, embedding.images, views)
    paths = projector.write(tmp_path / "f", [network, pixels, ShownTensor("weights", VECTORS[:, :2])])
    first, second, third = _config(tmp_path / "f")
    assert [entry.tensor_name for entry in (first, second, third)] == [
        *("1-cnn1-1-dense1", "2-pixels", "3-weights")
    ]
    assert [list(entry.tensor_shape) for entry in (first, second, third)] == [[40, 5], [40, 5], [40, 3]]
    assert first.tensor_path == "1-cnn1-1-dense1.bytes"
    for entry in (first, second):
        assert (entry.metadata_path, entry.bookmarks_path) == ("metadata.tsv", "bookmarks.json")
        assert entry.sprite.image_path == "sprite.png"
        assert list(entry.sprite.single_image_dim) == [6, 6]
    assert (third.metadata_path, third.bookmarks_path, third.sprite.image_path) == ("", "", "")
    assert sorted(path.name for path in paths) == _names(tmp_path / "f")
    assert paths[-1].name == projector.CONFIG


def test_what_differs_is_numbered(tmp_path: Path) -> None:
    shown = [
        ShownTensor("a", VECTORS, {"label": range(40)}),
        ShownTensor("b", VECTORS, {"label": range(1, 41)}),
    ]
    projector.write(tmp_path, shown)
    assert [entry.metadata_path for entry in _config(tmp_path)] == ["metadata.tsv", "metadata-2.tsv"]


@pytest.mark.parametrize(
    ("name", "shown"), [("pixels", "pixels"), ("a&b #1/é", "a-b-1"), ("é", "tensor"), ("..", "tensor")]
)
def test_a_name_can_stand_in_an_address(tmp_path: Path, name: str, shown: str) -> None:
    projector.write(tmp_path, [ShownTensor(name, VECTORS)])
    assert [(entry.tensor_name, entry.tensor_path) for entry in _config(tmp_path)] == [
        (shown, f"{shown}.bytes")
    ]


def test_a_folder_of_ours_is_written_anew(tmp_path: Path) -> None:
    projector.write(tmp_path, [ShownTensor("old", VECTORS, {"label": range(40)})])
    (tmp_path / "notes.txt").write_text("mine")
    projector.write(tmp_path, [ShownTensor("new", VECTORS)])
    assert _names(tmp_path) == [
        *("events.out.tfevents.projector", "new.bytes", "notes.txt", "projector_config.pbtxt")
    ]


def test_any_other_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("mine")
    with pytest.raises(InputError) as caught:
        projector.write(tmp_path, [ShownTensor("a", VECTORS)])
    assert str(caught.value) == (
        f"{tmp_path} holds files that are not of a projector folder, such as photo.jpg; wanted a new or an empty "
        "folder; choose another place with --out"
    )
    with pytest.raises(InputError) as caught:
        projector.write(tmp_path / "photo.jpg", [ShownTensor("a", VECTORS)])
    assert str(caught.value) == (
        f"{tmp_path}/photo.jpg is a file; wanted a folder; choose another place with --out"
    )
    assert _names(tmp_path) == ["photo.jpg"]


def test_what_cannot_be_shown_is_refused_before_a_file_is_touched(tmp_path: Path) -> None:
    projector.write(tmp_path, [ShownTensor("good", VECTORS)])
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(DataError, match="bad: TensorBoard shows 2 rows or more"):
        projector.write(tmp_path, [ShownTensor("good", 2 * VECTORS), ShownTensor("bad", VECTORS[:1])])
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_without_room_the_folder_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    projector.write(tmp_path, [ShownTensor("old", VECTORS)])

    def full(path: Path, content: bytes) -> None:
        raise WriteError(path, OSError(28, "No space left on device"))

    monkeypatch.setattr(projector.folder, "write_atomic", full)
    with pytest.raises(WriteError, match="No space left on device"):
        projector.write(tmp_path, [ShownTensor("new", VECTORS)])
    assert not (tmp_path / projector.CONFIG).exists()
