"""A data set -> what its checks look at: a row for each picture of all splits, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clothier import data, photo
from clothier.checking import twins
from clothier.checking.features import Vectors
from clothier.checking.look import HASH_BITS, LEAST_FOR_BLUR, NUM_BORDER, SIDE, Look, look, look_together
from clothier.data import contents
from clothier.errors import DataError
from clothier.photo import Header
from clothier.values import Dataset, Floats, Images, Labels, Report, Sight, release
from clothier.values.fingerprint import digest_of

_BLOCK = 512  # pictures read together
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Files:
    """What is known of the files, by row: bytes int64 (n,), digests of their contents, and their headers."""

    sizes: Rows
    digests: tuple[str, ...]
    headers: tuple[Header, ...]


@dataclass(frozen=True, eq=False)
class Looks:
    """`look` of all pictures, as arrays of n rows; `digests` are those of their pixels."""

    low: Floats
    high: Floats
    blur: Floats
    border: Floats
    bits: npt.NDArray[np.bool_]
    small: Images
    digests: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Material:
    """`labels` int64 (n,), `splits` the name of each row's split, `ids` its file, or else its split and place.

    `files` is None where the images came from no files, or these are gone.
    """

    dataset: Dataset
    labels: Labels
    splits: npt.NDArray[np.str_]
    ids: tuple[str, ...]
    files: Files | None
    looks: Looks
    vectors: Vectors

    @classmethod
    def of(cls, dataset: Dataset, files: Files | None, looks: Looks, vectors: Vectors) -> Material:
        parts = dataset.splits()
        ids = [name for part, split in parts.items() for name in split.ids(part)]
        return cls(
            dataset=dataset,
            labels=np.concatenate([split.labels for split in parts.values()]),
            splits=np.repeat(list(parts), [len(split) for split in parts.values()]),
            ids=tuple(ids),
            files=files,
            looks=looks,
            vectors=vectors,
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def source(self) -> str:
        """The word that names the data on the command line, "" for arrays."""
        return self.dataset.reading.source

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.dataset.class_names

    @cached_property
    def group_of(self) -> Rows:
        """A number for each picture, the same for those that are copies of each other: they are never parted between
        what a classifier learns and what it is judged on."""
        return twins.components(self)

    def sight(self, row: int, note: str = "") -> Sight:
        return Sight(self.ids[row], str(self.splits[row]), self.class_names[self.labels[row]], int(row), note)

    def sights(self, rows: Sequence[int] | Rows, notes: Sequence[str] = ()) -> tuple[tuple[Sight, ...], ...]:
        """Each picture in a group of its own."""
        said = notes or [""] * len(rows)
        return tuple((self.sight(int(row), note),) for row, note in zip(rows, said, strict=True))


def inner(image: Images, header: Header | None, crop: str) -> Images:
    """The part of an image that its photo takes up: without the ground that `photo.fit` adds to it by "pad"."""
    if header is None or crop != "pad":
        return image
    height, width = image.shape[:2]
    scale = min(width / header.width, height / header.height)
    wide, tall = max(1, round(scale * header.width)), max(1, round(scale * header.height))
    left, top = (width - wide) // 2, (height - tall) // 2
    return image[top : top + tall, left : left + wide]


def read_files(dataset: Dataset, report: Report) -> Files | None:
    """What is known of the files of a data set without decoding them; None where there are none."""
    known = data.paths(dataset)
    names = [name for split in dataset.splits().values() for name in split.files]
    if not names or any(name not in known for name in names):
        return None
    sizes, digests, headers = [], [], []
    for done, (size, digest, header) in enumerate(
        photo.ahead(_read, [known[name] for name in names]), start=1
    ):
        if header is None:
            return None  # changed since it was decoded
        sizes.append(size)
        digests.append(digest)
        headers.append(header)
        report("reading files", done, len(names))
    return Files(np.array(sizes, np.int64), tuple(digests), tuple(headers))


def _read(path: Path) -> tuple[int, str, Header | None]:
    content, digest = contents.read(path)
    try:
        return (0, "", None) if content is None else (len(content), digest, photo.header(content))
    except DataError:
        return 0, "", None


def read_looks(dataset: Dataset, files: Files | None, report: Report) -> Looks:
    """`look` at each picture, in blocks: memory stays flat where the images are mapped."""
    total = sum(map(len, dataset.splits().values()))
    channels = dataset.image_shape[2]
    crop = dataset.reading.crop
    low, high, blur = (np.empty(total, np.float32) for _ in range(3))
    border = np.empty((total, NUM_BORDER), np.float32)
    bits = np.empty((total, HASH_BITS), bool)
    small = np.empty((total, SIDE, SIDE, channels), np.uint8)
    digests: list[str] = []

    def blocks() -> Iterator[Images]:
        for split in dataset.splits().values():
            for start in range(0, len(split), _BLOCK):
                block = split.images[start : start + _BLOCK]
                digests.extend(digest_of(image[np.newaxis]) for image in block)
                yield block
                release(split.images)

    def parts() -> Iterator[Images]:
        row = 0
        for block in blocks():
            for image in block:
                yield inner(image, files.headers[row] if files else None, crop)
                row += 1

    is_small = files is None and min(dataset.image_shape[:2]) < LEAST_FOR_BLUR
    looks: Iterator[Look] = (
        (each for block in photo.ahead(_looked, blocks(), waiting=4) for each in block)
        if is_small
        else photo.ahead(look, parts())
    )
    for row, seen in enumerate(looks):
        low[row], high[row], blur[row] = seen.low, seen.high, seen.blur
        border[row], bits[row], small[row] = seen.border, seen.bits, seen.small
        if not is_small or row % _BLOCK == 0 or row + 1 == total:
            report("looking at pictures", row + 1, total)
    return Looks(low, high, blur, border, bits, small, tuple(digests))


def _looked(images: Images) -> list[Look]:
    return list(look_together(images))
