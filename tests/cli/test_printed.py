"""What the pages say that commands print is what they print."""

from __future__ import annotations

import re

import pytest
from support.pages import DOCS, printed

from clothier import cli


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("data list", "data.md"),
        ("models", "training.md"),
        ("summary cnn1", "tutorial-article.md"),
        ("recipes", "training.md"),
    ],
)
def test_tables_are_those_of_the_commands(
    words: str, page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.run(words.split()) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.split("\n")]
    assert printed(f"clothier {words}", DOCS / page) == "\n".join(lines).strip()


def skeleton(text: str) -> list[str]:
    """The lines of an evaluation without its numbers, which way probabilities are wrong, its title and its mistakes."""
    text = re.sub(r" points too (high|low) on average", "", text.partition("\nmost confident")[0])
    lines = [" ".join(re.sub(r"[\d.,]+", "#", line).split()) for line in text.splitlines()]
    return [line.removesuffix(" #") if line.startswith("calibration error") else line for line in lines[1:]]


def test_an_evaluation_looks_as_its_page_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["evaluate", "fashion-mnist", "--data", "generated:600", "--mistakes", "2"]) == 0
    shown = printed("clothier evaluate fashion-mnist --data fashion-mnist --mistakes 2", DOCS / "evaluate.md")
    assert skeleton(capsys.readouterr().out) == skeleton(f"{shown}\n")
