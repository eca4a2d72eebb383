"""Hooks of `make docs`: pages of the site that are files elsewhere in the project, or made from its code.

The home pages are the READMEs; the reference is made from the command line and from docstrings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from mkdocs.structure.files import File, Files

import clothier
from clothier.cli import app, commands

ROOT = Path(__file__).parents[1]
PAGES = {  # the page of the site: the file in the project
    "index.md": "README.md",
    "index.zh-CN.md": "README.zh-CN.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
_STYLE = re.compile(r"\x1b\[[0-9;]*m")  # bold headings, for terminals
_LINK = re.compile(r"(\]\()([^)#\s]+)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages of this module, and the files in examples/ that pages link."""
    made = {page: (ROOT / file).read_text(encoding="utf-8") for page, file in PAGES.items()}
    made["reference/command-line.md"] = "\n".join(command_line())
    made["reference/python.md"] = "\n".join(python())
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    for path in sorted((ROOT / "examples").iterdir()):
        if path.is_file():
            files.append(File.generated(config, f"examples/{path.name}", content=path.read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Point links at the site's pages, not at the project's files."""
    back = {file: place for place, file in PAGES.items()}

    def linked(found: re.Match[str]) -> str:
        target = found[2].removeprefix("../").removeprefix("docs/")
        return found[1] + back.get(target, target)

    if page.file.src_uri.startswith("reference/"):
        return markdown
    return _LINK.sub(linked, markdown)


def command_line() -> Iterator[str]:
    """The help of each command, as Markdown."""
    group: Any = typer.main.get_command(app)
    yield "# Command line\n"
    yield from _help(group, None, "clothier")
    for name, entry in commands.COMMANDS.items():
        yield f"## clothier {name}\n\n{entry.summary}\n"
        yield from _help(commands.load(name), group, name)


def _help(command: Any, group: Any, name: str) -> Iterator[str]:
    parent = group.make_context("clothier", [], resilient_parsing=True) if group else None
    context = command.make_context(
        name, [], parent=parent, resilient_parsing=True, terminal_width=100, max_content_width=100
    )
    yield f"```text\n{_STYLE.sub('', command.get_help(context)).rstrip()}\n```\n"


def python() -> Iterator[str]:
    """A line for mkdocstrings for each public name."""
    yield "# Python\n\nThese names are in `clothier`. [The page about Python](../python.md) shows how they are used.\n"
    for name in clothier.__all__:
        if not name.startswith("__"):
            yield f"::: clothier.{name}\n"
    yield "## For scikit-learn\n\n::: clothier.sklearn.ImageClassifier\n"
