"""The application under Granian, in this process, which has the board in memory; it ends at Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.types import ASGIApp

from clothier.errors import InputError

HOST = "127.0.0.1"
_SECONDS_TO_END = 0.2
_TO_STDERR = {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}


def free_port(port: int) -> int:
    """The port, or where it is 0 one that is free. InputError where another program has it."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise InputError(
                f"cannot listen on {HOST} port {port} ({reason}); wanted a free port; choose another --port, or "
                "0 for any"
            ) from error
        return int(tried.getsockname()[1])


def run(app: ASGIApp, port: int, begin: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGINT or SIGTERM; `begin` is called before the first request is taken.

    Where an event loop runs in this thread already, as in a notebook, the service has a thread of its own until
    KeyboardInterrupt, which interrupting the notebook's kernel raises.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(_run(app, port, begin, asyncio.Event()))
        return
    _run_beside(app, port, begin)


def _run_beside(app: ASGIApp, port: int, begin: Callable[[], None]) -> None:
    loop, told = asyncio.new_event_loop(), asyncio.Event()
    with ThreadPoolExecutor(1) as pool:
        serving = pool.submit(loop.run_until_complete, _run(app, port, begin, told))
        try:
            serving.result()
        except KeyboardInterrupt:
            loop.call_soon_threadsafe(told.set)
            serving.result()
        finally:
            loop.close()


async def _run(app: ASGIApp, port: int, begin: Callable[[], None], told: asyncio.Event) -> None:
    server = Server(
        app,
        HOST,
        port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 2**10),
        log_level=LogLevels.error,
        log_dictconfig={"handlers": dict.fromkeys(("console", "access"), _TO_STDERR)},
    )
    if os.name == "posix" and threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    serving = asyncio.ensure_future(server.serve())
    waiting = asyncio.ensure_future(told.wait())
    begin()
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    logging.getLogger("_granian").setLevel(logging.CRITICAL)
    if not serving.done():
        server.stop()  # type: ignore[no-untyped-call]  # as Granian has it
    await serving
    # Granian's threads end after it. One that still asks for the interpreter while that ends aborts the process.
    await asyncio.sleep(_SECONDS_TO_END)
