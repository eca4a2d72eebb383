"""Frozen base + images -> features, computed once, kept in a file and mapped into memory from then on.

Two files a set, named by a digest of what decides the features: the numbers (.float16) and how many rows of them are
done (.json). A block of rows is on the disk before it is counted, so an extraction that was stopped or killed goes on
where it was, and ends with the same bytes. Ordinary writes, no writing through the map: memory stays flat and a full
disk is an error, not a crash.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from clothier import backend
from clothier.errors import WriteError
from clothier.files import locked, write_atomic
from clothier.models.plan import Plan
from clothier.values import Dataset, Features, Images, release

if TYPE_CHECKING:
    import keras

FORMAT = 1  # count up when the same images and weights would give other features
BLOCK_BYTES = 4 * 2**20  # written, synced and counted together: VGG19's features of 250 images, a few seconds
WHAT = "extracting features"

Report = Callable[[str, int, int], None]


def key(plan: Plan, base_sha256: str, precision: str, fingerprint: str) -> str:
    """Names the features of a data set: equal keys, equal features."""
    below = plan.as_json()
    for field in ("num_classes", "head_units", "head_dropout"):  # above the features
        del below[field]
    versions = {name: backend.versions()[name] for name in ("keras", backend.name())}
    decides = [FORMAT, below, base_sha256, precision, fingerprint, versions]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:32]


def cache_folder() -> Path:
    """Where features are kept; a set of 70,000 images takes 1.1 GB with VGG19."""
    import platformdirs

    return platformdirs.user_cache_path("clothier") / "features"


def extract(
    base: keras.Model, dataset: Dataset, name: str, folder: Path, report: Report | None = None
) -> dict[str, Features]:
    """The features of each split, by name: float16 (n, num_features), mapped from `folder`/`name`.float16.

    Whatever rows are there already are not computed again. `report` is told (what, done, total). Raises WriteError
    where the folder cannot be written or has no room.
    """
    num_features = int(base.output_shape[1])
    path = folder / f"{name}.float16"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(path.with_suffix(".lock")):
            _complete(path, base, dataset, num_features, report or (lambda what, done, total: None))
    except OSError as error:
        raise WriteError(path, error) from error
    # As a plain array: numpy.memmap's own methods behave differently in places.
    mapped = np.memmap(path, np.float16, "r", shape=(_num_images(dataset), num_features)).view(np.ndarray)
    features, start = {}, 0
    for split_name, split in dataset.splits().items():
        features[split_name] = Features(mapped[start : start + len(split)], split.labels)
        start += len(split)
    return features


def _num_images(dataset: Dataset) -> int:
    return sum(len(split) for split in dataset.splits().values())


def _complete(path: Path, base: keras.Model, dataset: Dataset, num_features: int, report: Report) -> None:
    """Compute the rows that are missing."""
    total, row_bytes = _num_images(dataset), 2 * num_features
    done = _rows_done(path, row_bytes)
    if done >= total:
        return
    if shutil.disk_usage(path.parent).free < (total - done) * row_bytes:
        gigabytes = (total - done) * row_bytes / 1e9
        raise OSError(errno.ENOSPC, f"{gigabytes:.1f} GB of features do not fit on the disk")
    # Blocks of whole batches from the first row on, so that a stopped extraction has the same batches.
    batch = backend.rows_at_once(base)
    block = batch * max(1, BLOCK_BYTES // (row_bytes * batch))
    extractor = backend.Extractor(base)
    with path.open("r+b" if path.exists() else "x+b") as file:
        report(WHAT, done, total)
        while done < total:
            file.seek(done * row_bytes)
            end = min(done + block, total)
            for start in range(done, end, batch):
                stop = min(start + batch, end)
                file.write(extractor.features(_rows(dataset, start, stop)).tobytes())
                report(WHAT, stop, total)
            _sync(file)
            done = end
            write_atomic(path.with_suffix(".json"), json.dumps({"rows": done}))


def _rows_done(path: Path, row_bytes: int) -> int:
    try:
        rows = int(json.loads(path.with_suffix(".json").read_text())["rows"])
        return rows if rows >= 0 and path.stat().st_size >= rows * row_bytes else 0
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return 0


def _rows(dataset: Dataset, start: int, stop: int) -> Images:
    """Images start to stop of all splits, one after the other."""
    parts = []
    for split in dataset.splits().values():
        if start < len(split) and stop > 0:
            parts.append(split.images[max(start, 0) : stop])
        start, stop = start - len(split), stop - len(split)
    rows = np.concatenate(parts)
    for split in dataset.splits().values():
        release(split.images)
    return rows


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
