"""Run notebooks of examples/ from top to bottom and keep their outputs in them:

    python -m scripts.store_outputs examples/article.ipynb examples/r_tutorial.ipynb

It takes a few minutes on two idle cores. Progress bars, what is written on stderr, and times of the run are left out.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BAR = "\u2501"


def clean(notebook: Any) -> None:
    """Leave in the notebook what a reader wants to see."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type != "code":
            continue
        outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        printed = [output for output in outputs if output.output_type == "stream"]
        if printed:
            text = "".join(output.text for output in printed)
            outputs = [output for output in outputs if output not in printed[1:]]
            printed[0].text = as_on_paper(text)
        cell.outputs = outputs


def as_on_paper(text: str) -> str:
    """The text without what moves a terminal's cursor, and without the lines of progress bars."""
    lines = [
        line.split("\r")[-1].rstrip() for line in _CONTROL.sub("", text).replace("\r\n", "\n").split("\n")
    ]
    kept = "\n".join(line for line in lines if _BAR not in line).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", kept) + "\n"


def main(paths: list[str]) -> None:
    for path in map(Path, paths):
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            NotebookClient(notebook, timeout=3600, resources={"metadata": {"path": folder}}).execute()
        clean(notebook)
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main(sys.argv[1:])
