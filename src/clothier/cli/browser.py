"""The person's browser, where there is one."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import options, screen

Open = Annotated[
    bool,
    typer.Option(
        "--open", help="Open the page in the browser when it is ready.", rich_help_panel=options.OUTPUT
    ),
]


def show(page: str | Path) -> None:
    """Open that address or file in the browser; without a browser, print where it is."""
    address = page.resolve().as_uri() if isinstance(page, Path) else page
    if not (_has_windows() and _opens(address)):
        screen.say(f"no browser was found here; open {address}")


def _has_windows() -> bool:
    """Whether there is a desktop: without one a browser for terminals might take over this one."""
    named = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


def _opens(address: str) -> bool:
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
