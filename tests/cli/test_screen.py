"""What is printed into a pipe is never folded or cut."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clothier.cli import screen
from clothier.training import progress

CODE = """
from clothier.cli import screen
screen.print_table(("photo", "class"), [("x" * 300 + ".jpg", "Bag"), ("y.jpg", "word " * 80)])
screen.print_bars([("Bag", 0.5, ""), ("Ankle boot", 0.25, "true class")])
screen.print_fields({"name": "z" * 300})
screen.notice("w " * 300)
"""


@pytest.mark.parametrize("columns", ["60", "160"])
def test_a_row_is_a_line_in_a_pipe(columns: str) -> None:
    environment = {"COLUMNS": columns, "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=environment
    )
    head, long_name, long_words, *bars, field = done.stdout.splitlines()
    assert head.split() == ["photo", "class"]
    assert long_name.split() == ["x" * 300 + ".jpg", "Bag"]
    assert long_words.endswith("word " * 79 + "word")
    assert [line for line in done.stdout.splitlines() if line != line.rstrip()] == []
    assert [bar.split()[:2] for bar in bars] == [["Bag", "0.5000"], ["Ankle", "boot"]]
    assert field == f"name  {'z' * 300}"
    assert done.stderr.count("\n") == 1


def test_control_characters_never_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    words = "runs/a\x1b[2J\nb"
    screen.tell(words)
    watcher = progress.watcher(2)
    watcher.note(words)
    watcher.doing(words)
    watcher.plan(lambda: (words, words))
    said = capsys.readouterr().err
    assert said.count("runs/a\\x1b[2J\\nb\n") == 5


def test_every_line_on_stderr_is_told_by_the_screen() -> None:
    """There control characters become escapes."""
    folder = Path(screen.__file__).parent
    files = [file for file in folder.glob("*.py") if file.name != "screen.py"]
    assert [file.name for file in files if re.search(r"(messages|results)\.print\(", file.read_text())] == []


def _on_a_terminal(words: list[str], columns: int) -> list[str]:
    """The lines that the command shows, without colours."""
    shown, terminal = os.openpty()
    environment = {
        **os.environ,
        "COLUMNS": str(columns),
        "PYTHONPATH": ":".join(sys.path),
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    with subprocess.Popen(words, stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        content = b""
        while True:
            try:
                content += os.read(shown, 65536)
            except OSError:  # the terminal is closed
                break
        process.wait()
    os.close(shown)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", content.decode())
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("words", ["models", "recipes", "predict nothing.jpg", "summary fashion-mnist"])
def test_sentences_on_a_terminal_end_their_lines_between_words(words: str) -> None:
    lines = _on_a_terminal([sys.executable, "-m", "clothier", *words.split()], 60)
    assert len(lines) > 2
    assert [line for line in lines if len(line) > 60] == []


BARS = """
from clothier.cli import screen
screen.print_bars([("9  T-shirt/top", 0.97541, "predicted"), ("0  " + "b" * 40, 0.0123, "true class")])
"""


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_bars_shrink_and_names_fold_but_no_share_is_cut(columns: int) -> None:
    lines = _on_a_terminal([sys.executable, "-c", BARS], columns)
    text = "\n".join(lines)
    assert [line for line in lines if len(line) > columns] == []
    assert [share in text for share in ("0.9754", "predicted", "0.0123", "true class")] == [True] * 4
    assert "…" not in text
    assert text.count("b") == 40
