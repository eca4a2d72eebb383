"""A file of ids, such as the explorer's selection or the pictures of a finding, read."""

from __future__ import annotations

import csv
import io
from collections.abc import Container
from pathlib import Path

from clothier.errors import InputError
from clothier.system.files import read_file
from clothier.values import csvtext
from clothier.values.names import escaped

MOST_BYTES = 2**27


def read(path: Path, known: Container[str], name: str) -> list[str]:
    """The ids in the column `id` of a CSV file, each once, in order; the explorer writes such a file of what was
    selected. Raises InputError where it has none, or one that the data called `name` do not have."""
    try:
        text = read_file(path, MOST_BYTES).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {path}: {reason}; wanted a CSV file with the column id") from error
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    if "id" not in header:
        found = escaped(",".join(header))[:80]
        raise InputError(
            f"{path} begins with '{found}'; wanted the column id, as the explorer's download has it"
        )
    place = header.index("id")
    ids = [csvtext.unshielded(row[place]) for row in body if len(row) > place]
    if not ids:
        raise InputError(f"{path} has no ids; wanted one or more; select some images")
    for image in ids:
        if image not in known:
            raise InputError(
                f"{path}: {name} has no image '{escaped(image)[:80]}'; wanted ids of these data; name the source that "
                "they were selected from"
            )
    return list(dict.fromkeys(ids))
