"""Folders that were spoiled by hand; each fault is told in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.awkward_embeddings import awkward

from clothier import projector
from clothier.errors import DataError
from clothier.projector import PCA, TSNE, Finding, ShownTensor, View


def _write(folder: Path) -> None:
    embedding = awkward()
    views = [View(PCA, "PCA", embedding.vectors), View(TSNE, "t-SNE", embedding.vectors[:, :2])]
    projector.write(
        folder, [ShownTensor("a", embedding.vectors, projector.columns(embedding), embedding.images, views)]
    )


def test_a_sound_folder_is_told_by_its_parts(tmp_path: Path) -> None:
    _write(tmp_path)
    assert projector.check(tmp_path) == [
        Finding(
            "a",
            {
                "tensor": "40 x 5",
                "metadata": "index, label, predicted, correct, confidence, id",
                "sprite_image": "42 x 42",
                "bookmarks": "PCA, t-SNE",
            },
        )
    ]


def test_a_folder_in_a_run_is_read_as_any_other(tmp_path: Path) -> None:
    (
        tmp_path / "checkpoint"
    ).mkdir()  # where TensorFlow keeps a file of that name, which TensorBoard looks for
    _write(tmp_path / "projector")
    assert [finding.faults for finding in projector.check(tmp_path / "projector")] == [[]]


def test_parts_that_are_not_there_are_no_fault(tmp_path: Path) -> None:
    projector.write(
        tmp_path, [ShownTensor("a", np.zeros((3, 2))), ShownTensor("b", np.eye(4), {"label": "wxyz"})]
    )
    first, second = projector.check(tmp_path)
    assert (first.shows["tensor"], first.shows["metadata"], first.faults) == ("3 x 3", "", [])
    assert (second.shows["metadata"], second.faults) == ("one column", [])


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        content = (folder / name).read_text()
        assert old in content
        (folder / name).write_text(content.replace(old, new))

    return spoil


def _without_last_row(folder: Path) -> None:
    rows = (folder / "metadata.tsv").read_text().splitlines(keepends=True)
    (folder / "metadata.tsv").write_text("".join(rows[:-1]))


def _picture(width: int, height: int) -> Callable[[Path], None]:
    return lambda folder: Image.new("L", (width, height)).save(folder / "sprite.png")


def _state(**changes: object) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        states = json.loads((folder / "bookmarks.json").read_text())
        states[1].update(changes)
        (folder / "bookmarks.json").write_text(json.dumps(states))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_without_last_row, "a: metadata: has 39 rows; the tensor has 40"),
        (_replace("metadata.tsv", "\t0.0000", "\t"), "a: metadata: row 1 has 5 filled cells of 6"),
        (_picture(9000, 9000), "a: sprite image: is 9000 x 9000 pixels; the page takes at most 8192"),
        (
            _picture(60, 24),
            "a: sprite image: holds 10 x 4 thumbnails; wanted as many rows as columns",
        ),
        (_picture(36, 36), "a: sprite image: holds 36 thumbnails; the tensor has 40 rows"),
        (
            lambda folder: (folder / "sprite.png").write_text("no picture"),
            "a: sprite image: is damaged (cannot identify image file",
        ),
        (_state(dataSetDimensions=[40, 7]), "a: bookmarks: 't-SNE' is of a tensor [40, 7]"),
        (_state(projections=[]), "a: bookmarks: 't-SNE' has no finite coordinates for each row"),
        (
            lambda folder: (folder / "bookmarks.json").unlink(),
            'a: bookmarks: "FOLDER/bookmarks.json" not found, or is not a file',
        ),
        (
            _replace(projector.CONFIG, '"metadata.tsv"', '"../metadata.tsv"'),
            'a: metadata: Asset path "../metadata.tsv" resolves outside the config directory',
        ),
    ],
)
def test_a_fault_is_told(tmp_path: Path, spoil: Callable[[Path], None], fault: str) -> None:
    _write(tmp_path)
    spoil(tmp_path)
    (finding,) = projector.check(tmp_path)
    assert [told[: len(fault)] for told in finding.faults] == [
        fault.replace("FOLDER", str(tmp_path.resolve()))[: len(fault)]
    ]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda folder: (folder / "a.bytes").write_bytes(bytes(4 * 40 * 5)),
            "{}/a.bytes reads as text, and TensorBoard answers every request with an error; "
            "write it again with `clothier projector`",
        ),
        (
            lambda folder: (folder / "a.bytes").write_bytes((folder / "a.bytes").read_bytes()[:-4]),
            "TensorBoard does not take {}: ValueError: cannot reshape array of size 199 into shape (40,5); "
            "write it again",
        ),
        (
            lambda folder: (folder / projector.CONFIG).write_text(""),
            "TensorBoard does not take {}: it sees no tensor in it; write it again",
        ),
        (
            lambda folder: (folder / projector.CONFIG).unlink(),
            "{} has no projector_config.pbtxt; wanted a folder that `clothier projector` wrote",
        ),
    ],
)
def test_a_folder_that_tensorboard_does_not_take(
    tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    _write(tmp_path)
    spoil(tmp_path)
    with pytest.raises(DataError) as caught:
        projector.check(tmp_path)
    assert str(caught.value) == words.format(tmp_path)
