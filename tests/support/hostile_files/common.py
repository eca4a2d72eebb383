"""What the hostile files of each part are made with."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from clothier.bundle import pack
from support.model_files import made

Case = tuple[Callable[[], bytes], str]
MEGABYTE = 2**20


class Harm:
    """Unpickled, it runs a command."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch harmed",)


def good() -> bytes:
    return pack(made())
