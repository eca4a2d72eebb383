"""The bodies of requests -> bytes and pictures, within their limits of size, number and time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

import python_multipart  # noqa: F401 - Starlette asks for it only when the first form comes
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from clothier.errors import RefusedError
from clothier.serve.service import Service

FORM = "multipart/form-data"
_MOST_NAME = 200  # characters of a file's name
_FORM_WORDS = f"wanted {FORM} with parts named 'file', each a picture"


@dataclass(frozen=True)
class Upload:
    """A picture as it came: its file's name, "" without one, and its bytes."""

    filename: str
    content: bytes


async def pictures(request: Request, service: Service) -> list[Upload]:
    """The pictures of a request: its body, or the parts of a form. Raises RefusedError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        return await _form(request, service)
    if not kind.startswith("image/"):
        raise RefusedError(
            415,
            "unsupported_type",
            f"the body is {kind[:60] or 'of no content type'}; wanted image/* for one picture, or {FORM} with parts "
            "named 'file' for several; set Content-Type",
        )
    return [Upload("", await body(request, service))]


async def body(request: Request, service: Service, most: int | None = None) -> bytes:
    """All bytes of a body, at most so many, else as many as settings allow. Raises RefusedError."""
    async with _timed(service.settings.body_seconds):
        return b"".join([chunk async for chunk in _chunks(request, service, most)])


async def _form(request: Request, service: Service) -> list[Upload]:
    most = service.settings.pictures
    chunks = _chunks(request, service)
    parser = _InMemory(request.headers, chunks, max_files=most, max_fields=most)
    try:
        async with _timed(service.settings.body_seconds):
            form = await parser.parse()
    except MultiPartException as error:
        if str(error).startswith("Too many files"):
            raise RefusedError(
                400,
                "too_many",
                f"more than {most} pictures came; wanted {most} or fewer; send the rest apart",
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


async def _upload(name: str, part: UploadFile | str) -> Upload:
    if name != "file" or not isinstance(part, UploadFile):
        raise RefusedError(400, "bad_form", f"the form has a part {ascii(name)[:60]}; {_FORM_WORDS}")
    return Upload((part.filename or "")[:_MOST_NAME], await part.read())


class _InMemory(MultiPartParser):
    spool_max_size = 2**40  # what is too large was refused while it came: no file is written

    def on_headers_finished(self) -> None:
        # A part without the name of a file is a picture as well, not text.
        given = self._current_part.content_disposition
        if given is not None and b"filename" not in given:
            self._current_part.content_disposition = given + b'; filename=""'
        super().on_headers_finished()


async def _chunks(request: Request, service: Service, most: int | None = None) -> AsyncGenerator[bytes, None]:
    most = min(most or service.settings.body_bytes, service.settings.body_bytes)
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise RefusedError(
            415, "unsupported_encoding", f"the body is encoded ({ascii(encoding)[:40]}); wanted it as it is"
        )
    if (length := request.headers.get("content-length", "0")).isdecimal() and int(length) > most:
        raise _too_large(f"{int(length):,}", most)
    came = 0
    try:
        async for chunk in request.stream():
            came += len(chunk)
            service.receiving += len(chunk)
            if came > most:
                raise _too_large(f"over {most:,}", most)
            if service.receiving > service.settings.reading_bytes:
                raise service.full("too many large requests are being received")
            yield chunk
    except ClientDisconnect:
        raise RefusedError(400, "gone", "the client left before its request was complete") from None
    finally:
        service.receiving -= came


def _too_large(came: str, most: int) -> RefusedError:
    return RefusedError(
        413,
        "too_large",
        f"the body has {came} bytes; wanted at most {most:,}; send fewer or smaller pictures",
    )


@contextlib.asynccontextmanager
async def _timed(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise RefusedError(
            408,
            "too_slow",
            f"the body did not come within {seconds:g} s; wanted all of it by then; send fewer or smaller pictures",
        ) from None
