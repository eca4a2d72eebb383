"""Rows -> an HTML table, as a notebook shows it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], notice: str = "") -> str:
    """An HTML table under its title, the first column as row heads, the notice below; every cell is escaped."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        f"<tr><th>{escape(str(first))}</th>{''.join(f'<td>{escape(str(cell))}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    below = f"<p><strong>{escape(notice)}</strong></p>" if notice else ""
    caption = f"<p><strong>{escape(title)}</strong></p>"
    return f"{caption}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
