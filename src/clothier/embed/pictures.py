"""What is to be embedded: images with what is known of each, of a split or of photos in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clothier import photo
from clothier.data import unreadable
from clothier.errors import DataError, InputError
from clothier.photo import doctor
from clothier.photo.doctor import Diagnosis
from clothier.values import UNKNOWN, Dataset, Images, Labels, Reading, Report

SIZE = (64, 64)  # (height, width) of photos in pixels, unless told otherwise


@dataclass(frozen=True, eq=False)
class Pictures:
    """`images` uint8 (n, height, width, channels), `labels` int64 (n,), UNKNOWN where there is none, and `ids`, each
    once. `source` says where they come from, `notice` is a sentence that every output must repeat, `reading` is how
    the data were read that they are of."""

    images: Images
    labels: Labels
    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    source: str
    notice: str = ""
    reading: Reading = field(default_factory=Reading)

    def __len__(self) -> int:
        return len(self.ids)

    def first(self, number: int) -> Pictures:
        """The first `number` of them, or all where there are fewer."""
        return self._only(np.arange(min(number, len(self))))

    def sample(self, number: int, seed: int = 13) -> Pictures:
        """`number` of them drawn by `seed`, in their order, or all where there are fewer."""
        drawn = np.random.default_rng(seed).permutation(len(self))[:number]
        return self._only(np.sort(drawn))

    def _only(self, rows: npt.NDArray[np.int64]) -> Pictures:
        if not len(rows):
            raise InputError("0 images are left to embed; wanted one or more")
        if len(rows) == len(self):
            return self
        ids = tuple(self.ids[row] for row in rows)
        source = f"{self.source}, {len(rows):,} of {len(self):,}"
        return replace(self, images=self.images[rows], labels=self.labels[rows], ids=ids, source=source)


def of_split(dataset: Dataset, split: str | None = None) -> Pictures:
    """The images of a split, by default of the judged one. Their ids are the files they came from, or else the split's
    name and the row, such as test/0. Raises DataError where there is no such split."""
    name = split or dataset.judged
    chosen = dataset.split(name)
    ids = chosen.ids(name)
    source = f"{dataset.name} {name}"
    return Pictures(
        chosen.images, chosen.labels, dataset.class_names, ids, source, dataset.notice, dataset.reading
    )


def of_photos(
    folder: Path,
    size: tuple[int, int] = SIZE,
    crop: str = "pad",
    channels: int | None = None,
    *,
    skip_bad: bool = False,
    report: Report | None = None,
    warn: Callable[[str], None] | None = None,
) -> Pictures:
    """The photos in a folder and below, as `photo.walk` finds them: those directly in it have no label, all others that
    of the folder in it in which they lie, however deep. Their ids are their paths from `folder`.

    `size` is (height, width), `crop` as in doctor.prepare, `channels` 1 or 3, None for 1 where all are grey. Raises
    DataError for a folder that cannot be read or holds no photos, and for unreadable ones, which with `skip_bad` are
    left out. What is left out, or truncated and read as far as possible, is told to `warn`.
    """
    paths = _listed(folder, skip_bad, warn)
    if channels is None:
        channels = 1 if all(map(photo.may_be_grey, paths)) else 3

    def read(path: Path) -> Diagnosis | DataError:
        return doctor.attempt(path, crop, size, channels)

    kept, images, left_out, truncated = [], [], {}, {}
    for done, (path, result) in enumerate(zip(paths, photo.ahead(read, paths), strict=True), start=1):
        name = path.relative_to(folder)
        if isinstance(result, DataError):
            left_out[str(name)] = str(result)
        else:
            pixels, warnings = result
            if missing := photo.missing(warnings):
                truncated[str(name)] = missing
            kept.append(name)
            images.append(pixels)
        if report:
            report("decoding photos", done, len(paths))
    unreadable.tell(
        str(folder), left_out, truncated, warn or (lambda sentence: None), skip_bad=skip_bad and bool(images)
    )
    classes = [path.parts[0] if len(path.parts) > 1 else "" for path in kept]
    class_names = sorted({*classes} - {""})
    labels = [class_names.index(name) if name else UNKNOWN for name in classes]
    return Pictures(
        np.stack(images),
        np.array(labels, np.int64),
        tuple(class_names),
        tuple(path.as_posix() for path in kept),
        folder.resolve().name,
    )


def _listed(folder: Path, skip_bad: bool, warn: Callable[[str], None] | None) -> list[Path]:
    found = photo.walk(folder)
    if not skip_bad:
        found.refuse_closed()
    left_out = ", ".join(found.left_out())
    if not found.pictures:
        besides = f" ({left_out})" if left_out else ""
        raise DataError(
            f"{folder} holds no photos, nor do the folders in it{besides}; "
            f"wanted {photo.FORMAT_WORDS} files; add some"
        )
    if warn and left_out:
        warn(f"{folder}: left out {left_out}")
    return found.pictures
