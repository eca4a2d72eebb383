"""The name of a base -> its weights from ImageNet: from an installed package, or through keras.applications."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy.typing as npt

from clothier import models
from clothier.errors import NeedsNetworkError
from clothier.models.bases import BASES, places
from clothier.models.plan import Plan
from clothier.system import extras
from clothier.training.transfer import torch_file

NETWORK_SECONDS = 15.0  # without an answer for so long, the network counts as missing

Weights = list[npt.NDArray[Any]]


def weights(name: str) -> Weights:
    """The weights of the base of that name, in the order of its network's. The backend runs.

    Raises MissingExtraError where their package is not installed, InputError for a damaged one, and InputError with
    the remedies where they cannot be downloaded; it waits 15 s for an answer, no longer.
    """
    base = BASES[name]
    if not base.package:
        return _from_keras(name)
    path = places.packaged(name)
    if path is None:
        raise extras.missing(base.package, f"the base {name}")
    return from_torch(name, path, base.sha256)


def from_torch(name: str, path: Path, sha256: str = "") -> Weights:
    """The weights in a file of PyTorch; InputError for another file."""
    network = models.build_base(Plan(name, (BASES[name].side, BASES[name].side, 3), 2))
    wanted = list(models.base_module(name).tensors(network))
    tensors = torch_file.read(path, sha256)
    arrays = torch_file.arrange(path, tensors, [(key, shape) for key, shape, _ in wanted])
    return [array.transpose(axes) for array, (_, _, axes) in zip(arrays, wanted, strict=True)]


def _from_keras(name: str) -> Weights:
    title, side = BASES[name].title, BASES[name].side
    try:
        with _impatient(), contextlib.redirect_stdout(sys.stderr):  # Keras announces the download on stdout
            if places.downloaded(name) is None:
                _reach(places.url(name))
            model = models.base_module("convnext_tiny").build(
                name, weights="imagenet", input_shape=(side, side, 3)
            )
    except Exception as error:  # Keras raises just that for a failed download, ValueError for a broken one
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise NeedsNetworkError(
            f"cannot fetch {title}'s ImageNet weights from {places.url(name)} ({reason}); wanted a network that "
            "reaches it; download that file elsewhere and give it with --base FILE, or take --base efficientnet_lite0, "
            "--base random, or `clothier train transfer --base RUN`"
        ) from error
    return list(model.get_weights())


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """Sockets made meanwhile give up after a silence; Keras itself would wait for ever."""
    previous = socket.getdefaulttimeout()
    socket.setdefaulttimeout(NETWORK_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(previous)


def _reach(url: str) -> None:
    """OSError unless the server answers in time. On a thread, since looking a name up takes no timeout."""
    outcome: list[BaseException | None] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request, timeout=NETWORK_SECONDS).close()
            outcome.append(None)
        except BaseException as error:
            outcome.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(NETWORK_SECONDS)
    if not outcome:
        raise TimeoutError(f"no answer for {NETWORK_SECONDS:.0f} s")
    if outcome[0] is not None:
        raise outcome[0]
