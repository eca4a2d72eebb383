"""ICC profiles, written byte by byte. Source: ICC.1:2022, sections 7 to 10."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

# To XYZ of D50, columns red, green and blue. Source: ICC's registry of profiles, "Display P3" (published by Apple).
P3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
# Source: IEC 61966-2-1, adapted to D50 by Bradford's transform.
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _profile(space: bytes, kind: bytes, connection: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    white = b"XYZ " + bytes(4) + _fixed(0.9642, 1, 0.8249)
    tags = {b"desc": _text(b"drawn"), b"cprt": b"text" + bytes(8), b"wtpt": white, **tags}
    place, table, data = 132 + 12 * len(tags), b"", b""
    for name, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += name + struct.pack(">II", place + len(data), len(value))
        data += padded
    head = struct.pack(
        ">I4sI4s4s4s12s4s28s12s48s", 132 + len(table) + len(data), b"", 0x02400000, kind, space, connection,
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp", b"", _fixed(0.9642, 1, 0.8249), b"",
    )  # fmt: skip
    return head + struct.pack(">I", len(tags)) + table + data


def _text(words: bytes) -> bytes:
    return b"desc" + bytes(4) + struct.pack(">I", len(words) + 1) + words + bytes(1 + 8 + 3 + 67)


def of_colours(matrix: npt.NDArray[np.float64], gamma: float) -> bytes:
    """The profile of a screen whose colours, raised to `gamma`, the matrix turns to XYZ."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    columns = {
        b"%cXYZ" % name: b"XYZ " + bytes(4) + _fixed(*column)
        for name, column in zip(b"rgb", matrix.T, strict=True)
    }
    curves = {b"%cTRC" % name: curve for name in b"rgb"}
    return _profile(b"RGB ", b"mntr", b"XYZ ", columns | curves)


def of_grey(gamma: float) -> bytes:
    """The profile of grey levels that are linear once raised to `gamma`."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    return _profile(b"GRAY", b"mntr", b"XYZ ", {b"kTRC": curve})


def of_inks(lab: Sequence[tuple[float, float, float]]) -> bytes:
    """The profile of a press: the Lab colours of the 16 mixtures of no and full cyan, magenta, yellow and black, black
    changing fastest; in between they are interpolated."""
    table = b"".join(
        bytes([round(light * 2.55), round(a + 128), round(b + 128)]) for light, a, b in lab
    )  # 8-bit Lab
    linear = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    lut += linear * 4 + table + linear * 3
    return _profile(b"CMYK", b"prtr", b"Lab ", {b"A2B0": lut, b"A2B1": lut})
