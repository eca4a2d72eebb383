from __future__ import annotations

import asyncio
import io
import os
import select
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.in_process_service import finished, photo

from clothier.errors import DataError
from clothier.photo import doctor
from clothier.serve.decoder_process import HEAD
from clothier.serve.decoders import KILLED, Decoded, DecodeOptions, PictureDecoders

OPTIONS = DecodeOptions("doctor", (28, 28), 1, megapixels=50, bytes=2**30, seconds=60)


def _with(act: Callable[[PictureDecoders], Awaitable[Any]], count: int = 1, **changes: Any) -> Any:
    async def running() -> Any:
        decoders = PictureDecoders(DecodeOptions(**{**vars(OPTIONS), **changes}), count)
        try:
            return await act(decoders)
        finally:
            decoders.close()

    return finished(running())


async def _ending(decoders: PictureDecoders, content: bytes) -> Decoded | str:
    try:
        return await decoders.decode(content)
    except DataError as error:
        return str(error)


def _png(width: int, height: int, mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


def _ticks(pid: int) -> int:
    """Processor time of a process, in hundredths of a second."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def test_images_warnings_and_reasons_are_those_of_the_doctor_in_any_number_at_once() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    contents = [photo(), file.getvalue(), photo(2, "JPEG"), b"", b"GIF89a", photo()[:80], b"no picture"]

    async def act(decoders: PictureDecoders) -> list[Decoded | str]:
        return await asyncio.gather(*(_ending(decoders, content) for content in contents * 2))

    for content, ending in zip(contents * 2, _with(act, 2), strict=True):
        if isinstance(ending, str):
            with pytest.raises(DataError) as raised:
                doctor.examine(content)
            assert ending == str(raised.value)
            continue
        wanted = doctor.examine(content)
        np.testing.assert_array_equal(ending.image, wanted.image)
        assert ending.warnings == wanted.warnings


@pytest.mark.parametrize("when", ["it waits", "it receives one", "it decodes one"])
def test_one_that_is_killed_is_replaced_and_only_what_it_decoded_refused(when: str) -> None:
    content = {"it waits": photo(), "it receives one": photo() + bytes(2**23)}.get(when) or _png(6000, 6000)

    async def act(decoders: PictureDecoders) -> None:
        assert isinstance(await _ending(decoders, photo()), Decoded)
        pid = decoders._decoders[0]._process.pid
        before = _ticks(pid)
        os.kill(
            pid, {"it waits": signal.SIGKILL, "it receives one": signal.SIGSTOP}.get(when, signal.SIGCONT)
        )
        ending = asyncio.create_task(_ending(decoders, content))
        if when != "it waits":
            await asyncio.sleep(0.02)
            while when == "it decodes one" and _ticks(pid) < before + 2:
                await asyncio.sleep(0.001)
            os.kill(pid, signal.SIGKILL)
        assert await ending == KILLED if when == "it decodes one" else isinstance(await ending, Decoded)
        assert isinstance(await _ending(decoders, photo()), Decoded)
        assert decoders.replaced == 1

    _with(act)


def test_one_that_hangs_is_replaced_and_its_picture_refused() -> None:
    async def act(decoders: PictureDecoders) -> None:
        assert isinstance(await _ending(decoders, photo()), Decoded)
        (process,) = decoders._decoders
        os.kill(process._process.pid, signal.SIGSTOP)
        decoders._options = DecodeOptions(**{**vars(OPTIONS), "seconds": 0.2})
        assert await _ending(decoders, photo()) == KILLED
        decoders._options = OPTIONS
        assert isinstance(await _ending(decoders, photo()), Decoded)

    _with(act)


def test_a_picture_larger_than_settings_allow_is_refused_by_its_header() -> None:
    async def act(decoders: PictureDecoders) -> Decoded | str:
        return await _ending(decoders, _png(1500, 1500))

    assert _with(act, megapixels=2) == (
        "has 3 megapixels, more than the limit of 2 for PNG: make it smaller or save it as JPEG"
    )


def test_what_needs_more_memory_than_allowed_is_refused_and_the_next_picture_read() -> None:
    async def act(decoders: PictureDecoders) -> None:
        assert isinstance(await _ending(decoders, _png(4000, 4000, "RGBA")), str)
        assert isinstance(await _ending(decoders, photo()), Decoded)

    _with(act, bytes=2**28)


def test_a_terminals_signals_do_not_reach_it() -> None:
    async def act(decoders: PictureDecoders) -> list[int]:
        return [os.getpgid(process._process.pid) for process in decoders._decoders]

    assert os.getpgrp() not in _with(act)


@pytest.mark.parametrize("heard", [True, False])
def test_one_whose_service_died_ends_by_itself(heard: bool) -> None:
    async def act(decoders: PictureDecoders) -> None:
        assert isinstance(await _ending(decoders, photo()), Decoded)
        (process,) = decoders._decoders
        if not heard:
            process._line.sendall(HEAD.pack(len(photo()), False) + photo())
            select.select([process._line], [], [], 60)
        process._line.close()
        assert process._process.wait(timeout=60) == 0

    _with(act)
