"""What every command shares on the screen: results on stdout, progress on stderr, tables, JSON."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clothier.cli import table
from clothier.system.escapes import plain


def _settle_streams() -> None:
    """Whatever the program was started with can be printed to: a stream that was closed (>&-) leads nowhere, and what
    an encoding has not comes as escapes. In order, since the lowest number that is free is taken."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - for as long as the program runs
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


_settle_streams()
_BAR, _SHORTEST_BAR = 30, 10  # columns of a share of 1
_UNFOLDED = 100_000  # columns: in a pipe or a file a row is a line, however long its cells
results = Console(highlight=False, width=None if sys.stdout.isatty() else _UNFOLDED)
messages = Console(stderr=True, highlight=False)


def quiet(wanted: bool) -> None:
    """Whether the command prints nothing but errors, and JSON that was asked for."""
    results.quiet = messages.quiet = wanted


@contextmanager
def working(what: str) -> Iterator[None]:
    """While something takes seconds: a spinner, where a terminal can take it away again."""
    if messages.is_terminal:
        with messages.status(escape(what)):
            yield
    else:
        yield


def print_json(content: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(content, indent=2))


def notice(text: str) -> None:
    """A sentence that must not be missed, on stderr; nothing where it is empty."""
    if text:
        # A terminal's lines end between words; elsewhere a sentence is a line, which can be searched for.
        wrapped = messages.is_terminal
        messages.print(f"NOTE: {plain(text)}", style="bold yellow", markup=False, soft_wrap=not wrapped)


def tell(text: str, *, wrap: bool = True) -> None:
    """A line on stderr of what is being done; without `wrap` it is left to the terminal to wrap."""
    messages.print(plain(text), markup=False, soft_wrap=not wrap)


def fail(text: str) -> None:
    """An error on stderr, however quiet the command is: a terminal's lines end between words; elsewhere it is one
    line."""
    errors = Console(stderr=True, highlight=False)
    errors.print(plain(text), markup=False, soft_wrap=not errors.is_terminal)


def say(text: str = "", *, wrap: bool = False) -> None:
    """A line on stdout, or several, left to the terminal to wrap, so that it can be copied whole; with `wrap`, prose
    that ends its lines between words on a terminal."""
    soft = not (wrap and results.is_terminal)
    results.print("\n".join(map(plain, text.split("\n"))), markup=False, soft_wrap=soft)


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "", words: Sequence[str] = ()
) -> None:
    """A plain table on stdout: words to the left, numbers to the right, among them columns that are empty here and
    there. `words` are columns that are words, even where all begin with a digit. Cells fold between words where a
    terminal is too narrow; where that is not enough, each row is a few lines."""
    if title:
        results.print(plain(title), style="bold", markup=False, soft_wrap=True)
    cells = [[plain(str(cell)) for cell in row] for row in rows]
    is_number = []
    for place, column in enumerate(columns):
        filled = [row[place] for row in rows if row[place] != ""]
        is_number.append(column not in words and bool(filled) and all(map(_is_number, filled)))
    widths = table.widths(columns, cells, is_number, results.width)
    if widths is None:
        for first, *others in cells:
            say(first, wrap=True)
            print_fields(
                {f"  {name}": cell for name, cell in zip(columns[1:], others, strict=True) if cell != ""}
            )
        return
    made = Table(box=None, pad_edge=False, padding=(0, table.GAP, 0, 0))
    for column, right, width in zip(columns, is_number, widths, strict=True):
        made.add_column(escape(column), justify="right" if right else "left", overflow="fold", width=width)
    for line in cells:
        made.add_row(*map(escape, line))
    _print(made)


def print_fields(facts: Mapping[str, Any], title: str = "") -> None:
    """A line on stdout for each name and value."""
    if title:
        results.print(plain(title), style="bold", markup=False, soft_wrap=True)
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in facts.items():
        made.add_row(escape(name), escape(plain(str(value))))
    _print(made)


def print_bars(rows: Sequence[tuple[str, float, str]]) -> None:
    """A line for each (name, share in [0, 1], remark) on stdout, with a bar as long as the share. On a narrow terminal
    the bars shrink and long names fold; shares and remarks are whole."""
    from rich.bar import Bar  # as rich.progress below

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    blocks = not results.options.ascii_only
    rows = [(plain(name), share, remark) for name, share, remark in rows]
    beside = sum(max(map(cell_len, texts)) for texts in zip(*((row[0], row[2]) for row in rows), strict=True))
    width = min(_BAR, max(_SHORTEST_BAR, results.width - beside - len("  0.0000    ")))
    made.add_column(overflow="fold")
    made.add_column(justify="right", no_wrap=True)
    made.add_column(no_wrap=True)
    made.add_column(no_wrap=True)
    for name, share, remark in rows:
        style = "bold" if remark else ""
        bar = Bar(1, 0, share, width=width) if blocks else "#" * round(width * share)
        made.add_row(escape(name), f"{share:.4f}", bar, escape(remark), style=style)
    _print(made)


def _print(made: Table) -> None:
    """Print the table; outside a terminal, without the spaces that fill its last column."""
    if results.is_terminal or results.quiet:
        results.print(made)
        return
    with results.capture() as printed:
        results.print(made)
    lines = printed.get().splitlines()
    results.print("\n".join(line.rstrip() for line in lines), markup=False, soft_wrap=True)


def _is_number(cell: Any) -> bool:
    return (
        not isinstance(cell, str) or cell[:1].isdigit() or cell[:2] in ("-", "\u2013", "+0", "-0", "+1", "-1")
    )


@contextmanager
def counting() -> Iterator[Callable[[str, int, int], None]]:
    """A `progress(what, done, total)` for long work: a bar on a terminal, a line a tenth elsewhere."""
    if messages.is_terminal:
        # A sixth of the time of --help, which shows no progress.
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=messages, transient=True) as bars:
            tasks: dict[str, Any] = {}

            def draw(what: str, done: int, total: int) -> None:
                task = tasks.get(what)
                if task is None:
                    task = tasks[what] = bars.add_task(what, total=total)
                bars.update(task, completed=done, total=total)

            yield draw
        return

    tenths: dict[str, int] = {}

    def write(what: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if tenth > tenths.get(what, 0):
            tenths[what] = tenth
            tell(f"{what}: {done} of {total}", wrap=False)

    yield write
