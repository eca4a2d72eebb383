"""A few named arrays in one file (.npz), with a manifest that holds its SHA-256."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.data.cache import manifest, trust
from clothier.errors import DamagedError
from clothier.system.files import read_file, write_atomic
from clothier.system.locks import locked

MOST_BYTES = 2**32  # of one file; maps of a million images take 100 MB


def read(path: Path) -> dict[str, npt.NDArray[Any]] | None:
    """The arrays kept at `path`; None where there are none. DamagedError where they are not those that were
    written."""
    known = manifest.read(path.with_suffix(".json"), sealed=False)
    if known is None or trust.distrust(path):
        return None
    try:
        content = read_file(path, MOST_BYTES)
        if known["sha256"] != hashlib.sha256(content).hexdigest():
            raise DamagedError(path, "its bytes are not those that were written")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = dict(file)
    except (OSError, ValueError, KeyError, MemoryError, OverflowError, zipfile.BadZipFile) as error:
        raise DamagedError(path, "it cannot be read") from error
    manifest.mark_used(path.with_suffix(".json"))
    return arrays


def write(path: Path, arrays: Mapping[str, Any], described: Mapping[str, Any], about: str) -> None:
    """Raises WriteError; `described` goes into the manifest, and `about`, which says in words what they are."""
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    with locked(path.parent / "lock"):  # both files are of one process
        write_atomic(path, content.getvalue(), private=True)
        manifest.write(path.with_suffix(".json"), {**described, "sha256": sha256}, about)
