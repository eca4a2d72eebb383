"""`clothier serve [MODEL]`: a model over HTTP, with a page."""

from __future__ import annotations

from typing import Annotated

import typer

from clothier.cli import browser, naming, screen
from clothier.predict import file_of, read


def serve(
    model: naming.ModelOrBox = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for every machine that reaches this one.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name, such as shop.example, under which clients may ask; may be repeated, * for any.",
            show_default="IP addresses, localhost, --host and this machine's name",
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            help="A web page's origin, such as https://example.org, that may post pictures and read answers; may be "
            "repeated, * for any.",
            show_default="none",
        ),
    ] = None,
    max_megabytes: Annotated[int, typer.Option(min=1, help="Size of a request's body, at most.")] = 32,
    max_megapixels: Annotated[int, typer.Option(min=1, help="Size of a picture, at most.")] = 50,
    max_pictures: Annotated[int, typer.Option(min=1, help="Pictures in a request, at most.")] = 32,
    queue: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Single pictures in work or waiting: with so many (half, where that lasts), more is refused.",
            show_default="8 a decoder",
        ),
    ] = None,
    decoders: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes that decode pictures.", show_default="one a core"),
    ] = None,
    body_seconds: Annotated[float, typer.Option(help="Request body timeout.")] = 30.0,
    work_seconds: Annotated[
        float, typer.Option(help="Time for an answer; large requests that would take longer are refused.")
    ] = 30.0,
    drain_seconds: Annotated[
        float, typer.Option(help="Time for requests that were taken to be answered, at the end.")
    ] = 30.0,
    access_log: Annotated[bool, typer.Option(help="A line of JSON a request, on stderr.")] = True,
    open_: browser.Open = False,
) -> None:
    """Answer over HTTP what a trained network makes of pictures: at / for people, at /v1 and /v2 for programs.

    Ctrl-C ends it; SIGTERM ends it once all is answered that was taken.
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
    told = f"serving {naming.title(model)} at {address}\nCtrl-C ends it"

    def is_ready() -> None:
        screen.say(told)
        if open_:
            browser.show(address)

    server.run(settings, is_ready)
