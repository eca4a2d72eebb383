"""Frozen base + images -> features, computed once, kept in a file and mapped into memory from then on.

Two files a set, named by a digest of what decides the features: the numbers (.float16), and how many rows each block
that is done has, with its SHA-256 (.json). A block is on the disk before it is counted, so an extraction that was
stopped or killed goes on where it was, and ends with the same bytes; a block that was damaged since is computed anew.
Ordinary writes, no writing through the map: memory stays flat and a full disk is an error, not a crash.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from clothier import backend
from clothier.data.cache import location
from clothier.files import check_room, locked, not_offered, sync, write_atomic
from clothier.models.plan import Plan
from clothier.values import Dataset, Features, Halves, Images, release

if TYPE_CHECKING:
    import keras

FORMAT = 2  # count up when the same images and weights would give other features
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


def extract(
    base: keras.Model,
    dataset: Dataset,
    name: str,
    folder: Path | None = None,
    report: Report | None = None,
    warn: location.Tell | None = None,
) -> dict[str, Features]:
    """The features of each split, by name: float16 (n, num_features), mapped from `folder`/`name`.float16.

    Whatever rows are there already are not computed again. `folder` None is the user's cache; a set of 70,000 images
    takes 1.1 GB there with VGG19. `report` is told (what, done, total), `warn` where that cache cannot be used and
    another folder is. Raises WriteError where no folder can be written or has room.
    """
    folders = location.of_user("features") if folder is None else [folder]
    shape, file = (_num_images(dataset), int(base.output_shape[1])), f"{name}.float16"
    report = report or (lambda what, done, total: None)

    def complete(place: Path) -> Path:
        with locked(place / f"{name}.lock"):
            _complete(place / file, base, dataset, shape[1], report)
        return place / file

    path = location.find(folders, lambda place: _whole(place / file, shape))
    path = path or location.put(folders, complete, warn or (lambda sentence: None))
    rows = _mapped(path, shape)
    features, start = {}, 0
    for split_name, split in dataset.splits().items():
        features[split_name] = Features(rows[start : start + len(split)], split.labels)
        start += len(split)
    return features


def _mapped(path: Path, shape: tuple[int, int]) -> Halves:
    try:  # as a plain array: numpy.memmap's own methods behave differently in places
        return np.memmap(path, np.float16, "r", shape=shape).view(np.ndarray)
    except OSError as error:
        if not not_offered(error):
            raise
    # A file system that cannot map files.
    rows = np.fromfile(path, np.float16, math.prod(shape)).reshape(shape)
    rows.setflags(write=False)
    return rows


def _num_images(dataset: Dataset) -> int:
    return sum(len(split) for split in dataset.splits().values())


def _complete(path: Path, base: keras.Model, dataset: Dataset, num_features: int, report: Report) -> None:
    """Compute the rows that are missing."""
    total, row_bytes = _num_images(dataset), 2 * num_features
    blocks = _blocks(path, row_bytes)
    done = sum(rows for rows, _ in blocks)
    if done >= total:
        return
    check_room(path.parent, (total - done) * row_bytes, "features")
    # Blocks of whole batches from the first row on, so that a stopped extraction has the same batches.
    batch = backend.rows_at_once(base)
    block = batch * max(1, BLOCK_BYTES // (row_bytes * batch))
    extractor = backend.Extractor(base)
    with _writable(path) as file:
        report(WHAT, done, total)
        while done < total:
            file.seek(done * row_bytes)
            end, digest = min(done + block, total), hashlib.sha256()
            for start in range(done, end, batch):
                stop = min(start + batch, end)
                content = extractor.features(_rows(dataset, start, stop)).tobytes()
                file.write(content)
                digest.update(content)
                report(WHAT, stop, total)
            sync(file)
            blocks.append((end - done, digest.hexdigest()))
            done = end
            write_atomic(path.with_suffix(".json"), json.dumps({"blocks": blocks}), private=True)


def _writable(path: Path) -> IO[bytes]:
    """The file, made if need be, which this user alone can write."""
    if location.distrust(path):
        path.unlink()
    path.touch(0o600)
    return path.open("r+b")


def _whole(path: Path, shape: tuple[int, int]) -> Path | None:
    """The path, where all rows are there."""
    return path if sum(rows for rows, _ in _blocks(path, 2 * shape[1])) >= shape[0] else None


def _blocks(path: Path, row_bytes: int) -> list[tuple[int, str]]:
    """The blocks that are done, up to the first whose bytes are not those that were counted: (rows, SHA-256)."""
    whole: list[tuple[int, str]] = []
    try:
        if location.distrust(path):
            return []
        counted, size = json.loads(path.with_suffix(".json").read_text())["blocks"], path.stat().st_size
        with path.open("rb") as file:
            for rows, sha256 in counted:
                if not 0 < rows * row_bytes <= size:
                    break
                if hashlib.sha256(file.read(rows * row_bytes)).hexdigest() != sha256:
                    break
                whole.append((rows, sha256))
    except (OSError, KeyError, TypeError, ValueError):
        pass
    return whole


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
