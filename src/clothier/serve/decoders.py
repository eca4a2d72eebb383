"""Pictures -> images, in processes that may die: each is limited, timed, and replaced where it fails."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.errors import DataError
from clothier.serve.budget import Pace
from clothier.serve.decoder_process import HEAD, LENGTHS
from clothier.serve.worker_queue import WorkerQueue
from clothier.values import Images

KILLED = "cannot be decoded: it needs more memory or time than is allowed"
_FIRST = 0.03  # seconds a picture, before any was measured
_BUFFER = 2**20  # bytes of a socket, as far as the system grants them: most photos are handed over at once


@dataclass(frozen=True, eq=False)
class Decoded:
    """The image for the network, uint8 (height, width, channels), and what the doctor warns of."""

    image: Images
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class DecodeOptions:
    """What processes read: pictures, decoded `way` as photo.doctor.prepare has it, or tensors of at most so many
    `rows`, where that is not 0; (height, width) and channels of the images, and the limits."""

    way: str
    size: tuple[int, int]
    channels: int
    megapixels: int
    bytes: int
    seconds: float
    rows: int = 0

    def as_json(self) -> str:
        return json.dumps({**vars(self), "seconds": math.ceil(self.seconds)})


class DecoderPool:
    """So many processes that read what came. `replaced` counts those that failed, `pace` is how long
    one takes."""

    def __init__(self, options: DecodeOptions, count: int) -> None:
        self._options = options
        self._decoders = [_Decoder(options) for _ in range(count)]
        self._workers = WorkerQueue(self._decoders)
        self.replaced = 0
        self.pace = Pace(_FIRST)

    @property
    def count(self) -> int:
        return len(self._decoders)

    def close(self) -> None:
        """End all of them."""
        for process in self._decoders:
            process.end()

    async def ask(
        self, content: bytes, bulk: bool = False, whole: bool = False
    ) -> tuple[dict[str, Any], bytes]:
        """What a process says of it, and the pixels. Raises DataError where that needs too much.

        A process that was killed before it had received the whole of it, such as one that waited, has decoded nothing:
        another one is asked.
        """
        process, began = await self._workers.acquire(bulk), time.perf_counter()
        try:
            async with asyncio.timeout(self._options.seconds):
                try:
                    header, pixels = await process.ask(content, whole)
                except OSError:  # the kernel says that the other end closed while it had something to read
                    process = self._replace(process)
                    header, pixels = await process.ask(content, whole)
        except (TimeoutError, OSError, EOFError):
            process = self._replace(process)
            raise DataError(KILLED) from None
        except BaseException:  # cancelled: what it would answer now is nobody's
            process = self._replace(process)
            raise
        finally:
            self._workers.release(process)
        self.pace.saw(1, header["seconds"], time.perf_counter() - began)
        return header, pixels

    def _replace(self, process: _Decoder) -> _Decoder:
        process.end()
        self.replaced += 1
        replacement = _Decoder(self._options)
        self._decoders[self._decoders.index(process)] = replacement
        return replacement


class PictureDecoders(DecoderPool):
    """Those that decode pictures."""

    async def decode(self, content: bytes, bulk: bool = False, whole: bool = False) -> Decoded:
        """The image of a picture's bytes; `whole` as of doctor.diagnose. Raises DataError, the reason alone, where it
        cannot be read."""
        header, pixels = await self.ask(content, bulk, whole)
        if "reason" in header:
            raise DataError(header["reason"])
        image = np.frombuffer(pixels, np.uint8).reshape(header["shape"])
        return Decoded(image, tuple(header["warnings"]))


class _Decoder:
    def __init__(self, options: DecodeOptions) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            for end in (self._line, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "clothier.serve.decoder_process", options.as_json()],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=_environment(),
                    cwd="/",
                    process_group=0,  # a terminal's Ctrl-C is not for it, which may still be starting
                )
            except OSError:
                self._line.close()
                raise
        self._line.setblocking(False)

    async def ask(self, content: bytes, whole: bool) -> tuple[dict[str, Any], bytes]:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._line, HEAD.pack(len(content), whole))
        await loop.sock_sendall(self._line, content)
        sizes = LENGTHS.unpack(await self._received(LENGTHS.size))
        header, pixels = [await self._received(size) for size in sizes]
        return json.loads(header), pixels

    def end(self) -> None:
        self._line.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    async def _received(self, count: int) -> bytes:
        loop, data = asyncio.get_running_loop(), bytearray()
        while len(data) < count:
            chunk = await loop.sock_recv(self._line, count - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)


def _environment() -> dict[str, str]:
    """Nothing of ours but where packages lie; one thread, as there is a process a core."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
