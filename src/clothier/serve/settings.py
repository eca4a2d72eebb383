"""What a service is told: where it listens, which model it serves, and what it refuses."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from clothier.errors import InputError

_ORIGIN = re.compile(r"\*|https?://[A-Za-z0-9.\-\[\]:]+")
_HOST = re.compile(r"\*|[A-Za-z0-9._-]+")
_LEAST = {
    "body_bytes": 1024,
    "reading_bytes": 1024,
    "decoder_bytes": 2**28,  # Python, NumPy and Pillow alone map half of this
    "megapixels": 1,
    "pictures": 1,
    "rows": 1,
    "queue": 0,
    "decoders": 0,
    "header_seconds": 0.1,
    "body_seconds": 0.1,
    "decode_seconds": 0.1,
    "work_seconds": 0.1,
    "drain_seconds": 0,
}
_DAY = 86_400  # seconds; the longest deadline, so that each one ends


@dataclass(frozen=True)
class Settings:
    """All of them have a value to start with; sizes in bytes, deadlines in seconds.

    Raises InputError for a value out of its range, naming it.
    """

    model: Path | None = None  # a run folder or a model file; None: the model in the box
    host: str = "127.0.0.1"
    port: int = 8000
    allow_hosts: tuple[str, ...] = ()  # names that it answers as, beside its own; "*" for all
    origins: tuple[str, ...] = ()  # of web pages elsewhere that may post and read answers; "*" for all
    body_bytes: int = 32 * 10**6
    reading_bytes: int = 256 * 10**6  # of the bodies of all requests in work together
    decoder_bytes: int = 2**30  # of memory that a decoder may map
    megapixels: int = 50  # of one picture
    pictures: int = 32  # in one request
    rows: int = 1024  # of a tensor in one request
    queue: int = 0  # single pictures in work, at most (admission.py says when fewer); 0 for 8 a decoder
    decoders: int = 0  # processes; 0 for one a core
    header_seconds: float = 10.0
    body_seconds: float = 30.0
    decode_seconds: float = 10.0
    work_seconds: float = 30.0
    drain_seconds: float = 30.0
    access_log: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65535:
            raise InputError(f"port is {self.port}; wanted 1 to 65535")
        for name, least in _LEAST.items():
            value = getattr(self, name)
            most = _DAY if name.endswith("_seconds") else math.inf
            if not least <= value <= most:
                wanted = f"{least:g} or more" if most == math.inf else f"{least:g} to {most:,}"
                raise InputError(f"{name.replace('_', '-')} is {value:g}; wanted {wanted}")
        for origin in self.origins:
            if not _ORIGIN.fullmatch(origin):
                raise InputError(
                    f"'{origin}' is not a valid origin; wanted one such as https://example.org, or *"
                )
        for name in self.allow_hosts:
            if not _HOST.fullmatch(name):
                raise InputError(
                    f"'{name}' is not a valid name of a host; wanted one such as shop.example, without a port, or *"
                )
