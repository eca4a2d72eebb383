"""`clothier export`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clothier import bundle, cli


def test_onnx_is_written_and_told(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "clothes.onnx"
    assert cli.run(["export", str(finished), "--format", "onnx", "--out", str(out)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("checked on 100 test images in ONNX Runtime: probabilities differ by at most ")
    assert first.endswith(", and labels agree for 100.00%")
    assert second == f"written  {out} ({out.stat().st_size / 1e6:.2f} MB)"


def test_json_tells_the_same(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "clothes.clothier"
    assert cli.run(["export", str(finished), "--format", "clothier", "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [str(out)]
    assert told["largest_difference"] < 1e-4
    assert (told["images"], told["split"], told["label_agreement"], told["accuracy"]) == (
        100,
        "test",
        1.0,
        None,
    )
    assert told["notice"]  # drawn images say that they are
    assert bundle.read(out).manifest.class_names[0] == "T-shirt/top"


def test_an_unknown_format_is_one_line(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["export", str(finished), "--format", "h5"]) == 2
    assert (
        capsys.readouterr().err == "clothier: unknown format 'h5'; known: clothier, keras, onnx, openvino\n"
    )
