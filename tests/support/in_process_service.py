"""The application in this process, as a client sees it, and pictures to send to it."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

import httpx
import numpy as np
from PIL import Image

from clothier.bundle import Bundle, Lookalikes
from clothier.serve import Settings, app
from clothier.serve.service import LOADING, Service
from support import linear_network

T = TypeVar("T")

JPEG = {"Content-Type": "image/jpeg"}


def photo(seed: int = 0, kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """One of the smooth images of `made`, as a file."""
    file = io.BytesIO()
    Image.fromarray(linear_network.pictures(1, seed)[0, ..., 0]).resize(size).save(file, kind)
    return file.getvalue()


def bundle(photos: str = "pad") -> Bundle:
    """The model file's content of `made`, of the recipe cnn1 and with look-alikes."""
    images = linear_network.pictures(9, 3)
    known = Lookalikes(images, np.arange(9) % 3, linear_network.outputs(images)[1], np.arange(9) * 10)
    content = linear_network.bundle(photos)
    manifest = replace(content.manifest, recipe={"name": "cnn1"})
    return Bundle(manifest, content.graph, content.statistics, known)


def finished(act: Coroutine[Any, Any, T]) -> T:
    """What it returns, from a thread of its own: Playwright leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, act).result()


class InProcessService:
    """A service that runs in a thread of its own until it is closed."""

    def __init__(self, settings: Settings | None = None, content: Bundle | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.app = app.create(settings or Settings(decoders=1), content or bundle())
        self._told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._started, self._stopped = threading.Event(), threading.Event()
        asyncio.run_coroutine_threadsafe(self._live(), self.loop)
        self._tell("startup", self._started)
        self.do(self._loaded)

    @property
    def service(self) -> Service:
        return self.app.service

    def do(self, act: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What that coroutine returns, run where the service runs."""
        return asyncio.run_coroutine_threadsafe(act(), self.loop).result(60)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The response to one request."""

        async def asking() -> httpx.Response:
            return await self.asking(method, path, **more)

        response: httpx.Response = self.do(asking)
        return response

    async def asking(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def close(self) -> None:
        self._tell("shutdown", self._stopped)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _tell(self, word: str, done: threading.Event) -> None:
        self.loop.call_soon_threadsafe(self._told.put_nowait, {"type": f"lifespan.{word}"})
        if not done.wait(60):
            raise TimeoutError(word)

    async def _live(self) -> None:
        async def send(message: Any) -> None:
            done = {"lifespan.startup.complete": self._started, "lifespan.shutdown.complete": self._stopped}
            done[message["type"]].set()

        await self.app({"type": "lifespan", "state": {}}, self._told.get, send)

    async def _loaded(self) -> None:
        while self.service.state == LOADING:
            await asyncio.sleep(0.01)
