from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from support.awkward_embeddings import awkward

from clothier.projector import metadata
from clothier.values import UNKNOWN


def _rows(content: bytes) -> list[list[str]]:
    return [line.split("\t") for line in content.decode().removesuffix("\n").split("\n")]


def test_each_image_has_a_row_of_what_is_known() -> None:
    header, *rows = _rows(metadata.table(metadata.columns(awkward(6))))
    assert header == ["index", "label", "predicted", "correct", "confidence", "id"]
    assert rows == [
        ["0", "T-shirt/top", "T-shirt/top", "yes", "0.0000", "shop 0/é.jpg"],
        ["1", "a b c", "a b c", "yes", "0.2000", "shop 1/é.jpg"],
        ["2", "unknown", "unknown", "yes", "0.4000", "shop 2/é.jpg"],  # a name of spaces alone
        ["3", "Écharpe & <b>", "T-shirt/top", "no", "0.6000", "shop 3/é.jpg"],
        ["4", "unknown", "a b c", "unknown", "0.8000", "shop 4/é.jpg"],  # no label
        ["5", "a b c", "unknown", "no", "1.0000", "shop 5/é.jpg"],
    ]


def test_columns_that_nobody_knows_are_left_out() -> None:
    plain = dataclasses.replace(awkward(3), predictions=None, confidence=None)
    assert list(metadata.columns(plain)) == ["index", "label", "id"]
    unlabelled = dataclasses.replace(plain, labels=np.full(3, UNKNOWN))
    assert list(metadata.columns(unlabelled)) == ["index", "id"]


def test_a_single_column_has_no_header() -> None:
    assert metadata.table({"label": ["shoe", "bag"]}) == b"shoe\nbag\n"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("", "unknown"),
        ("\t", "unknown"),
        ("\u2028", "unknown"),
        ("\x00\x1b", "unknown"),
        ("a\r\nb", "a b"),
        ("a\u00a0\u0085b", "a\u00a0 b"),
        ("\u06a9\u0641\u0634\u200c\u0647\u0627", "\u06a9\u0641\u0634\u200c\u0647\u0627"),
        ("  shoe  ", "shoe"),
        ("half \udcff of a name", "half of a name"),
        ("手袋", "手袋"),
    ],
)
def test_a_cell_is_one_line_and_never_empty(name: str, cell: str) -> None:
    assert metadata.table({"label": [name]}).decode() == f"{cell}\n"


def test_a_confidence_that_is_not_calibrated_says_so_in_its_name() -> None:
    raw = dataclasses.replace(awkward(3), calibrated=False)
    assert list(metadata.columns(raw))[-2:] == ["uncalibrated confidence", "id"]
