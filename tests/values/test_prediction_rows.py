from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clothier.errors import InputError
from clothier.values import Prediction, csvtext
from clothier.values.prediction_rows import columns, writer


def _prediction(name: str, shares: dict[str, float], **fields: Any) -> Prediction:
    logits = np.log(np.array(list(shares.values()), np.float32))
    return Prediction(logits, tuple(shares), **{"temperature": 1.0, "filename": name, **fields})


GOOD = _prediction(
    'a "quoted", name.jpg',
    {"Bag": 0.05, "Shirt": 0.7, "Coat": 0.25},
    status="likely",
    set_size=2,
    strangeness=1.23456,
    warnings=("no thing", "cut off"),
)
BAD = _prediction("b.jpg", {"Bag": np.nan, "Coat": np.nan}, status="unreadable", reason="is truncated")


def test_csv_reads_back() -> None:
    start, line = writer(".csv", "probability")
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
        "status": "likely",
        "verdict": "Probably Shirt, perhaps Coat",
        "reason": "",
        "warnings": "no thing; cut off",
    }
    assert list(rows[0])[-1] == "warnings"
    empty = dict.fromkeys(columns("probability"), "")
    assert rows[1] == empty | {"filename": "b.jpg", "status": "unreadable", "reason": "is truncated"}


def test_json_lines_read_back_with_every_class() -> None:
    start, line = writer(".jsonl", "probability")
    first, second = (json.loads(text) for text in (start + line(GOOD) + line(BAD)).splitlines())
    assert first["probabilities"] == {"Shirt": 0.7, "Coat": 0.25, "Bag": 0.05}
    assert (first["label"], first["second_probability"], first["status"]) == ("Shirt", 0.25, "likely")
    assert first["possible"] == ["Shirt", "Coat"]
    assert first["warnings"] == ["no thing", "cut off"]
    assert second == {
        "filename": "b.jpg",
        "status": "unreadable",
        "reason": "is truncated",
        "warnings": [],
        "probabilities": {},
    }


def test_strangeness_that_no_one_measured_is_left_out() -> None:
    answer = _prediction("c.jpg", {"Shirt": 1.0}, status="sure")
    assert "strangeness" not in json.loads(writer(".jsonl", "probability")[1](answer))
    assert writer(".csv", "probability")[1](answer) == "c.jpg,Shirt,1.0,,,,sure,Shirt (100 %),,\n"


@pytest.mark.parametrize("name", ["=1+1.png", "+a", "-b", "@c", "\td", "\re", "'f", "''=g"])
def test_names_are_no_formulas_and_numbers_stay_numbers(name: str) -> None:
    answer = _prediction(name, {name: 0.75, "b": 0.25}, status="sure", strangeness=-0.5)
    (row,) = csv.reader(io.StringIO(writer(".csv", "probability")[1](answer), newline=""))
    assert row[:6] == [f"'{name}", f"'{name}", "0.75", "b", "0.25", "-0.5"]
    assert csvtext.unshielded(row[0]) == name
    assert json.loads(writer(".jsonl", "probability")[1](answer))["label"] == name


def test_other_files_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"^answers are written to \.csv and \.jsonl files; got '\.xlsx'; name one of those$"
    ):
        writer(".xlsx", "probability")


def test_what_is_not_calibrated_is_called_so() -> None:
    uncalibrated = replace(GOOD, temperature=None)
    name = uncalibrated.probability_name
    start, line = writer(".csv", name)
    (row,) = csv.DictReader(io.StringIO((start + line(uncalibrated)).removeprefix(csvtext.BOM)))
    assert (row["uncalibrated_probability"], row["second_uncalibrated_probability"]) == ("0.7", "0.25")
    content = json.loads(writer(".jsonl", name)[1](uncalibrated))
    assert content["uncalibrated_probabilities"] == {"Shirt": 0.7, "Coat": 0.25, "Bag": 0.05}
    assert not {"probability", "second_probability", "probabilities"} & {*row, *content}
