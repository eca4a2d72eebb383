"""A trained network -> files that other runtimes read, each held against the network before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clothier import backend, models
from clothier.errors import InputError, unknown_name
from clothier.export.bundling import bundle_of, of_graph, write_model_file
from clothier.export.checking import NUM_CHECKED, Agreement, compare, require
from clothier.export.formats import FORMATS, Work
from clothier.export.graph import emit
from clothier.export.trial import check as check_exportable
from clothier.runs import Run, trained
from clothier.system.files import write_atomic
from clothier.values import Dataset, Floats, Images, softmax

NUM_DRAWN = 50  # of noise, where there are no others


@dataclass(frozen=True)
class Exported:
    """What was written, and how it did: `files`, `runtime` that predicted again the images that `checked_on` names,
    `agreement`; with int8, the `accuracies` on the judged split, in [0, 1], of float32 and of int8."""

    files: tuple[Path, ...]
    runtime: str
    checked_on: str
    agreement: Agreement
    accuracies: tuple[float, float] | None = None


def graph(run: Run, which: str = "last") -> bytes:
    """The ONNX graph of a run's network, as a model file holds it. Errors as `trained.load` and `emit`."""
    return emit(trained.load(run, which), views=trained.plan(run).views)


def export(
    run: Run, dataset: Dataset | None, name: str, out: Path | None = None, *, int8: bool = False
) -> Exported:
    """Write the run in the format of that name; `dataset` is the one it was trained on, which model files and int8
    need.

    Before anything is written, the first 1,000 images of the judged split (without data, those that the run keeps, or
    drawn noise) are predicted by the network and by the file in its own runtime. Raises ExportError where these differ
    (in float32 by more than 1e-4 in a probability, in int8 in more than 0.5 % of the labels), InputError for an unknown
    format, a file name that does not fit it, or data that are needed and not given.
    """
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS)
    form = FORMATS[name]
    path = out or (run.model_file if name == "clothier" else run.model_file.with_suffix(form.suffix))
    if path.suffix != form.suffix:
        raise InputError(f"--out is {path}; wanted a file that ends in {form.suffix} for --format {name}")
    if dataset is not None:
        run.check_data(dataset.fingerprint)
    work = Work(run, dataset, int8)
    made = form.make(work)
    checked_on, images = _checked(run, dataset)
    judge = backend.Inference(models.averaged(work.model, work.plan.views))

    def ours(count: int) -> Floats:
        return softmax(judge.logits(work.model.get_weights(), images[:count]), work.temperature or 1.0)

    agreement = compare(ours(NUM_CHECKED), made.probabilities(images[:NUM_CHECKED]))
    require(agreement, f"{name}{' in int8' if int8 else ''}", float32=not int8)
    accuracies = None
    if int8 and dataset is not None:
        labels, both = dataset.split(dataset.judged).labels, (ours(len(images)), made.probabilities(images))
        accuracies = tuple(float(np.mean(each.argmax(axis=1) == labels)) for each in both)
    for suffix, data in reversed(made.files.items()):  # the one that is named last, when all is there
        write_atomic(path.with_suffix(suffix), data)
    return Exported(
        files=tuple(path.with_suffix(suffix) for suffix in made.files),
        runtime=form.runtime,
        checked_on=checked_on,
        agreement=agreement,
        accuracies=(accuracies[0], accuracies[1]) if accuracies else None,
    )


def _checked(run: Run, dataset: Dataset | None) -> tuple[str, Images]:
    """What the images are called on which both networks predict, and these images."""
    if dataset is not None:
        return dataset.judged, dataset.split(dataset.judged).images
    samples = run.read_samples()
    if samples is not None and len(samples.rows):
        return "kept", samples.images
    shape = run.description().data.image_shape
    return "drawn", np.random.default_rng(0).integers(0, 256, (NUM_DRAWN, *shape), np.uint8)


__all__ = [
    "FORMATS",
    "Agreement",
    "Exported",
    "bundle_of",
    "check_exportable",
    "emit",
    "export",
    "graph",
    "of_graph",
    "write_model_file",
]
