"""What the README says that commands print is what they print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clothier import cli

README = Path(__file__).parents[2] / "README.md"


def printed(command: str) -> str:
    """The lines that the README shows under that command."""
    text = README.read_text(encoding="utf-8")
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
