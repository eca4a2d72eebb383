"""The grids of images in a run's report: which images each shows, and the few that the run keeps for them."""

from __future__ import annotations

import numpy as np

from clothier.errors import RunError, command
from clothier.runs import Run, Samples
from clothier.runs.samples import MOST_BYTES
from clothier.values import Floats, Labels, Split

# The grids of images, by name of figure and what they show.
GRIDS = {
    "predictions": "the first {count} {split} images",
    "right": "the first {count} {split} images that are classified correctly",
    "wrong": "the first {count} {split} images that are classified wrongly",
    "confident-mistakes": "the {count} most confident mistakes among the {split} images",
}
SIZE = 25  # five rows of five, as the R tutorial has it


def keep(run: Run, judged: Split) -> None:
    """Put those images of the judged split into the run folder that its grids show, or as many of each grid as
    samples.MOST_BYTES holds. Raises RunError where predictions.csv is damaged or of other images; WriteError."""
    labels, predicted, probabilities = run.read_predictions()
    if not np.array_equal(labels, judged.labels):
        raise RunError(
            f"{run.predictions_file} has other labels than the images; wanted those of the judged split; train again"
        )
    chosen = _chosen(labels, predicted, probabilities).values()
    size = int(np.prod(judged.images.shape[1:]))
    for most in range(SIZE, -1, -1):
        rows = np.unique(np.concatenate([grid[:most] for grid in chosen]))
        if len(rows) * size <= MOST_BYTES:
            break
    files = tuple(judged.file(row) for row in rows.tolist()) if judged.files else ()
    run.write_samples(Samples(rows, judged.images[rows], labels[rows], files))


def are_kept(run: Run) -> bool:
    """Whether the run keeps images, and they are those that its predictions.csv lists."""
    try:
        samples = run.read_samples()
        if samples is not None:
            find(run, samples, *run.read_predictions())
    except RunError:
        return False
    return samples is not None


def drawable(run: Run) -> list[str]:
    """The grids that can be drawn of the images that the run keeps, those that show any; none unless `are_kept`."""
    samples = run.read_samples() if are_kept(run) else None
    if samples is None:
        return []
    found = find(run, samples, *run.read_predictions())
    return [name for name, (rows, _) in found.items() if len(rows)]


def find(
    run: Run, samples: Samples, labels: Labels, predicted: Labels, probabilities: Floats
) -> dict[str, tuple[Labels, Labels]]:
    """Of each grid the rows of its images in the judged split, and their places among the samples, int64 (n,), as far
    as the run keeps them. The arrays are those of `Run.read_predictions`.

    Raises RunError where the samples are not of these predictions.
    """
    if (samples.rows >= len(labels)).any() or not np.array_equal(labels[samples.rows], samples.labels):
        raise RunError(
            f"{run.samples_file} holds other images than {run.predictions_file.name} lists; wanted those of one "
            f"phase; `{command('plot', run.path)}` writes it again, given the data"
        )
    found = {}
    for name, chosen in _chosen(labels, predicted, probabilities).items():
        places = samples.find(chosen)
        found[name] = (chosen[: len(places)], places)
    return found


def _chosen(labels: Labels, predicted: Labels, probabilities: Floats) -> dict[str, Labels]:
    """The indices of the images in each grid."""
    right, wrong = np.flatnonzero(labels == predicted), np.flatnonzero(labels != predicted)
    by_confidence = wrong[np.argsort(-probabilities[wrong], kind="stable")]
    grids = (np.arange(len(labels)), right, wrong, by_confidence)
    return {name: indices[:SIZE] for name, indices in zip(GRIDS, grids, strict=True)}
