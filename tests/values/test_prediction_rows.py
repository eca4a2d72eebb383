from __future__ import annotations

import csv
import io
import json

import pytest

from clothier.errors import InputError
from clothier.predict import Answer
from clothier.values.prediction_rows import COLUMNS, writer
from clothier.values import csvtext

GOOD = Answer(
    'a "quoted", name.jpg',
    (("Shirt", 0.7), ("Coat", 0.25), ("Bag", 0.05)),
    "unsure",
    1.23456,
    warnings=("no thing", "cut off"),
)
BAD = Answer("b.jpg", reason="is truncated")


def test_csv_reads_back() -> None:
    start, line = writer(".csv")
    content = (start + line(GOOD) + line(BAD)).encode()
    assert content.startswith(b"\xef\xbb\xbffilename,")  # without, Excel takes it for another encoding
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == {
        "filename": GOOD.filename,
        "label": "Shirt",
        "probability": "0.7",
        "second": "Coat",
        "second_probability": "0.25",
        "strangeness": "1.235",
        "status": "unsure",
        "reason": "",
        "warnings": "no thing; cut off",
    }
    assert list(rows[0])[-1] == "warnings"
    empty = dict.fromkeys(COLUMNS, "")
    assert rows[1] == empty | {"filename": "b.jpg", "status": "unreadable", "reason": "is truncated"}


def test_json_lines_read_back_with_every_class() -> None:
    start, line = writer(".jsonl")
    first, second = (json.loads(text) for text in (start + line(GOOD) + line(BAD)).splitlines())
    assert first["probabilities"] == {"Shirt": 0.7, "Coat": 0.25, "Bag": 0.05}
    assert (first["label"], first["second_probability"], first["status"]) == ("Shirt", 0.25, "unsure")
    assert first["warnings"] == "no thing; cut off"
    assert second == {
        "filename": "b.jpg",
        "status": "unreadable",
        "reason": "is truncated",
        "probabilities": {},
    }


def test_strangeness_that_no_one_measured_is_left_out() -> None:
    answer = Answer("c.jpg", (("Shirt", 1.0),), "sure")
    assert "strangeness" not in json.loads(writer(".jsonl")[1](answer))
    assert writer(".csv")[1](answer) == "c.jpg,Shirt,1.0,,,,sure,,\n"


@pytest.mark.parametrize("name", ["=1+1.png", "+a", "-b", "@c", "\td", "\re", "'f", "''=g"])
def test_names_are_no_formulas_and_numbers_stay_numbers(name: str) -> None:
    answer = Answer(name, ((name, 0.75), ("b", 0.25)), "sure", -0.5)
    (row,) = csv.reader(io.StringIO(writer(".csv")[1](answer), newline=""))
    assert row[:6] == [f"'{name}", f"'{name}", "0.75", "b", "0.25", "-0.5"]
    assert csvtext.unshielded(row[0]) == name
    assert json.loads(writer(".jsonl")[1](answer))["label"] == name


def test_other_files_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"^answers are written to \.csv and \.jsonl files; got '\.xlsx'; name one of those$"
    ):
        writer(".xlsx")
