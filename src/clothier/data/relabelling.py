"""Decisions about labels, applied to a data set after its images were divided: no image changes its split."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from clothier.data import decisions
from clothier.data.cache.photos import Photo
from clothier.data.decisions import Decision
from clothier.data.options import LoadOptions
from clothier.errors import DataError
from clothier.system.files import as_path
from clothier.values import Dataset, Images, Split
from clothier.values.dataset import check_classes
from clothier.values.fingerprint import fingerprint
from clothier.values.names import escaped
from clothier.values.repair import Repair
from clothier.values.wording import counted

_SHOWN = 60  # letters of an id in an error

Photos = Mapping[str, Sequence[Photo]]


def resolved(options: LoadOptions) -> LoadOptions:
    """The options with the number of decisions that the file holds now, so that rows appended later change nothing.
    Raises DataError as `decisions.read`."""
    if options.labels is None:
        return options
    history = decisions.read(options.labels, options.labels_rows)
    return replace(options, labels=options.labels.absolute(), labels_rows=history.num_rows)


def relabel(data: Dataset, labels: str | Path) -> Dataset:
    """The data set with the decisions of a labels.csv: labels changed, images left out. In Python, `clothier.load` does
    it by LoadOptions(labels=...); this is for data in memory.

    Raises DataError for a file of other data: an image or class that these lack, another old label, other pixels.
    """
    path = as_path(labels, "labels")
    history = decisions.read(path)
    splits, repairs = of_splits(data.splits(), data.class_names, history, path, data.name)
    check_classes(data.name, {part: split.labels for part, split in splits.items()}, data.class_names)
    return replace(
        data,
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        fingerprint=fingerprint(splits, data.class_names),
        repairs={**data.repairs, **repairs},
        reading=replace(data.reading, source="", absolute=""),  # no source reads it again
    )


def added_paths(options: LoadOptions) -> dict[str, Path]:
    """The photos that the decisions add, by name; none where there is no such file now."""
    if options.labels is None:
        return {}
    try:
        made = read(options).current.values()
    except DataError:
        return {}
    return {decision.id: Path(decision.path) for decision in made if not decision.old and decision.new}


def read(options: LoadOptions) -> decisions.History:
    """The decisions that the options name, as `resolved` counted them."""
    assert options.labels is not None
    return decisions.read(options.labels, options.labels_rows)


def of_splits(
    splits: Mapping[str, Split],
    class_names: Sequence[str],
    history: decisions.History,
    path: Path,
    name: str,
) -> tuple[dict[str, Split], dict[str, Repair]]:
    """(the splits as decided, what was repaired in each that differs). Errors as `relabel`."""
    decisions.check_classes(history, path, class_names)
    left = dict(history.current)
    made, repairs = {}, {}
    for part, split in splits.items():
        labels, kept = split.labels.copy(), np.ones(len(split), bool)
        for row, image in enumerate(split.ids(part) if left else ()):
            if (decision := left.pop(image, None)) is None:
                continue
            _check_old(decision, class_names[labels[row]], path, name)
            if not split.files:
                _check_pixels(decision, split.images[row], path, name)
            kept[row] = not decision.is_left_out
            labels[row] = class_names.index(decision.new) if decision.new else labels[row]
        out = tuple(np.flatnonzero(~kept).tolist())
        repair = Repair(int((labels != split.labels)[kept].sum()), out)
        if repair:
            split_alone = fingerprint({part: split}, class_names)
            repairs[part] = replace(repair, before=split_alone)
        made[part] = split.only(np.flatnonzero(kept), labels) if repair else split
    for decision in left.values():
        _refuse_unknown(decision, path, name)
    return made, repairs


def of_photos(
    divided: Photos, class_names: Sequence[str], history: decisions.History, path: Path, name: str
) -> tuple[dict[str, Sequence[Photo]], dict[str, Repair]]:
    """The same for photos that are not decoded; a `before` is not given. Photos without an old label are added to the
    training split. Errors as `relabel`, and for a photo to add that is not there."""
    decisions.check_classes(history, path, class_names)
    left = dict(history.current)
    made: dict[str, Sequence[Photo]] = {}
    repairs: dict[str, Repair] = {}
    for part, photos in divided.items():
        kept, changed, out = [], 0, []
        for row, photo in enumerate(photos):
            if (decision := left.pop(photo.name, None)) is None:
                kept.append(photo)
                continue
            _check_old(decision, class_names[photo.label], path, name)
            if decision.is_left_out:
                out.append(row)
                continue
            label = class_names.index(decision.new)
            changed += label != photo.label
            kept.append(replace(photo, label=label))
        if repair := Repair(changed, tuple(out)):
            repairs[part] = repair
        made[part] = kept
    to_add = [_added(decision, class_names, path, name) for decision in left.values()]
    added = [photo for photo in to_add if photo is not None]
    if added and "train" in made:
        made["train"] = [*made["train"], *added]
        repairs["train"] = replace(repairs.get("train", Repair()), added=len(added))
    return made, repairs


def pixels(image: Images) -> str:
    """What the column `path` holds for an image without a file: a digest of its pixels."""
    return f"pixels:{hashlib.blake2b(image.tobytes(), digest_size=8).hexdigest()}"


def summary(name: str, path: Path, repairs: Mapping[str, Repair], history: decisions.History) -> str:
    """A sentence about what the decisions changed."""
    parts = [f"{repair.words} in {part}" for part, repair in repairs.items() if repair]
    said = "; ".join(parts) or "no label changed"
    return f"{name}: {path} has {counted(len(history.current), 'decision')}: {said}"


def _added(decision: Decision, class_names: Sequence[str], path: Path, name: str) -> Photo | None:
    """The photo of a decision about one that the data do not have; None for one to leave out."""
    if decision.old:
        _refuse_unknown(decision, path, name)
    if decision.is_left_out:
        return None
    place = Path(decision.path)
    if not place.is_file():
        raise DataError(
            f"{path}, line {decision.line}: the photo {escaped(decision.path)} is not there; wanted the file that was "
            "labelled; put it back, or remove the row"
        )
    return Photo(place, decision.id, class_names.index(decision.new))


def _check_old(decision: Decision, label: str, path: Path, name: str) -> None:
    if decision.old != label:
        raise DataError(
            f"{path}, line {decision.line}: the old label of '{_short(decision.id)}' is '{escaped(decision.old)}', and "
            f"in {name} it is '{label}'; wanted the decisions about these data; name the file that belongs to them"
        )


def _check_pixels(decision: Decision, image: Images, path: Path, name: str) -> None:
    if decision.path and decision.path != pixels(image):
        raise DataError(
            f"{path}, line {decision.line}: '{_short(decision.id)}' is another image in {name}; wanted these data, "
            "divided as they were for the decisions, such as with the same --validation and --resplit"
        )


def _refuse_unknown(decision: Decision, path: Path, name: str) -> None:
    raise DataError(
        f"{path}, line {decision.line}: {name} has no image '{_short(decision.id)}'; wanted the decisions about these "
        "data; name the file that belongs to them"
    )


def _short(text: str) -> str:
    shown = escaped(text)
    return shown if len(shown) <= _SHOWN else f"...{shown[-_SHOWN:]}"
