"""The JSON file beside what is kept: it is written last, and without it the rest counts for nothing.

It ends with a digest of its own fields, because the digests of the rest are among them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from clothier.data.cache import trust
from clothier.errors import DamagedError, InputError
from clothier.system.files import read_file, write_atomic
from clothier.values.fields import parse

ABOUT = "about"  # in every manifest: what is kept there, in words
_SEAL = "manifest_sha256"
_MOST_BYTES = 2**28  # a data set of 100,000 photos that cannot be read has 20 MB


def read(file: Path, *, sealed: bool = True) -> dict[str, Any] | None:
    """What the manifest says; None where it is missing, or where another user can have written it. Raises DamagedError
    where it does not say what was written. One that need not be `sealed` may be of a version that wrote no digest."""
    try:
        if trust.distrust(file):
            return None
        content = parse(read_file(file, _MOST_BYTES), "it", InputError)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except (OSError, InputError) as error:
        raise DamagedError(file, getattr(error, "strerror", None) or "it is no JSON") from error
    seal = content.pop(_SEAL, None)
    if seal != _digest(content) and (sealed or seal is not None):
        raise DamagedError(file, "it does not say what was written")
    return content


def about(file: Path) -> str:
    """What is kept there, in words; "" where the manifest does not say so."""
    try:
        known = read(file, sealed=False) or {}
    except DamagedError:
        return ""
    return str(known.get(ABOUT, ""))


def write(file: Path, content: Mapping[str, Any], about: str) -> None:
    """Raises WriteError."""
    fields = {**content, ABOUT: about}
    text = json.dumps({**fields, _SEAL: _digest(fields)}, indent=2)
    write_atomic(file, text + "\n", private=True)


def mark_used(file: Path) -> None:
    """Let its time say that it was used now: what was not used for longest is removed first."""
    with suppress(OSError):
        os.utime(file)


def _digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
