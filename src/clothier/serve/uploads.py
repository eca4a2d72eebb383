"""The bodies of requests -> pictures, within their limits of size, number and time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from clothier.errors import RefusedError
from clothier.serve.request_body import RequestBody

FORM = "multipart/form-data"
_MOST_NAME = 200  # characters of a file's name
# Of its boundary in a form, whether or not a part ends there: half a million would hold up all others for a third of a
# second while the form is read.
_MOST_BOUNDARIES = 1000
_EXTENDED_NAME = re.compile(rb";\s*filename\*\s*=\s*(UTF-8|ISO-8859-1)'[^']*'([^;\s]*)", re.IGNORECASE)
_FORM_WORDS = f"wanted {FORM} with parts named 'file', each a picture"


@dataclass(frozen=True)
class Upload:
    """A picture as it came: its file's name, "" without one, and its bytes."""

    filename: str
    content: bytes


async def pictures(body: RequestBody, most: int) -> list[Upload]:
    """The pictures of a request: its body, or at most `most` parts of a form. Raises RefusedError."""
    kind = body.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        return await _form(body, most)
    if not kind.startswith("image/"):
        raise RefusedError(
            415,
            "unsupported_type",
            f"the body has {f'type {kind[:60]}' if kind else 'no content type'}; wanted image/* for one picture, or "
            f"{FORM} with parts named 'file' for several; set Content-Type",
        )
    return [Upload("", await body.read())]


async def _form(body: RequestBody, most: int) -> list[Upload]:
    chunks = _counted(body)
    parser = _InMemory(body.request.headers, chunks, max_files=most, max_fields=most)
    try:
        async with body.receiving():
            form = await parser.parse()
    except MultiPartException as error:
        if str(error).startswith("Too many files"):
            raise RefusedError(
                400,
                "too_many",
                f"the form has more than {most} pictures; wanted {most} or fewer; send the rest in another request",
            ) from error
        said = " ".join(error.message.split()).rstrip(".").lower()
        raise RefusedError(400, "bad_form", f"the form cannot be read ({said}); {_FORM_WORDS}") from error
    finally:
        await chunks.aclose()
    if not form:
        raise RefusedError(400, "bad_form", f"the form has no parts; {_FORM_WORDS}")
    try:
        return [await _upload(name, part) for name, part in form.multi_items()]
    finally:
        await form.close()


async def _counted(body: RequestBody) -> AsyncGenerator[bytes, None]:
    """The chunks of a form, as long as it has few boundaries."""
    _, words = parse_options_header(body.request.headers["content-type"])
    boundary, seen = b"\r\n--" + words.get(b"boundary", b""), 0
    async with contextlib.aclosing(body.chunks()) as chunks:
        async for chunk in chunks:
            seen += chunk.count(boundary)
            if seen > _MOST_BOUNDARIES:
                raise MultiPartException(f"more than {_MOST_BOUNDARIES:,} boundaries")
            yield chunk


async def _upload(name: str, part: UploadFile | str) -> Upload:
    if name != "file" or not isinstance(part, UploadFile):
        raise RefusedError(400, "bad_form", f"the form has a part {ascii(name)[:60]}; {_FORM_WORDS}")
    return Upload((part.filename or "")[:_MOST_NAME], await part.read())


class _InMemory(MultiPartParser):
    spool_max_size = 2**40  # what is too large was refused while it came: no file is written

    def on_headers_finished(self) -> None:
        # As browsers send them, whatever charset the form claims: some of Python's codecs raise what nobody catches.
        self._charset = "utf-8"
        # A part without the name of a file is a picture as well, not text.
        part, header = self._current_part, self._current_part.content_disposition
        unnamed = header is not None and b"filename" not in parse_options_header(header)[1]
        if header is not None and unnamed:
            part.content_disposition = header + b'; filename=""'
        super().on_headers_finished()
        if header is not None and unnamed and part.file:
            part.file.filename = _extended_name(header)


def _extended_name(header: bytes) -> str:
    """The file's name in the form of RFC 5987, which some clients send alone; "" without one."""
    found = _EXTENDED_NAME.search(header)
    return unquote_to_bytes(found[2]).decode(found[1].decode(), "replace") if found else ""
