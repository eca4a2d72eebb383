"""clothier embed: files, figures, and one line for what cannot be."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.command_line import last_error

from clothier import cli, data, embed
from clothier.cli import embed as command
from clothier.embed.projections import stochastic
from clothier.runs import Run
from clothier.system import hardware
from clothier.values import Floats


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stochastic, "ITERATIONS", 30)
    monkeypatch.setattr(hardware, "num_cores", lambda: 1)


def _answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert cli.run(["embed", *words, "--json"]) == 0, capsys.readouterr().err
    return dict(json.loads(capsys.readouterr().out))


@dataclass(frozen=True)
class Corner:
    """What a method of one's own gives: no chance in it, and a figure of its own."""

    coordinates: Floats
    seconds: float
    quality: dict[str, float]


def test_a_projection_of_ones_own_needs_its_two_lines_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def corner(vectors: Floats) -> Corner:
        return Corner(vectors[:, :2], 0.5, {"roundness": 0.25})

    method = embed.projections.Method(corner, Corner, (), "the first two numbers")
    monkeypatch.setitem(embed.projections.METHODS, "corner", method)
    monkeypatch.setitem(command.PROJECTIONS, "corner", ("corner", {}))
    words = ["embed", "--data", "generated:60", "--limit", "10", "--project", "corner"]
    assert cli.run(words) == 0
    assert re.search(r"^corner +roundness 0\.2500 +0\.5$", capsys.readouterr().out, re.MULTILINE)


def test_a_file_of_another_kind_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.jpg").write_text("mine")
    words = last_error(capsys, "embed", "--data", "generated:60", "--out", "mine.jpg")
    assert words == "--out is mine.jpg; wanted a file that ends in .npz, such as vectors.npz"
    assert Path("mine.jpg").read_text() == "mine"


def test_pixels_of_a_source(capsys: pytest.CaptureFixture[str]) -> None:
    answer = _answer(
        capsys, "--data", "generated:100", "--split", "train", "--limit", "50", "--project", "pca"
    )
    train = data.load("generated:100").train
    path = Path("embeddings/pixels-generated-100-train-50-of-80.npz")
    assert answer["written"] == [str(path), str(path.with_name(f"{path.stem}-pca.csv"))]
    made = embed.load(path)
    assert made.ids == tuple(f"train/{row}" for row in range(50))
    np.testing.assert_array_equal(made.images, train.images[:50])
    assert (answer["images"], answer["numbers"], answer["source"]) == (50, 784, made.source)
    assert answer["neighbours"] == {"pixels": round(embed.neighbours.label_accuracy(made), 4)}
    wanted = embed.projections.pca(made.vectors)
    assert answer["projections"]["pca"]["explained"] == pytest.approx(wanted.explained.sum())
    with Path(answer["written"][1]).open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["id", "label", *(f"axis{number}" for number in range(1, 11))]
    assert [row[0] for row in rows] == list(made.ids)
    assert [row[1] for row in rows] == [made.class_names[label] for label in made.labels]
    np.testing.assert_allclose(
        np.array([row[2:] for row in rows], np.float32), wanted.coordinates, rtol=1e-5, atol=1e-4
    )


def test_classes_and_photos_in_its_table_are_no_formulas(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "photos" / "=1+1"
    folder.mkdir(parents=True)
    for number in range(3):
        picture = np.random.default_rng(number).integers(0, 256, (9, 9, 3), dtype=np.uint8)
        Image.fromarray(picture).save(folder / f"-{number}.png")
    answer = _answer(capsys, "--photos", str(folder.parent), "--project", "pca")
    with Path(answer["written"][1]).open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[:2] for row in rows] == [[f"'=1+1/-{number}.png", "'=1+1"] for number in range(3)]
    assert any(float(cell) < 0 for row in rows for cell in row[2:])


def test_a_layer_of_a_run_on_its_own_data(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    out = "some/where.npz"
    words = ("--model", str(finished), "--split", "train", "--layer", "conv1", "--sample", "40", "--out", out)
    answer = _answer(capsys, *words, "--suspects", "3", "--project", "tsne, tsne-3d")
    made = embed.load(Path(out))
    assert made.source.startswith("cnn1-1 conv1, generated:600 train, 40 of ")
    pictures = embed.of_split(data.load("generated:600"), "train").sample(40)
    wanted = embed.extract(pictures, Run(finished), "conv1")
    np.testing.assert_allclose(made.vectors, wanted.vectors, rtol=1e-5, atol=1e-5)
    assert made.ids == wanted.ids
    assert set(answer["neighbours"]) == {"pixels", "cnn1-1 conv1"}
    order, scores = embed.neighbours.suspects(made)
    assert [suspect["id"] for suspect in answer["suspects"]] == [made.ids[row] for row in order[:3]]
    assert answer["suspects"][0]["score"] == pytest.approx(float(scores[order[0]]), abs=1e-4)
    assert answer["written"] == [out, "some/where-tsne.csv", "some/where-tsne-3d.csv"]
    assert Path("some/where-tsne-3d.csv").read_text().splitlines()[0] == "id,label,axis1,axis2,axis3"
    assert 0 < answer["projections"]["tsne"]["trustworthiness"] <= 1


def test_photos_of_a_source_are_called_by_their_files(
    capsys: pytest.CaptureFixture[str], finished_photos: Path
) -> None:
    folder = finished_photos.parents[1] / "mine"
    words = ("--model", str(finished_photos), "--out", "mine.npz", "--suspects", "4", "--project", "pca")
    answer = _answer(capsys, *words)
    made = embed.load(Path("mine.npz"))
    assert len(set(made.ids)) == len(made)
    for name, label in zip(made.ids, made.labels, strict=True):
        assert (folder / name).is_file()
        assert Path(name).parent.name == made.class_names[label]
    assert {suspect["id"] for suspect in answer["suspects"]} <= set(made.ids)
    with Path(answer["written"][1]).open(newline="") as file:
        assert [row["id"].lstrip("'") for row in csv.DictReader(file)] == list(made.ids)
    assert cli.run(["embed", *words[:4], "--suspects", "1"]) == 0
    assert answer["suspects"][0]["id"] in capsys.readouterr().out


def test_it_is_said_in_words(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    words = ["embed", "--model", str(finished), "--limit", "60", "--project", "pca,tsne", "--suspects", "2"]
    assert cli.run(words) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].startswith("cnn1-1 dense1, generated:600 test, 60 of ")
    for part in ("10-NN accuracy", "of the variance", "trustworthiness 0."):
        assert part in printed
    assert "\nsuspected labels\n" in printed
    assert "\nwritten  embeddings/cnn1-1-dense1-generated-600-test-60-of-" in printed


def _photos(folder: Path, number: int = 3) -> Path:
    rng = np.random.default_rng(1)
    folder.mkdir()
    for name in range(number):
        Image.fromarray(rng.integers(0, 256, (30, 20, 3), dtype=np.uint8)).save(folder / f"{name}.png")
    return folder


def test_photos_are_placed_on_a_map(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    model = ("--model", str(finished))
    _answer(capsys, *model, "--limit", "80", "--out", "map.npz")
    photos = ("--photos", str(_photos(tmp_path / "mine")), "--out", "mine.npz")
    answer = _answer(capsys, *model, *photos, "--into", "map.npz", "--project", "pca,tsne")
    assert answer["neighbours"] == {}
    ground, made = embed.load(Path("map.npz")), embed.load(Path("mine.npz"))
    assert made.ids == ("0.png", "1.png", "2.png")
    assert made.images.shape == (3, 28, 28, 1)
    assert made.labels.tolist() == [-1] * 3
    places = {
        "pca": embed.cached(ground, "pca").place(made.vectors),
        "tsne": embed.cached(ground, "tsne").place(ground.vectors, made.vectors),
    }
    for word, wanted in places.items():
        with Path(f"mine-{word}.csv").open(newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert [row[:2] for row in rows] == [["0.png", ""], ["1.png", ""], ["2.png", ""]]
        np.testing.assert_allclose(
            np.array([row[2:] for row in rows], np.float32), wanted, rtol=1e-4, atol=1e-4
        )
    words = (*model, *photos, "--layer", "conv1", "--into", "map.npz", "--project", "pca")
    assert last_error(capsys, "embed", *words) == (
        "map.npz holds vectors of cnn1-1 dense1, 128 numbers each, these are of cnn1-1 conv1, 21,632; wanted the same; "
        "give --model, --layer and --image-size as they were"
    )


def test_photos_without_a_run_have_the_size_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = _photos(tmp_path / "mine")
    _answer(capsys, "--photos", str(folder), "--image-size", "10x8", "--out", "mine.npz")
    made = embed.load(Path("mine.npz"))
    assert made.images.shape == (3, 10, 8, 3)
    assert (made.source, made.class_names) == ("pixels, mine", ())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "no images are given; wanted --data, --photos or --model; try --data fashion-mnist"),
        ("--data generated --photos .", "--data and --photos are both given; wanted one of them"),
        ("--data generated --limit 5 --sample 5", "--limit and --sample are both given; wanted one of them"),
        (
            "--photos . --split test",
            "--split does not apply to --photos, which are all taken; leave it out",
        ),
        ("--photos . --crop middle", "--crop is 'middle'; wanted pad, centre or doctor"),
        (
            "--data generated --project tnse",
            "unknown projection 'tnse'; known: pca, tsne, tsne-3d, umap, umap-3d; did you mean 'tsne'?",
        ),
        (
            "--data generated --into map.npz",
            "--into needs a map; wanted --project pca, tsne or tsne-3d",
        ),
        (
            "--data generated --into map.npz --project umap",
            "--into cannot place images on a UMAP map; wanted pca, tsne or tsne-3d",
        ),
        (
            "--model nowhere",
            "nowhere does not exist; wanted a run folder, a model file, or a name that `clothier models --box` lists",
        ),
        (
            "--data generated:100 --split middle",
            "--split is 'middle'; wanted train, validation or test",
        ),
        (
            "--data generated:100 --layer dense1",
            "layer 'dense1' is given without a run; wanted a run, which has layers; name it with --model",
        ),
        (
            "--data generated:100 --into map.npz --project pca",
            "map.npz does not exist; wanted an embedding; `clothier embed` writes one",
        ),
    ],
)
def test_refusals(capsys: pytest.CaptureFixture[str], words: str, message: str) -> None:
    assert last_error(capsys, "embed", *words.split()) == message
    assert not Path("embeddings").exists()


def test_refusals_with_a_run(capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path) -> None:
    model = ("--model", str(finished))
    photos = ("--photos", str(_photos(tmp_path / "mine")))
    assert last_error(capsys, "embed", *model, "--layer", "dens1").endswith("; did you mean 'dense1'?")
    assert last_error(capsys, "embed", *model, *photos, "--image-size", "30") == (
        "--image-size is 30, cnn1-1 wants 28x28; leave it out"
    )
    assert last_error(capsys, "embed", *model, *photos, "--suspects", "5") == (
        "0 of 3 images of cnn1-1 dense1, mine have a label; wanted 2 or more; sort the photos into one folder per class"
    )
    assert not Path("embeddings").exists()


def test_photos_of_a_source_are_read_as_large_as_the_run_wants_them(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    for name in ("train/coats", "train/bags", "test/coats", "test/bags"):
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        for file in _photos(tmp_path / "mine" / name, 6).iterdir():
            Image.open(file).convert("L").save(file)
    words = ("--model", str(finished), "--data", f"folder:{tmp_path}/mine", "--out", "mine.npz")
    _answer(capsys, *words)
    made = embed.load(Path("mine.npz"))
    assert made.images.shape == (12, 28, 28, 1)
    assert made.class_names[:2] == ("bags", "coats")
    assert made.ids[0] == "test/bags/0.png"
    assert last_error(capsys, "embed", *words, "--image-size", "30").endswith(
        "/mine test are 30 x 30 x 1, cnn1-1 was trained on 28 x 28 x 1; wanted the same; photos are fitted to the "
        "model by --photos FOLDER"
    )
