"""The notebooks of examples/, run in this process: a kernel would first load TensorFlow again, for ten seconds."""

from __future__ import annotations

import ast
import shlex
import string
from pathlib import Path
from typing import Any

import nbformat

from clothier import cli

EXAMPLES = Path(__file__).parents[2] / "examples"


def code_cells(name: str) -> list[Any]:
    notebook = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(name: str, changes: dict[str, str]) -> dict[str, Any]:
    """The value of the last expression of each cell by its id, or None. `changes` are replacements in the code, each of
    which is there exactly once."""
    cells = code_cells(name)
    whole = "\n".join(cell.source for cell in cells)
    for old in changes:
        assert whole.count(old) == 1, old
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = {}
    for cell in cells:
        source = cell.source
        for old, new in changes.items():
            source = source.replace(old, new)
        shown[cell.id] = _run(source, names)
    return shown


def _run(source: str, names: dict[str, Any]) -> Any:
    if source.startswith("!clothier "):  # the shell of the notebook, with Python's names after dollars
        words = shlex.split(_filled(source.removeprefix("!clothier "), names))
        assert cli.run(words) == 0, words
        return None
    lines = [line for line in source.splitlines() if not line.startswith("%")]
    body = ast.parse("\n".join(lines)).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


class _Template(string.Template):
    braceidpattern = r"(?a:[_a-z][_a-z0-9.]*)"
    idpattern = r"(?a:[_a-z][_a-z0-9]*(?:\.[_a-z][_a-z0-9]*)*)"


def _filled(line: str, names: dict[str, Any]) -> str:
    return _Template(line).substitute(_Values(names))


class _Values(dict[str, str]):
    """What the dotted names after dollars mean."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, name: str) -> str:
        return str(eval(name, self._names))
