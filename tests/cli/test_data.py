"""data: the facts and pictures of a data set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from support.command_line import prints

from clothier import cli


def test_data_prints_facts_and_draws_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.run(["data", "generated:600", "--index", "3"]) == 0
    captured = capsys.readouterr()
    assert "480 x 28 x 28 x 1" in captured.out
    assert "fingerprint  " in captured.out
    assert "generated" in captured.err
    for name in ("samples", "classes", "image-3"):
        picture = tmp_path / "pictures" / "generated-600" / f"{name}.png"
        assert picture.read_bytes().startswith(b"\x89PNG")
    facts = json.loads(prints(capsys, "data", "generated:600", "--json", "--out", "elsewhere"))
    assert facts["splits"]["train"]["shape"] == [480, 28, 28, 1]
    assert sum(facts["splits"]["test"]["counts"].values()) == 100
    assert facts["notice"]
    assert {"fashion-mnist", "folder", "csv", "idx", "generated"} <= set(
        json.loads(prints(capsys, "data", "list", "--json"))
    )
    assert "folder:DIR" in prints(capsys, "data", "list")
    assert cli.run(["data", "generated:600", "--index", "480"]) == 2
    assert capsys.readouterr().err.endswith("clothier: --index is 480; wanted 0 to 479\n")


def test_data_are_divided_anew(capsys: pytest.CaptureFixture[str]) -> None:
    usual, again = (
        json.loads(prints(capsys, "data", "generated:60", "--json", *words)) for words in ((), ("--resplit",))
    )
    assert again["source"] == "generated:60, re-split by seed 13"
    assert again["splits"]["test"]["shape"] == usual["splits"]["test"]["shape"]
    assert again["fingerprint"] != usual["fingerprint"]


def test_data_stay_the_same_where_they_are_looked_at_among_the_photos(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("hat", "shoe"):
        (tmp_path / "d" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (8, 8), (number, 40, 90)).save(tmp_path / "d" / name / f"{number}.png")
    monkeypatch.chdir(tmp_path / "d")
    words = ("data", "folder:.", "--image-size", "8", "--index", "0", "--json")
    facts = [json.loads(prints(capsys, *words))]
    assert cli.run([*words]) == 0
    captured = capsys.readouterr()
    assert "NOTE: .: left out 3 figures drawn by clothier\n" in captured.err
    facts.append(json.loads(captured.out))
    monkeypatch.chdir("hat")
    prints(capsys, *words[:1], "folder:..", *words[2:], "--out", ".")
    again = json.loads(prints(capsys, "data", "folder:..", "--image-size", "8", "--index", "0", "--json"))
    assert {entry["fingerprint"] for entry in (*facts, again)} == {facts[0]["fingerprint"]}
    assert again["classes"] == ["hat", "shoe"]


def test_data_shows_originals_above_their_variants(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = prints(capsys, "data", "generated:600", "--augment", "cutmix", "--out", "sheets/sheet.png")
    assert text.endswith("pictures     sheets/sheet.png\n")
    assert (tmp_path / "sheets" / "sheet.png").read_bytes().startswith(b"\x89PNG")
    facts = json.loads(prints(capsys, "data", "generated:600", "--augment", "article", "--json"))
    assert facts["pictures"] == ["pictures/generated-600/augment-article.png"]
    assert [path.name for path in (tmp_path / "pictures" / "generated-600").iterdir()] == [
        "augment-article.png"
    ]


def test_of_very_many_classes_those_with_the_fewest_images_are_counted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for number in range(101):
        for split, count in (("train", 1 + number % 3), ("validation", 1), ("test", 1)):
            folder = tmp_path / "many" / split / f"class {number:03d}"
            folder.mkdir(parents=True)
            for photo in range(count):
                Image.new("L", (4, 4), number + photo).save(folder / f"{photo}.png")
    words = ["data", f"folder:{tmp_path / 'many'}", "--image-size", "4"]
    assert cli.run(words) == 0
    printed = capsys.readouterr().out
    assert "\nthe 20 of 101 classes with the fewest training images; --json counts all\n" in printed
    listed = [line for line in printed.splitlines() if line.startswith("class 0")]
    assert [line.split()[1] for line in listed] == [f"{number:03d}" for number in range(0, 60, 3)]
    assert cli.run([*words, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["splits"]["train"]["counts"]) == 101
