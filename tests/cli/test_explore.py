"""clothier explore: the page it writes, and what it refuses before it reads anything."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clothier import cli
from clothier.api import label
from clothier.data.cache import location
from clothier.embed import projections
from clothier.embed.projections import Tsne
from clothier.label.session import Wish
from clothier.values import Floats

SOURCE = "generated:60"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A t-SNE of no iterations, which takes no time."""

    def tsne(vectors: Floats, dimensions: int = 2, seed: int = 13) -> Tsne:
        folders = np.random.default_rng(seed).normal(0, 1, (len(vectors), dimensions)).astype(np.float32)
        return Tsne(folders, folders[None], np.array([0]), 0.5, 0.0)

    entry = projections.METHODS["tsne"]
    monkeypatch.setitem(projections.METHODS, "tsne", dataclasses.replace(entry, project=tsne))


def _part(page: str, name: str) -> bytes:
    (text,) = re.findall(rf'id="part-{name}">(.*?)</script>', page, re.S)
    return gzip.decompress(base64.b64decode(text))


def _facts(page: str) -> Any:
    (text,) = re.findall(r'id="facts">(.*?)</script>', page, re.S)
    return json.loads(text)


@pytest.mark.usefixtures("quick")
def test_it_writes_a_page_of_pixels_and_of_a_run(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "page.html"
    words = ["explore", "--model", str(finished), "--sample", "40", "--maps", "tsne-3d", "--out", str(out)]
    assert cli.run(words) == 0, capsys.readouterr().err
    printed = capsys.readouterr().out.splitlines()
    page = out.read_text(encoding="utf-8")
    assert printed == [
        "40 images by pixels and cnn1-1 dense1",
        f"written  {out} ({len(page.encode()) / 1e6:.1f} MB)",
    ]
    facts = _facts(page)
    assert [space["name"] for space in facts["spaces"]] == ["pixels", "cnn1-1 dense1"]
    assert [sorted(space["maps"]) for space in facts["spaces"]] == [["pca", "tsne3"]] * 2
    assert (facts["count"], facts["predicted"]) == (40, True)
    assert facts["suspects"]["space"] == "cnn1-1 dense1"
    scores = facts["suspects"]["scores"]
    assert scores == sorted(scores, reverse=True)
    assert "drawn by clothier" in page  # generated data say so wherever they are shown


@pytest.mark.usefixtures("quick")
def test_without_a_run_it_takes_pixels_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explore", "--data", "generated:100", "--limit", "20"]) == 0, capsys.readouterr().err
    (path,) = Path("explorer").glob("*.html")
    assert str(path) in capsys.readouterr().out
    facts = _facts(path.read_text(encoding="utf-8"))
    assert [space["name"] for space in facts["spaces"]] == ["pixels"]
    assert not facts["predicted"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "words",
    [
        "explore --data generated:100 --out page.html",
        "projector --data generated:100 --out projector",
        "embed --data generated:100 --project tsne,pca --out vectors.npz",
        "data folder:photos --image-size 16",
    ],
)
def test_a_cache_that_cannot_be_used_costs_a_note_and_no_more(
    words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    (tmp_path / "tmp").mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(location, "_told", set())
    for number in range(20):
        path = tmp_path / "photos" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20), (number, 0, 0)).save(path)
    assert cli.run(words.split()) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "XDG_CACHE_HOME" in line] == [
        f"NOTE: the cache folder {tmp_path}/cache/clothier cannot be used (Not a directory), so "
        f"{tmp_path}/tmp/clothier-{os.geteuid()} is used in its place; "
        "set XDG_CACHE_HOME to a folder that you can write to"
    ]


@pytest.mark.usefixtures("quick")
def test_a_page_of_photos_names_no_place_on_this_machine(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    for number in range(24):
        path = tmp_path / "secret" / "wardrobe" / ("hats", "bags")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(path)
    words = ["explore", "--data", f"folder:{tmp_path}/secret/wardrobe", "--split", "train"]
    assert cli.run(words) == 0, capsys.readouterr().err
    (path,) = Path("explorer").glob("*.html")
    page = path.read_text(encoding="utf-8")
    assert path.name == "wardrobe-train.html"
    assert "<h1>wardrobe train</h1>" in page
    assert "secret" not in page
    assert _facts(page)["picture"] == {"height": 32, "width": 32, "channels": 3, "dark_ground": False}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--maps", "tsn"], "unknown map 'tsn'; known: tsne, tsne-3d; did you mean 'tsne'?"),
        (
            ["--out", "page.txt"],
            "--out is page.txt; wanted a file that ends in .html, so that browsers open it",
        ),
        ([], "no images are given; wanted --data, --photos or --model; try --data fashion-mnist"),
    ],
)
def test_what_it_refuses(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explore", *words]) == 2
    assert capsys.readouterr().err == f"clothier: {message}\n"


@pytest.mark.usefixtures("quick")
def test_a_selection_can_be_repaired_and_repaired_labels_are_shown(tmp_path: Path) -> None:
    def written(*words: str) -> tuple[Any, list[str], list[int]]:
        out = tmp_path / "page.html"
        assert cli.run(["explore", "--data", SOURCE, "--split", "train", *words, "--out", str(out)]) == 0
        page = out.read_text(encoding="utf-8")
        planes = np.frombuffer(_part(page, "labels"), np.uint8).reshape(2, -1)
        labels = planes[0].astype(np.int64)  # all below 256
        return _facts(page)["repair"], json.loads(_part(page, "ids")), labels.tolist()

    command, ids, labels = written()
    assert command == f"clothier label {SOURCE} --ids selection.csv"
    file = tmp_path / "labels.csv"
    session = label.session(SOURCE, labels=file)
    session.decide([Wish(ids[0], 0, "class", (labels[0] + 1) % 10), Wish(ids[1], 0, "leave_out")])
    command, left, repaired = written("--labels", str(file))
    assert command == f"clothier label {SOURCE} --ids selection.csv --labels labels.csv"
    assert left == [ids[0], *ids[2:]]
    assert repaired == [(labels[0] + 1) % 10, *labels[2:]]
