"""Whether another user can have written what lies there."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def distrust(path: Path) -> str:
    """Why a folder, or a file in one, may be another user's work; "" where it cannot be, or is not there."""
    if os.name != "posix":
        return ""
    try:
        for place in (path, path.parent):
            status = place.stat()
            if status.st_uid not in (0, os.geteuid()):
                return f"{place} belongs to another user"
            others = stat.S_IWGRP | stat.S_IWOTH
            # In a sticky folder, such as /tmp, only the owner of an entry can put another in its place.
            if status.st_mode & others and (place == path or not status.st_mode & stat.S_ISVTX):
                return f"other users can write to {place}; `chmod go-w` it"
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return str(error.strerror)
    return ""
