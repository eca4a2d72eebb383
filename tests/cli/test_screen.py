"""What is printed into a pipe is never folded or cut."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
from clothier.cli import screen
screen.print_table(("photo", "class"), [("x" * 300 + ".jpg", "Bag"), ("y.jpg", "word " * 80)])
screen.print_fields({"name": "z" * 300})
screen.notice("w " * 300)
"""


@pytest.mark.parametrize("columns", ["60", "160"])
def test_a_row_is_a_line_in_a_pipe(columns: str) -> None:
    environment = {"COLUMNS": columns, "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=environment
    )
    head, long_name, long_words, field = done.stdout.splitlines()
    assert head.split() == ["photo", "class"]
    assert long_name.split() == ["x" * 300 + ".jpg", "Bag"]
    assert long_words.rstrip().endswith("word " * 79 + "word")
    assert field == f"name  {'z' * 300}"
    assert done.stderr.count("\n") == 1
