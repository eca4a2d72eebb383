"""The JSON file beside what is kept: it is written last, and without it the rest counts for nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from clothier.data.cache import trust
from clothier.system.files import write_atomic

ABOUT = "about"  # in every manifest: what is kept there, in words


def read(file: Path) -> dict[str, Any] | None:
    """What the manifest says; None where it is missing or damaged, or where another user can have written it."""
    try:
        if trust.distrust(file):
            return None
        content = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write(file: Path, content: Mapping[str, Any], about: str) -> None:
    """Raises WriteError."""
    write_atomic(file, json.dumps({**content, ABOUT: about}, indent=2) + "\n", private=True)


def mark_used(file: Path) -> None:
    """Let its time say that it was used now: what was not used for longest is removed first."""
    with suppress(OSError):
        os.utime(file)
