"""Frozen base + images -> features, computed once, kept in a file and mapped into memory from then on.

The file is named by a digest of what decides the features. An extraction that was stopped or killed goes on where it
was, and ends with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from clothier import augment, backend
from clothier.data.cache import location
from clothier.data.cache.rows import RowFile
from clothier.models.plan import Plan
from clothier.system.files import check_room
from clothier.system.locks import locked
from clothier.training.transfer.extracted import Extracted, num_rows
from clothier.values import Dataset, Halves, Images, Report, Tell, release

if TYPE_CHECKING:
    import keras

FORMAT = 3  # count up when the same images and weights would give other features
BLOCK_BYTES = 4 * 2**20  # written, synced and counted together: VGG19's features of 250 images, a few seconds
WHAT = "extracting features"
VIEW = "snapshot"  # the policy of the third view of an image and of those that follow


class Extractor(Protocol):
    """What computes features of images with a base, under a name that tells it from others."""

    name: str

    def features(self, images: Images) -> Halves: ...


MakeExtractor = Callable[["keras.Model", str], Extractor]  # of a base, in that precision


def in_keras(base: keras.Model, precision: str) -> Extractor:
    """The extractor that needs nothing but the backend."""
    return backend.Extractor(base)


def key(
    plan: Plan,
    base_sha256: str,
    precision: str,
    fingerprint: str,
    views: int = 1,
    cut: str = "",
    extractor: str = backend.Extractor.name,
) -> str:
    """Names the features of a data set: equal keys, equal features."""
    below = plan.as_json()
    for field in ("num_classes", "head_units", "head_dropout"):  # above the features
        del below[field]
    versions = {name: backend.versions()[name] for name in ("keras", backend.name())}
    decides = [FORMAT, below, base_sha256, precision, fingerprint, versions, views, cut, extractor]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:32]


def extract(
    base: keras.Model,
    dataset: Dataset,
    name: str,
    folder: Path | None = None,
    report: Report | None = None,
    warn: Tell | None = None,
    views: int = 1,
    num_maps: int = 0,
    extractor: Extractor | None = None,
) -> Extracted:
    """The features of each split, float16, mapped from `folder`/`name`.float16, and of that many views of each training
    image: as it is, mirrored, and then as the policy VIEW makes it.

    `base` gives `num_maps` numbers before its features, by `extractor` or else in Keras. Whatever rows are there
    already are not computed again. `folder` None is the user's cache; a set of 70,000 images takes 1.1 GB there with
    VGG19. `report` is told (what, done, total), `warn` where rows are damaged, and where that cache cannot be used and
    another folder is. Raises WriteError where no folder can be written or has room.
    """
    folders = location.of_user("features") if folder is None else [folder]
    total, width = num_rows(dataset, views), int(base.output_shape[1])
    about = f"features of {total:,} images ({dataset.name}) by {base.name}"
    report, warn = report or (lambda what, done, total: None), warn or (lambda sentence: None)

    def known(place: Path) -> RowFile:
        return RowFile(place / f"{name}.float16", width, np.float16, about)

    def whole(place: Path) -> RowFile | None:
        rows = known(place)
        return rows if rows.num_rows >= total else None

    def completed(place: Path) -> RowFile:
        with locked(place / f"{name}.lock"):
            rows = known(place)
            if rows.damaged is not None:
                location.tell_damaged(rows.damaged, warn)
            _complete(rows, base, extractor or in_keras(base, "float32"), dataset, report, total)
        return rows

    found = location.find(folders, whole, warn) or location.put(folders, completed, warn)
    return Extracted(found.mapped(), dataset, views, num_maps)


def _complete(
    rows: RowFile, base: keras.Model, extractor: Extractor, dataset: Dataset, report: Report, total: int
) -> None:
    """Compute the rows that are missing."""
    if rows.num_rows >= total:
        return
    check_room(rows.path.parent, (total - rows.num_rows) * rows.row_bytes, "features")
    # Blocks of whole batches from the first row on, so that a stopped extraction has the same batches.
    batch = backend.rows_at_once(base)
    in_block = max(1, BLOCK_BYTES // (rows.row_bytes * batch))
    stops = [min(start + batch, total) for start in range(rows.num_rows, total, batch)]

    def images() -> Iterator[Images]:
        """Batch by batch; the views of the next one are made while the base looks at one."""
        with ThreadPoolExecutor(1) as worker:
            upcoming = worker.submit(_images, dataset, rows.num_rows, stops[0])
            for start, stop in pairwise(stops):
                ready = upcoming.result()
                upcoming = worker.submit(_images, dataset, start, stop)
                yield ready
            yield upcoming.result()

    batches = zip(stops, images(), strict=True)

    def block() -> Iterator[Halves]:
        for stop, found in islice(batches, in_block):
            yield extractor.features(found)
            report(WHAT, stop, total)

    report(WHAT, rows.num_rows, total)
    while rows.num_rows < total:
        rows.append(block())


def _images(dataset: Dataset, start: int, stop: int) -> Images:
    """Images start to stop of all splits, one after the other, and then of the views of the training images."""
    parts: list[Any] = []
    train = dataset.train.images
    for split in dataset.splits().values():
        if start < len(split) and stop > 0:
            parts.append(split.images[max(start, 0) : stop])
        start, stop = start - len(split), stop - len(split)
    for row in range(max(start, 0), stop):
        view, index = divmod(row, len(train))
        parts.append(_viewed(train[index : index + 1], view + 1, index))
    for split in dataset.splits().values():
        release(split.images)
    return np.concatenate(parts)


def _viewed(image: Images, view: int, index: int) -> Images:
    """One view of one image, uint8 (1, height, width, channels); dice depend on the view and the image's place alone,
    so that runs of other seeds share the features."""
    if view == 1:
        return image[:, :, ::-1]
    rng = np.random.default_rng([view, index])
    return augment.get(VIEW)(rng, np.ascontiguousarray(image), np.zeros(1, np.int64))[0]
