from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.run_folders import CLASSES, LABELS, make_run

from clothier import cli, data
from clothier.values import Dataset, Split


def test_runs_beside_each_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for seed in (1, 2):
        make_run(tmp_path / "runs", f"cnn1-{seed}", range(seed), seed=seed, data={"notice": "Drawn by us."})
    for name in ("cnn3", "cnn4"):
        make_run(tmp_path / "runs", f"{name}-1", range(20), recipe=name, data={"notice": "Drawn by us."})
    words = ["compare", *(f"runs/{name}" for name in ("cnn1-1", "cnn1-2", "cnn3-1", "cnn4-1"))]
    assert cli.run(words) == 0
    captured = capsys.readouterr()
    assert "mean and range of 2" in captured.out
    assert (
        "cnn1, 10 epochs (2 seeds) against cnn3-1: better with every seed, but too few seeds to be sure: "
        "18 more correct out of 60 on average (+18 to +19) (p = 1.0000)" in captured.out
    )
    assert "cnn3-1 against cnn4-1: within noise: the same number correct (p = 1.0000)" in captured.out
    assert "bag & <hat>" in captured.out
    assert captured.err == "NOTE: Drawn by us.\n"
    for suffix in ("html", "md", "csv", "png"):
        assert f"comparison/compare.{suffix}" in captured.out
        assert (tmp_path / "comparison" / f"compare.{suffix}").stat().st_size > 100

    assert cli.run([*words, "--json", "--out", "elsewhere"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert len(content["runs"]) == 4
    assert content["files"]["html"] == "elsewhere/compare.html"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("compare", "no RUN is given; wanted `clothier compare RUN...`"),
        (
            "compare nowhere",
            "nowhere is not a run folder (no recipe.json in it); wanted one like runs/cnn1-1;",
        ),
        ("compare cnn1-1", "1 run to compare; wanted two or more; `clothier runs` lists them"),
        (
            "compare cnn1-1 cnn1-2",
            "cnn1-1 and cnn1-2 were evaluated on different images (fingerprint aaaaaaaaaaaa",
        ),
    ],
)
def test_wrong_words(capsys: pytest.CaptureFixture[str], tmp_path: Path, words: str, message: str) -> None:
    for name, letter in (("cnn1-1", "a"), ("cnn1-2", "b")):
        make_run(tmp_path, name, data={"fingerprints": {"test": letter * 64}})
    assert cli.run(words.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"clothier: {message}")
    assert captured.err.count("\n") == 1
    assert not Path("comparison").exists()


def test_changed_images_are_named_and_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, wrong in (("cnn1-1", [3, 8]), ("cnn3-1", [5])):
        make_run(tmp_path, name, wrong, recipe=name[:4])
    images = np.zeros((60, 4, 4, 1), np.uint8)
    read = Dataset(Split(images, LABELS), None, Split(images, LABELS), CLASSES, "f" * 64, "fashion-mnist")
    monkeypatch.setattr(data, "is_here", lambda source, options: True)
    monkeypatch.setattr(data, "load", lambda source, options: read)
    assert cli.run(["compare", "cnn1-1", "cnn3-1"]) == 0
    said = "From cnn1-1 to cnn3-1: 2 images newly correct (test/3, test/8) and 1 newly wrong (test/5)"
    assert said in capsys.readouterr().out.replace("\n", " ")
    page = Path("comparison/compare.html").read_text()
    assert page.count('loading="lazy"') == 3
    monkeypatch.setattr(data, "load", lambda source, options: replace(read, fingerprint="0" * 64))
    assert cli.run(["compare", "cnn1-1", "cnn3-1"]) == 0
    assert "loading=" not in Path("comparison/compare.html").read_text()
