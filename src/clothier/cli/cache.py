"""`clothier cache`: what is kept on disk so that it is not computed again."""

from __future__ import annotations

import enum
import time
from typing import Annotated

import typer

from clothier.cli import options, screen
from clothier.data.cache import entries, location
from clothier.data.cache.entries import Entry
from clothier.values.wording import counted


class Clear(enum.StrEnum):
    """What --clear takes: the kinds that are computed again when they are asked for."""

    photos = "photos"
    features = "features"
    projections = "projections"
    all = "all"


def cache(
    clear: Annotated[
        Clear | None,
        typer.Option(
            help="Remove the entries of this kind, or all; downloaded data sets stay.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """List or clear what clothier keeps on disk."""
    roots, limit = location.roots(), entries.limit()
    kept = entries.entries(roots)
    if clear is not None:
        wanted = [entry for entry in kept if entry.kind in (entries.COMPUTED if clear == "all" else (clear,))]
        removed = [entry for entry in wanted if entry.remove()]
        kept = [entry for entry in kept if entry not in removed]
        if not json:
            _say_removed(removed, len(wanted) - len(removed))
    if json:
        found = [
            {
                "kind": entry.kind,
                "about": entry.about,
                "bytes": entry.num_bytes,
                "used": entry.used,
                "files": [str(path) for path in entry.files],
            }
            for entry in kept
        ]
        screen.print_json({"folders": [str(root) for root in roots], "limit": limit, "entries": found})
    elif clear is None:
        _say(kept, [str(root) for root in roots if root.exists()] or [str(roots[0])], limit)


def _say_removed(removed: list[Entry], busy: int) -> None:
    num_bytes = sum(entry.num_bytes for entry in removed)
    screen.say(f"removed {counted(len(removed), 'entry', 'entries')}, {entries.size(num_bytes)}")
    if busy:
        screen.notice(f"{counted(busy, 'entry', 'entries')} stayed, because another process is writing there")


def _say(kept: list[Entry], roots: list[str], limit: int) -> None:
    rows = [
        (
            entry.kind,
            entry.about or ("left by a stopped process" if entry.kind in entries.COMPUTED else ""),
            entries.size(entry.num_bytes),
            time.strftime("%Y-%m-%d", time.localtime(entry.used)),
        )
        for entry in kept
    ]
    if rows:
        screen.print_table(("kind", "what", "size", "last used"), rows, words=("what",))
        screen.say()
    num_bytes = sum(entry.num_bytes for entry in kept)
    screen.say(
        f"{counted(len(kept), 'entry', 'entries')}, {entries.size(num_bytes)} of {entries.size(limit)}"
    )
    for root in roots:
        screen.say(f"folder {root}")
    screen.say(f"the environment variable {entries.VARIABLE} sets the limit", wrap=True)
