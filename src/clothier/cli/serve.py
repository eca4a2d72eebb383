"""`clothier serve [MODEL]`: a model over HTTP, with a page."""

from __future__ import annotations

from typing import Annotated

import typer

from clothier.cli import browser, naming, options, screen
from clothier.predict import file_of, read

_NETWORK, _LIMITS = "Network", "Limits"  # panels of options


def serve(
    model: naming.ModelOrBox = None,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; 0.0.0.0 accepts requests from other machines.",
            metavar="HOST",
            rich_help_panel=_NETWORK,
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", rich_help_panel=_NETWORK)] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="Accept requests for this host name, such as shop.example, or * for any; may be repeated.",
            metavar="HOST",
            show_default="IP addresses, localhost, --host and this machine's name",
            rich_help_panel=_NETWORK,
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            help="Allow web pages of this origin, such as https://example.org, or * for any, to send pictures; may be "
            "repeated.",
            metavar="ORIGIN",
            show_default="none",
            rich_help_panel=_NETWORK,
        ),
    ] = None,
    max_megabytes: Annotated[
        int, typer.Option(min=1, help="Largest request body, in megabytes.", rich_help_panel=_LIMITS)
    ] = 32,
    max_megapixels: Annotated[
        int,
        typer.Option(
            min=1,
            help="Largest picture, in megapixels; a JPEG may have five times as many.",
            rich_help_panel=_LIMITS,
        ),
    ] = 50,
    max_pictures: Annotated[
        int, typer.Option(min=1, help="Most pictures in one request.", rich_help_panel=_LIMITS)
    ] = 32,
    queue: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Reject requests while N pictures are waiting or in work; under lasting overload, half as many.",
            show_default="8 per decoder",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    decoders: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=256,
            help="Processes that decode pictures.",
            show_default="one per core",
            rich_help_panel=options.SPEED,
        ),
    ] = None,
    body_seconds: Annotated[
        float, typer.Option(help="Request body timeout.", rich_help_panel=_LIMITS)
    ] = 30.0,
    work_seconds: Annotated[
        float,
        typer.Option(
            help="Response timeout; large requests that would take longer are rejected.",
            rich_help_panel=_LIMITS,
        ),
    ] = 30.0,
    drain_seconds: Annotated[
        float,
        typer.Option(help="Time to finish accepted requests after SIGTERM.", rich_help_panel=_LIMITS),
    ] = 30.0,
    access_log: Annotated[
        bool,
        typer.Option(
            help="Log one line of JSON per request on stderr.",
            show_default="on",
            rich_help_panel=options.OUTPUT,
        ),
    ] = True,
    open_: browser.Open = False,
) -> None:
    """Serve a model over HTTP: a page for people at /, an API for programs at /v1 and /v2.

    Ctrl-C stops it at once. SIGTERM stops it when all accepted requests are answered.
    """
    from clothier.serve import Settings, server

    settings = Settings(
        model=file_of(model),
        host=host,
        port=port,
        allow_hosts=tuple(allow_host or ()),
        origins=tuple(origin or ()),
        body_bytes=max_megabytes * 10**6,
        reading_bytes=8 * max_megabytes * 10**6,
        megapixels=max_megapixels,
        pictures=max_pictures,
        queue=queue or 0,
        decoders=decoders or 0,
        body_seconds=body_seconds,
        work_seconds=work_seconds,
        drain_seconds=drain_seconds,
        access_log=access_log,
    )
    read(model)  # what is wrong with it is said here, in one line
    place = f"[{host}]" if ":" in host else host  # as an address of IPv6 stands in a link
    address = f"http://{place}:{port}"
    told = f"serving {naming.title(model)} at {address}\npress Ctrl-C to stop"

    def is_ready() -> None:
        screen.say(told)
        if open_:
            browser.show(address)

    server.run(settings, is_ready)
