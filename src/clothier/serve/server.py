"""The application under Granian: one process that answers, and one that brings it back where it is killed.

SIGTERM drains: new work is refused, what was taken is answered, then all ends, also where a client does not read. So
it does where its terminal is closed, unless that is ignored (nohup), and where the one that watches is killed: its port
would else stay taken by a service that nobody sees.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from clothier.errors import InputError
from clothier.serve import app
from clothier.serve.service import LULL, Service
from clothier.serve.settings import Settings

_CONNECTIONS = 8192  # at once; what is too much is refused by the application, with words
_FILES = (
    64  # descriptors that are not for connections: of the model, the decoders, their replacements, the log
)
_LOOK = 0.5  # seconds between looks at whether the process that watches is there
_CLOSING = 0.5  # seconds in which connections may close by themselves when the time to drain is over
_HEADERS = 64 * 2**10  # bytes of a request's head
# Granian's own words, which it would else print among what was asked for.
_TO_STDERR = {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}


def run(settings: Settings, begin: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT; `begin` is called once the address is known to be free. Raises InputError where it
    is not, and SystemExit where the service ends by itself."""
    address = _free_address(settings)
    with _claim(settings, address):
        begin()
        _serve(settings, address)


def _serve(settings: Settings, address: str) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a process that answers begins with what is set here
    server = Server(
        "clothier.serve",
        address,
        settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        backlog=_CONNECTIONS,
        backpressure=_most_connections(),
        http1_settings=HTTP1Settings(
            header_read_timeout=int(settings.header_seconds * 1000), max_buffer_size=_HEADERS
        ),
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": dict.fromkeys(("console", "access"), _TO_STDERR)},
        respawn_failed_workers=True,
        # Only one that cannot end itself is killed.
        workers_kill_timeout=math.ceil(_longest(settings)) + 1,
    )
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    hung_up: Any = signal.SIG_IGN if ignored else server.signal_handler_interrupt
    server.on_startup(lambda: signal.signal(signal.SIGHUP, hung_up))  # at which Granian would load all again
    server.serve(target_loader=_Loader(settings), wrap_loader=False)


class _Loader:
    """What makes the application in the process that answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self) -> Callable[..., Any]:
        _log_to_stderr(self._settings)
        return app.create(self._settings, watch=watch)


async def watch(service: Service) -> None:
    """On SIGTERM or SIGHUP, or once the process that started this one is gone, drain, then let the server end; end it,
    too, where the model cannot be loaded."""
    loop, told, parent = asyncio.get_running_loop(), asyncio.Event(), os.getppid()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, told.set)
    while not told.is_set() and os.getppid() == parent:
        if error := service.loading_error():
            logging.getLogger("clothier").error("no model: %s", error)
            _end()
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), _LOOK)
    _end_after(_longest(service.settings), service)
    await service.drain()
    _end()


def _longest(settings: Settings) -> float:
    """Seconds from SIGTERM to the end, at most."""
    return LULL + settings.drain_seconds + _CLOSING


def _end_after(seconds: float, service: Service) -> None:
    """End this process then, if it still runs: Granian waits for clients that do not read, and for half a head."""

    def end() -> None:
        service.close()
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _most_connections() -> int:
    """As many connections as may be open at once; further ones wait until one is closed. So there are descriptors for
    what is opened beside them. The limit of this process is raised as far as it may be."""
    soft, hard = (
        math.inf if limit == resource.RLIM_INFINITY else limit
        for limit in resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    wanted = _CONNECTIONS + _FILES
    if soft < wanted and soft < hard:
        raised = int(min(wanted, hard))
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (raised, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
            )
            soft = raised
    return int(min(_CONNECTIONS, max(soft - _FILES, soft // 4)))


def _end() -> None:
    os.kill(os.getpid(), signal.SIGINT)  # at which Granian closes what is open, and ends


def _free_address(settings: Settings) -> str:
    """The number of the host, as Granian wants it. InputError unless it is free: Granian would share it with another
    service."""
    try:
        family, kind, protocol, _, found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        address = str(found[0])
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((address, settings.port))
    except (OSError, UnicodeError) as error:  # of Python, for a name that no host can have
        reason = str(error.strerror) if isinstance(error, OSError) else "no host has such a name"
        raise _not_free(settings, reason) from error
    return address


def _claim(settings: Settings, address: str) -> contextlib.AbstractContextManager[Any]:
    """Keeps that address from other services while it is open. InputError where another has it.

    Granian listens so that several processes may share a port. Of two services that begin at the same moment, both find
    it free, and each would answer every other client. Linux has names of sockets that only one process can have and
    that end with it.
    """
    if not sys.platform.startswith("linux"):
        return contextlib.nullcontext()
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0clothier-serve-{address}-{settings.port}")
    except OSError as error:
        claim.close()
        raise _not_free(settings, str(error.strerror)) from error
    return claim


def _not_free(settings: Settings, reason: str) -> InputError:
    return InputError(
        f"cannot listen on {settings.host} port {settings.port} ({reason}); wanted an address that is free; choose "
        "another --host or --port"
    )


def _log_to_stderr(settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("clothier")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO if settings.access_log else logging.WARNING)
    # What is wrong with a form is told to its sender, who could else fill the log.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
