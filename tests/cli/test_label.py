"""clothier label: what it prints, and what it refuses in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.command_line import last_error

from clothier import cli
from clothier.api import label
from clothier.label.session import Session, Wish
from clothier.system import extras


def test_the_end_says_how_to_train(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def serve(made: Session, port: int, begin: Callable[[str], None]) -> None:
        begin("http://127.0.0.1:1/?token=x")
        item = made.items("unsure", 0, 1, undecided=True)["items"][0]
        made.decide([Wish(item["id"], 0, "keep")])

    monkeypatch.setattr(label, "serve", serve)
    assert cli.run(["label", "generated:60"]) == 0
    told = capsys.readouterr().out
    assert "to look at (suspected labels first); decisions go into labels.csv" in told
    assert "http://127.0.0.1:1/?token=x\npress Ctrl-C to stop" in told
    assert "1 decision made, 1 in labels.csv" in told
    assert "to train with it: clothier train cnn3 --data generated:60 --labels labels.csv" in told
    Path("labels.csv").write_text("hello\n")
    assert "labels.csv begins with 'hello'" in last_error(capsys, "label", "generated:60")


def test_a_missing_extra_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(module: str, what: str) -> None:
        raise extras.missing(module, what)

    monkeypatch.setattr(extras, "load", load)
    assert last_error(capsys, "label", "generated:60") == (
        "clothier label needs the package 'starlette', which is not installed; "
        "install it with: pip install 'clothier[serve]'"
    )
