"""Lists of labelled photos -> Dataset: what folders and tables of photos have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clothier.data import duplicates, groups, relabelling, unreadable
from clothier.data.cache import photos as cache
from clothier.data.cache.photos import Photo
from clothier.data.options import LoadOptions
from clothier.data.split import hold_out, make_dataset
from clothier.errors import OwnValidationError
from clothier.values import Dataset, Labels, Split
from clothier.values.dataset import check_classes
from clothier.values.fingerprint import fingerprint
from clothier.values.names import differing_in_case
from clothier.values.repair import Repair

DEFAULT_SIZE = (64, 64)  # (height, width) in pixels
ORDER = ("train", "validation", "test")
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}

Splits = Mapping[str, Sequence[Photo]]


@dataclass(frozen=True)
class Listed:
    """Labelled photos that are not decoded yet, by split, and whether their source divides them; if not, all of them
    stand under "train"."""

    splits: Splits
    class_names: tuple[str, ...]
    is_divided: bool


def load(name: str, listed: Listed, options: LoadOptions, default_validation: str) -> Dataset:
    """The data set of these photos; splits that they do not bring are held out of `train`.

    A validation split is held out where there is none; a test split only where the source divides nothing. Raises
    OwnValidationError for a choice of `validation` where validation photos are brought; DataError for unreadable photos
    (left out and told with `options.skip_bad`), a single class, a class without photos in the train split; WriteError
    from the cache.
    """
    class_names = listed.class_names
    check_classes(name, {part: _labels(photos) for part, photos in listed.splits.items()}, class_names)
    for one, other in differing_in_case(class_names):
        options.tell(
            f"the classes '{one}' and '{other}' differ only in capitals; join them if they are one class"
        )
    divided = divide(name, listed, options, default_validation)
    repairs: Mapping[str, Repair] = {}
    if options.labels is None:
        decoded, readable = _decoded(name, divided, options)
    else:
        divided, repairs = _repaired(name, divided, class_names, options)
        decoded, readable = _decoded(name, divided, options)
    if options.drop_duplicates and not options.whole:
        found = duplicates.find(readable, class_names)
        duplicates.tell(name, found, len(readable["train"]), options.tell)
        if found:  # decoded anew without them, because a selection of mapped rows would be held in memory
            files = {readable["train"].files[row] for row in found.kept}
            rest = [photo for photo in divided["train"] if photo.name in files]
            decoded, readable = _decoded(name, {**divided, "train": rest}, options)
    return make_dataset(name, readable, class_names, image_digests=decoded.digests, repairs=repairs)


def _repaired(
    name: str, divided: Splits, class_names: Sequence[str], options: LoadOptions
) -> tuple[dict[str, Sequence[Photo]], dict[str, Repair]]:
    """The photos as the decisions have them. What they were before is decoded too, and mostly known already: by its
    fingerprints a comparison tells that two runs were judged on the same photos."""
    assert options.labels is not None
    history = relabelling.read(options)
    made, repairs = relabelling.of_photos(divided, class_names, history, options.labels, name)
    options.tell(relabelling.summary(name, options.labels, repairs, history))
    if repairs:
        decoded, readable = _decoded(name, divided, replace(options, warn=None, skip_bad=True))
        for part, repair in repairs.items():
            before = fingerprint({part: readable[part]}, class_names, decoded.digests)
            position = {file: row for row, file in enumerate(readable[part].files)}
            rows = [position.get(divided[part][row].name) for row in repair.left_out]
            out = tuple(row for row in rows if row is not None)  # of those that can be read
            repairs[part] = replace(repair, left_out=out, before=before)
    return made, repairs


def _decoded(
    name: str, divided: Splits, options: LoadOptions
) -> tuple[cache.DecodedPhotos, dict[str, Split]]:
    """The photos as the cache holds them, and the splits of those that can be read."""
    size, folders = options.image_size or DEFAULT_SIZE, options.cache_folders("photos")
    decoded = cache.decoded(divided, size, options.crop, folders, options.report, options.tell)
    if decoded.is_new:
        count, megabytes = sum(map(len, decoded.images.values())), decoded.path.stat().st_size / 10**6
        options.tell(
            f"{count:,} decoded photos are kept in {decoded.path} ({megabytes:.1f} MB); it may be deleted"
        )
    unreadable.tell(name, decoded.left_out, decoded.truncated, options.tell, skip_bad=options.skip_bad)
    readable = {}
    for part, photos in divided.items():
        kept = [photo for photo in photos if photo.name not in decoded.left_out]
        readable[part] = Split(decoded.images[part], _labels(kept), tuple(photo.name for photo in kept))
    return decoded, readable


def divide(
    name: str, listed: Listed, options: LoadOptions, default_validation: str
) -> dict[str, Sequence[Photo]]:
    """The photos by split, those that they do not bring held out of `train`. Errors as `load` where splits are
    concerned."""
    divided = dict(listed.splits)
    grouped = None
    if options.group and not options.whole:
        keys = {part: _groups(photos, options.group) for part, photos in divided.items()}
        groups.check_keys(name, options.group, keys, divided["train"][0].name)
        options.tell(groups.summary(name, options.group, keys))
        grouped = groups.numbered(keys["train"])
    if "validation" in divided:
        if options.validation != "default":
            raise OwnValidationError(
                f"--validation {options.validation} does not apply to {name}, which has its own validation photos; "
                "leave it out"
            )
    else:
        train = divided["train"]
        parts = hold_out(
            _labels(train),
            options.validation_or(default_validation),
            options.seed,
            listed.class_names,
            test_too=not listed.is_divided,
            groups=grouped,
        )
        divided |= {part: [train[row] for row in rows] for part, rows in parts.items()}
    return {part: divided[part] for part in ORDER if part in divided}


def _groups(photos: Sequence[Photo], group: str) -> list[str]:
    if groups.is_expression(group):
        return groups.matched(group, [photo.name for photo in photos])
    return [photo.group for photo in photos]


def _labels(photos: Sequence[Photo]) -> Labels:
    return np.array([photo.label for photo in photos], dtype=np.int64)
