"""Vectors -> the bytes of a tensor file, which TensorBoard reads as float32 numbers and as nothing else."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.values import Floats

MAX_ROWS = 100_000  # the page asks for no more, and shows the first of a larger tensor without a word
MIN_ROWS = 2  # tensors of a single row are left out of the page's list
MIN_COLUMNS = 3  # the page draws three principal components; a missing one is NaN, and then nothing is drawn

# No UTF-8 character begins with one of these. Source: RFC 3629, section 4.
_NEVER_FIRST = (*range(0x80, 0xC2), *range(0xF5, 0x100))


def fit(name: str, numbers: npt.NDArray[np.generic]) -> Floats:
    """The numbers as float32 (n, d) with d at least 3: columns of zeros are added, which change no distance.

    Raises DataError where they are not finite real numbers (n, d) with n from 2 to 100,000 and d at least 1.
    """
    if numbers.ndim != 2 or numbers.dtype.kind not in "biuf" or not numbers.shape[1]:
        raise DataError(
            f"{name} is {numbers.dtype} {numbers.shape}; wanted numbers of two dimensions, (n, d)"
        )
    check_rows(name, len(numbers))
    with np.errstate(over="ignore"):
        values = numbers.astype(np.float32)
    if not np.isfinite(values).all():
        raise DataError(
            f"{name} holds numbers that are not finite in float32; wanted finite ones; correct them"
        )
    return np.pad(values, ((0, 0), (0, max(0, MIN_COLUMNS - values.shape[1]))))


def check_rows(name: str, rows: int) -> None:
    """DataError for fewer or more rows than the page shows."""
    if rows < MIN_ROWS:
        raise DataError(f"{name}: TensorBoard shows {MIN_ROWS} rows or more, and there are {rows}; give more")
    if rows > MAX_ROWS:
        raise DataError(
            f"{name}: TensorBoard shows at most {MAX_ROWS:,} rows, and there are {rows:,}; take a part, such as "
            f"--sample {MAX_ROWS // 10}"
        )


def encode(vectors: Floats) -> bytes:
    """The vectors as little-endian float32, row by row, that no reader takes for text.

    TensorBoard first reads a tensor file as a table in text and turns to float32 only where its first line is not
    UTF-8; a file of zeros or small integers is, and then every request is answered by an error. Such a file is changed
    in one place: a zero becomes minus zero, which equals it; where the first line has no zero, the first number moves
    by at most 64 units in its last place, less than 1 part in 100,000 (or by 2e-43, where it is as small as that).
    """
    values = np.ascontiguousarray(vectors, "<f4").ravel()
    line = first_line(values.tobytes())
    if not is_text(line):
        return values.tobytes()
    values = values.copy()
    zeros = np.flatnonzero(values[: len(line) // 4] == 0)
    if len(zeros):
        values[zeros[0]] = -0.0  # its last byte is 0x80, after one that ends a character
    else:
        values[0] = _unlike_text(values[0])
    return values.tobytes()


def first_line(content: bytes) -> bytes:
    """What stands before the first end of a line; everything where there is none."""
    end = re.search(rb"[\r\n]", content)
    return content[: end.start()] if end else content


def is_text(line: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unlike_text(value: np.float32) -> np.float32:
    """The float32 nearest to a value other than zero whose first byte begins no character."""
    bits = int(value.view(np.uint32))
    low = bits & 0xFF
    moves = (first - low for first in (-1, *_NEVER_FIRST))  # -1: 0xFF, borrowed from the byte above
    move = min((move for move in moves if bits + move > 0), key=abs)
    return np.uint32(bits + move).view(np.float32)
