"""The pages of the documentation: the commands and the Python on them."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^(?:    .*)?\n)+", re.MULTILINE)


def blocks(page: Path) -> Iterator[str]:
    """The indented blocks of a page, in order. What stands between ``` is not run: it needs R, a network or hours."""
    text = _FENCED.sub("\n", page.read_text(encoding="utf-8"))
    for found in _INDENTED.finditer(text):
        if block := textwrap.dedent(found[0]).strip():
            yield block


def commands(page: Path) -> list[str]:
    """The lines that begin with `clothier`, perhaps after a prompt, without their comments."""
    lines = [line.removeprefix("$ ") for block in blocks(page) for line in block.splitlines()]
    return [shlex.join(shlex.split(line, comments=True)) for line in lines if line.startswith("clothier ")]


def scripts(page: Path) -> list[str]:
    """The blocks that begin with an import."""
    return [block for block in blocks(page) if block.startswith(("import ", "from "))]


def printed(command: str, page: Path) -> str:
    """The lines that the page shows under that command."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^    \$ {re.escape(command)}\n((?:(?:    (?!\$ ).*)?\n)+)", text, re.MULTILINE)
    assert found, command
    return "\n".join(line.removeprefix("    ").rstrip() for line in found[1].split("\n")).strip()
