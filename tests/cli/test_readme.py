"""What the README says that commands print is what they print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clothier import cli

README = Path(__file__).parents[2] / "README.md"
DOCS = README.parent / "docs"


def printed(command: str, page: Path = README) -> str:
    """The lines that the page shows under that command."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^    \$ {re.escape(command)}\n((?:(?:    (?!\$ ).*)?\n)+)", text, re.MULTILINE)
    assert found, command
    return "\n".join(line.removeprefix("    ").rstrip() for line in found[1].split("\n")).strip()


@pytest.mark.parametrize("words", ["data list", "models", "summary cnn1", "recipes"])
def test_its_tables_are_those_of_the_commands(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.run(words.split()) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.split("\n")]
    assert printed(f"clothier {words}") == "\n".join(lines).strip()


def skeleton(text: str) -> list[str]:
    """The lines of an evaluation without its numbers, which way probabilities are wrong, its title and its mistakes."""
    text = re.sub(r" points too (high|low) on average", "", text.partition("\nmost confident")[0])
    lines = [" ".join(re.sub(r"[\d.,]+", "#", line).split()) for line in text.splitlines()]
    return [line.removesuffix(" #") if line.startswith("calibration error") else line for line in lines[1:]]


def test_an_evaluation_looks_as_its_page_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["evaluate", "fashion-mnist", "--data", "generated:600", "--mistakes", "2"]) == 0
    shown = printed("clothier evaluate fashion-mnist --data fashion-mnist --mistakes 2", DOCS / "evaluate.md")
    assert skeleton(capsys.readouterr().out) == skeleton(f"{shown}\n")
