"""Files from the first mirror that has them, checked by digest before they are moved into place."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from clothier.errors import DataError, WriteError
from clothier.values import Report

TIMEOUT = (10.0, 30.0)  # seconds: to connect, and between two packets
RETRIES = 1  # a mirror gets another chance after a pause of a second
MAX_BYTES = 2**28  # a server that sends without end is cut off
_CHUNK = 2**16


def fetch(digests: Mapping[str, str], mirrors: Sequence[str], folder: Path, report: Report) -> None:
    """Put the files into `folder`; those there with the right digest stay.

    `digests` is the digest of each file by name, such as "md5:8d4f...". A file appears under its name only when
    whole and right. Raises DataError, saying what each mirror did, where no mirror serves all files; WriteError
    where `folder` cannot be written.
    """
    import pooch  # these two take a fifth of a second to import
    import requests

    pooch.get_logger().setLevel(logging.ERROR)
    failures = []
    for mirror in mirrors:
        files = pooch.create(path=folder, base_url=mirror, registry=dict(digests), retry_if_failed=RETRIES)
        try:
            for name in digests:
                bar = _Bar(f"downloading {name}", report)
                files.fetch(
                    name,
                    downloader=pooch.HTTPDownloader(progressbar=bar, chunk_size=_CHUNK, timeout=TIMEOUT),
                )
            return
        except (requests.RequestException, ValueError) as error:  # ValueError: the digest differs
            failures.append(f"{urlsplit(mirror).hostname}: {_reason(error)}")
        except OSError as error:
            raise WriteError(folder, error) from error
    raise DataError(f"no mirror could serve it ({'; '.join(failures)})")


def _reason(error: Exception) -> str:
    import requests

    response = getattr(error, "response", None)
    if isinstance(error, requests.HTTPError) and response is not None:
        return f"answered {response.status_code}"
    if isinstance(error, requests.Timeout):
        return "timed out"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "broke off"
    return "no connection" if isinstance(error, requests.RequestException) else "sent something else"


class _Bar:
    """What pooch takes for a progress bar: the bytes so far are reported, and too many of them are refused."""

    def __init__(self, what: str, report: Report) -> None:
        self.what, self.report, self.total, self.done = what, report, 0, 0

    def update(self, num_bytes: int) -> None:
        self.done += num_bytes
        if self.done > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES} bytes")
        self.report(self.what, min(self.done, self.total), self.total)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        pass
