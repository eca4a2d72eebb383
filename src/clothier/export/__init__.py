"""A trained network -> files that other runtimes read."""

from __future__ import annotations

from clothier import trained
from clothier.export.bundling import bundle_of
from clothier.export.graph import emit
from clothier.runs import Run

__all__ = ["bundle_of", "emit", "graph"]


def graph(run: Run, which: str = "last") -> bytes:
    """The ONNX graph of a run's network, as a model file holds it. Errors as `trained.load` and `emit`."""
    return emit(trained.load(run, which), mirror=trained.plan(run).mirror)
