"""A trained network -> files that other runtimes read, each held against the network before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clothier import backend, models, trained
from clothier.errors import InputError, unknown_name
from clothier.export.bundling import bundle_of, write_model_file
from clothier.export.checking import Agreement, compare, require
from clothier.export.formats import FORMATS, Work
from clothier.export.graph import emit
from clothier.files import write_atomic
from clothier.runs import Run
from clothier.values import Dataset, Floats, softmax

NUM_CHECKED = 1000  # images that are predicted again


@dataclass(frozen=True)
class Exported:
    """What was written, and how it did: `files`, `runtime` that predicted again, `agreement`; with int8, the
    `accuracies` on the judged split, in [0, 1], of float32 and of int8."""

    files: tuple[Path, ...]
    runtime: str
    split: str
    agreement: Agreement
    accuracies: tuple[float, float] | None = None


def graph(run: Run, which: str = "last") -> bytes:
    """The ONNX graph of a run's network, as a model file holds it. Errors as `trained.load` and `emit`."""
    return emit(trained.load(run, which), views=trained.plan(run).views)


def export(run: Run, dataset: Dataset, name: str, out: Path | None = None, *, int8: bool = False) -> Exported:
    """Write the run in the format of that name; `dataset` is the one it was trained on.

    Before anything is written, the first 1,000 images of the judged split are predicted by the network and by the file
    in its own runtime. Raises ExportError where these differ (in float32 by more than 1e-4 in a probability, in int8
    in more than 0.5 % of the labels), InputError for an unknown format or a file name that does not fit it.
    """
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS)
    form = FORMATS[name]
    path = out or (run.model_file if name == "clothier" else run.model_file.with_suffix(form.suffix))
    if path.suffix != form.suffix:
        raise InputError(f"--out is {path}; wanted a file that ends in {form.suffix} for --format {name}")
    run.check_data(dataset.fingerprint)
    work = Work(run, dataset, int8)
    made = form.make(work)
    images, labels = dataset.split(dataset.judged).images, dataset.split(dataset.judged).labels
    judge = backend.Judge(models.averaged(work.model, work.plan.views))

    def ours(count: int) -> Floats:
        return softmax(judge.logits(work.model.get_weights(), images[:count]))

    agreement = compare(ours(NUM_CHECKED), made.probabilities(images[:NUM_CHECKED]))
    require(agreement, f"{name}{' in int8' if int8 else ''}", float32=not int8)
    accuracies = None
    if int8:
        both = (ours(len(images)), made.probabilities(images))
        accuracies = tuple(float(np.mean(each.argmax(axis=1) == labels)) for each in both)
    for suffix, data in reversed(made.files.items()):  # the one that is named last, when all is there
        write_atomic(path.with_suffix(suffix), data)
    return Exported(
        files=tuple(path.with_suffix(suffix) for suffix in made.files),
        runtime=form.runtime,
        split=dataset.judged,
        agreement=agreement,
        accuracies=(accuracies[0], accuracies[1]) if accuracies else None,
    )


__all__ = ["FORMATS", "Agreement", "Exported", "bundle_of", "emit", "export", "graph", "write_model_file"]
