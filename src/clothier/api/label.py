"""The repair loop for labels, for Python users."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from clothier.data import LoadOptions
from clothier.data.decision_log import DecisionLog
from clothier.errors import InputError, unknown_name
from clothier.label.orders import GIVEN, ORDERS
from clothier.label.session import Session
from clothier.predict import opening
from clothier.runs import Run
from clothier.system import extras
from clothier.system.files import as_path
from clothier.values import Report, Tell


def session(
    source: str,
    *,
    options: LoadOptions | None = None,
    model: str | Path | Run | None = None,
    model_name: str = "",
    labels: str | Path = "labels.csv",
    order: str | None = None,
    ids: str | Path | None = None,
    unlabelled: str | Path | None = None,
    split: str = "train",
    report: Report | None = None,
    tell: Tell | None = None,
) -> Session:
    """What `clothier label` shows and writes: `session("folder:photos").items("suspects", 0, 20, undecided=True)`.

    `options` say how the data are read, as for `clothier.load`. `model` is a run, its folder, a model file or the name
    of a model in the box. Decisions go into the file `labels`. `order` is a name of ORDERS, or "given" for the images
    of the file `ids`. `unlabelled` is a folder of photos without labels. Needs clothier[train].

    Raises InputError for an unknown order, ids of other data or a labels.csv of other data, WriteError where that
    cannot be written, and the errors of `clothier.load` and `clothier.open`.
    """
    if not isinstance(source, str):
        raise InputError(f"source is of type {type(source).__name__}; wanted a text, such as 'folder:photos'")
    order = order or (GIVEN if ids is not None else "unlabelled" if unlabelled is not None else "suspects")
    if order not in (*ORDERS, GIVEN):
        raise unknown_name("order", order, (*ORDERS, GIVEN))
    if split not in ("train", "validation", "test"):
        raise unknown_name("split", split, ("train", "validation", "test"))
    if order == GIVEN and ids is None:
        raise InputError("order is given, and no file of ids is; wanted --ids FILE")
    if order == "unlabelled" and unlabelled is None:
        raise InputError("order is unlabelled, and no folder of photos is given; wanted --unlabelled FOLDER")
    extras.load("sklearn", "labelling")
    from clothier.label import gathering, given

    log = DecisionLog(as_path(labels, "labels"))
    path = model.path if isinstance(model, Run) else model
    board = gathering.gather(
        source,
        _with_labels(options or LoadOptions(), log.path),
        log.history,
        predictor=None if path is None else opening.opened(path),
        model=model_name or ("" if path is None else Path(path).stem),
        photos=None if unlabelled is None else as_path(unlabelled, "unlabelled"),
        report=report or (lambda what, done, total: None),
        tell=tell or (lambda words: warnings.warn(words, stacklevel=3)),
    )
    if split not in board.dataset.splits():
        board.dataset.split(split)  # whose error says what there is
    chosen = () if ids is None else given.read(as_path(ids, "ids"), board.row_of, source)
    return Session(board, log, order, split, tuple(chosen))


def serve(made: Session, port: int = 0, begin: Callable[[str], None] = lambda address: None) -> None:
    """Serve the page of that session on this machine alone until Ctrl-C; `begin` gets its address, with the token. In a
    notebook the cell runs until the kernel is interrupted: `serve(made, begin=print)`.

    Needs clothier[serve]. Raises InputError where another program has the port.
    """
    check_serving()
    from clothier.label import app, server

    port, token = server.free_port(port), secrets.token_urlsafe(24)
    address = f"http://{server.HOST}:{port}/?token={token}"
    server.run(app.create(made, token, port), port, lambda: begin(address))


def check_serving() -> None:
    """MissingExtraError where the packages of clothier[serve] are not installed."""
    for package in ("starlette", "granian"):
        extras.load(package, "clothier label")


def _with_labels(options: LoadOptions, path: Path) -> LoadOptions:
    return replace(options, labels=path, labels_rows=None)
