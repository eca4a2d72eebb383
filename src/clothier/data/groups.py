"""Which images show one product, so that all of them go into one split: by their paths, folders or a column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from clothier.errors import DataError, InputError
from clothier.values import Labels
from clothier.values.wording import counted, listed

FOLDER = "folder"
WANTED = (
    "folder, a regular expression whose first group is the product, such as '([0-9]+)_', or a table's column"
)
_SHOWN = 5  # columns that are named in an error

Keys = Mapping[str, Sequence[str]]  # by split, the group of each image; "" for an image that is in none


def is_expression(group: str) -> bool:
    return "(" in group


def check(group: object) -> None:
    """InputError for what is no text, and for an expression that Python cannot read or that has no group."""
    if not isinstance(group, str):
        raise InputError(f"group is {group!r:.80}; wanted a text: {WANTED}")
    if is_expression(group):
        try:
            has_group = bool(re.compile(group).groups)
        except re.error as error:
            raise InputError(
                f"group is '{group}', no regular expression ({error}); wanted {WANTED}"
            ) from None
        if not has_group:
            raise InputError(f"group is '{group}', an expression without a group; wanted {WANTED}")


def matched(group: str, names: Sequence[str]) -> list[str]:
    """What the expression's first group finds in each name; "" where it finds nothing."""
    expression = re.compile(group)
    return [(match[1] or "") if (match := expression.search(name)) else "" for name in names]


def column(group: str, columns: Sequence[str], file: object) -> int | None:
    """The place of the column of that name; None for an expression, and for folders where no column has that name.
    Raises InputError for another name."""
    name = group.strip().lower()
    if name and name in columns:
        return columns.index(name)
    if not group or name == FOLDER or is_expression(group):
        return None
    raise InputError(
        f"--group is '{group}', and {file} has no such column; it has: {listed(columns, _SHOWN)}; wanted {WANTED}"
    )


def check_no_column(group: str, name: str) -> None:
    """InputError for a column, where the source is no table."""
    if group not in ("", FOLDER) and not is_expression(group):
        raise InputError(f"--group is '{group}', and {name} is no table; wanted {WANTED}")


def check_keys(name: str, group: str, keys: Keys, example: str = "") -> None:
    """DataError where no image has a group, and where splits that the source brings share one. `example` is the name of
    an image."""
    if not any(key for of_split in keys.values() for key in of_split):
        found = f", such as {example}" if example else ""
        raise DataError(
            f"--group {group} finds no group in the {counted(sum(map(len, keys.values())), 'image')} of {name}{found}; "
            f"wanted {WANTED}"
        )
    where: dict[str, str] = {}
    shared: dict[str, str] = {}
    for split, of_split in keys.items():
        for key in filter(None, of_split):
            if (before := where.setdefault(key, split)) != split:
                shared.setdefault(key, f"{before} and {split}")
    for key, splits in shared.items():
        raise DataError(
            f"{name} brings its own splits, and {len(shared):,} of {counted(len(where), 'group')} are in two of them, "
            f"such as '{key}' in {splits}; wanted each in one; move the images, or leave --group out"
        )


def numbered(keys: Sequence[str]) -> Labels:
    """A number for the group of each image, int64 (n,); an image without one is a group by itself."""
    numbers: dict[str | int, int] = {}
    return np.array(
        [numbers.setdefault(key or place, len(numbers)) for place, key in enumerate(keys)], np.int64
    )


def summary(name: str, group: str, keys: Keys) -> str:
    """A sentence about how many groups there are."""
    every = [key for of_split in keys.values() for key in of_split]
    alone, num_groups = every.count(""), len({*every} - {""})
    rest = f"; an image without one is a group by itself ({counted(alone, 'image')})"
    return (
        f"{name}: {counted(len(every) - alone, 'image')} in {counted(num_groups, 'group')} by {group}, each of them in "
        f"one split{rest if alone else ''}"
    )
