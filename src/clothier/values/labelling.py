"""Labels as people hold them (integers, texts) -> class numbers and class names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.values import names
from clothier.values.arrays import Labels
from clothier.values.pictures import as_array
from clothier.values.wording import listed

_WANTED = "wanted integers or texts, one for each image"
_SHOWN = 5  # class names in an error


def as_labels(labels: Any, what: str = "labels") -> npt.NDArray[Any]:
    """The labels as int64 (n,), or as texts of dtype object (n,). (n, 1) and floats that are whole are taken too.

    Raises DataError for missing or mixed labels, one-hot rows, and what are neither integers nor texts.
    """
    # NumPy makes texts of numbers beside texts.
    array = np.array(labels, dtype=object) if _is_flat_list(labels) else as_array(labels, what)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        advice = ""
        if array.ndim == 2:  # one-hot rows, or a data frame of several columns
            is_text = array.dtype.kind in "OU"
            advice = (
                "; take one column" if is_text else "; take the class of each row: np.argmax(labels, axis=1)"
            )
        raise DataError(f"{what} have the shape {array.shape}; {_WANTED}{advice}")
    if array.dtype == object:
        return _of_objects(array, what)
    if array.dtype.kind == "U":
        return array.astype(object)
    if array.dtype.kind == "f":
        return _of_floats(array, what)
    if array.dtype.kind not in "iu":
        kind = "int" if array.dtype.kind == "b" else "str"
        raise DataError(f"{what} are {array.dtype}; {_WANTED}; convert them: labels.astype({kind})")
    if array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise DataError(f"{what} run up to {array.max()}; wanted integers below 2**63")
    return array.astype(np.int64)


def encode(
    labels: Mapping[str, npt.NDArray[Any]], class_names: Sequence[str] | None
) -> tuple[dict[str, Labels], tuple[str, ...]]:
    """(class numbers int64 (n,) by split, the class names), of what `as_labels` gave for each split.

    Without class names, classes are the labels themselves in sorted order. With them, texts must be among them; numbers
    count from 0, or else are as many as the names and take them in sorted order. Raises DataError where they do not
    fit.
    """
    kinds = {array.dtype == object for array in labels.values()}
    if len(kinds) > 1:
        raise DataError(
            "some splits are labelled by texts and others by numbers; wanted one kind in all splits"
        )
    class_names = (
        None if class_names is None else tuple(map(str, class_names))
    )  # NumPy's texts print as np.str_
    known = sorted({label for array in labels.values() for label in array.tolist()})
    if kinds == {True}:
        return _encode_texts(labels, names.in_order(known) if class_names is None else class_names)
    if class_names is None:
        ordered, class_names = known, [str(number) for number in known]
    elif known and known[0] >= 0 and known[-1] < len(class_names):
        ordered = list(range(len(class_names)))
    elif len(known) == len(class_names):
        ordered = known
    else:
        raise DataError(
            f"the labels are {len(known)} different integers from {known[0]} to {known[-1]}, and there are "
            f"{len(class_names)} class names; wanted a name for each"
        )
    return {name: np.searchsorted(ordered, array).astype(np.int64) for name, array in labels.items()}, tuple(
        class_names
    )


def _encode_texts(
    labels: Mapping[str, npt.NDArray[Any]], class_names: Sequence[str]
) -> tuple[dict[str, Labels], tuple[str, ...]]:
    numbers = {name: number for number, name in enumerate(class_names)}
    encoded = {}
    for split, array in labels.items():
        for label in array.tolist():
            if label not in numbers:
                near = difflib.get_close_matches(label, list(class_names), n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise DataError(
                    f"{split} has the label '{names.escaped(label)}'; wanted one of the class names: "
                    f"{listed(list(class_names), _SHOWN)}{hint}"
                )
        encoded[split] = np.array([numbers[label] for label in array.tolist()], np.int64)
    return encoded, tuple(class_names)


def _is_flat_list(labels: Any) -> bool:
    return isinstance(labels, (list, tuple)) and all(np.ndim(label) == 0 for label in labels)


def _of_objects(array: npt.NDArray[Any], what: str) -> npt.NDArray[Any]:
    for index, label in enumerate(array.tolist()):
        if _is_missing(label):
            raise DataError(f"{what}[{index}] is missing ({label}); {_WANTED}; leave that image out")
    kinds = {_kind(label) for label in array.tolist()}
    if kinds == {"text"}:
        return np.array([str(label) for label in array.tolist()], dtype=object)
    if kinds <= {"integer", "float"}:
        return as_labels(np.array([float(x) if "float" in kinds else int(x) for x in array.tolist()]), what)
    raise DataError(f"{what} are {' and '.join(sorted(kinds))} values; {_WANTED}")


def _is_missing(label: Any) -> bool:
    """Whether it is None, NaN, or pandas' NA, of which no comparison is true or false."""
    return label is None or type(label).__name__ == "NAType" or bool(label != label)


def _kind(label: Any) -> str:
    if isinstance(label, (bool, np.bool_)):
        return "bool"
    for kind, types in (("text", str), ("integer", (int, np.integer)), ("float", (float, np.floating))):
        if isinstance(label, types):
            return kind
    return type(label).__name__


def _of_floats(array: npt.NDArray[Any], what: str) -> npt.NDArray[Any]:
    missing = np.flatnonzero(~np.isfinite(array))
    if len(missing):
        raise DataError(
            f"{what}[{missing[0]}] is missing ({array[missing[0]]}); {_WANTED}; leave that image out"
        )
    odd = np.flatnonzero(array != np.rint(array))
    if len(odd):
        raise DataError(f"{what}[{odd[0]}] is {array[odd[0]]}; {_WANTED}")
    return array.astype(np.int64)
