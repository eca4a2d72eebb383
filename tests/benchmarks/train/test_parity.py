from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import common
from benchmarks.train import parity


@pytest.mark.parametrize("at_once", [1, 2])
def test_finished_runs_are_read_and_the_others_run_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    file = tmp_path / "kept.jsonl"
    file.write_text(json.dumps(["keras cnn4 13 10", {"accuracy": 0.5}]) + "\n")
    monkeypatch.setattr(common, "alone", lambda script, *words: {"accuracy": int(words[3]) / 100})
    keys = ["clothier cnn4 13 10", "keras cnn4 13 10", "clothier cnn4 14 10"]
    assert [run["accuracy"] for run in parity.runs(keys, at_once, file)] == [0.13, 0.5, 0.14]
    kept = dict(json.loads(line) for line in file.read_text().splitlines())
    assert sorted(kept) == sorted(keys)
    assert kept["keras cnn4 13 10"] == {"accuracy": 0.5}


def test_equal_means_do_not_meet_what_is_asked_of_the_interval() -> None:
    wide, narrow = [0.90, 0.92, 0.91], [0.9100, 0.9101, 0.9099]
    assert parity.row("cnn4", wide, wide).met == "NO"
    assert parity.row("cnn4", narrow, narrow).met == "yes"
