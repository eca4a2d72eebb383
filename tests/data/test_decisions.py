"""labels.csv read: what counts, what is passed over, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clothier.data import decisions
from clothier.data.decisions import CHANGED, COLUMNS, KEPT, LEFT_OUT, Decision, History
from clothier.errors import DataError

TIME = "2026-11-30T12:00:00Z"
HEADER = ",".join(COLUMNS) + "\n"


def row(image: str, old: str, new: str, reason: str = CHANGED, path: str = "") -> Decision:
    return Decision(image, path, old, new, reason, TIME)


def written(path: Path, *rows: Decision, end: str = "") -> Path:
    path.write_text(HEADER + "".join(each.text() for each in rows) + end, newline="")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        decisions.read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_last_row_of_an_id_counts(tmp_path: Path) -> None:
    one, two, other = (
        row("a", "hat", "shoe"),
        row("a", "hat", "", LEFT_OUT),
        row("=b,\n", "shoe", "shoe", KEPT),
    )
    history = decisions.read(written(tmp_path / "labels.csv", one, other, two))
    assert history.current == {"a": two, "=b,\n": other}
    assert history.versions == {"a": 2, "=b,\n": 1}
    assert [made.line for made in history.made] == [2, 3, 5]
    assert decisions.read(tmp_path / "labels.csv", 1).current == {"a": one}


def test_undo_goes_further_back_each_time(tmp_path: Path) -> None:
    rows = [row("a", "hat", "shoe"), row("b", "hat", "shoe"), row("a", "hat", "hat", KEPT)]
    rows = [replace(each, time=f"{number}") for number, each in enumerate(rows)]
    history = History()
    for each in rows:
        history.add(each)
    states = []
    while undone := history.undoing(TIME):
        (undo,) = undone
        history.add(undo)
        rows.append(undo)
        states.append({image: made.new for image, made in history.current.items()})
    assert states == [{"a": "shoe", "b": "shoe"}, {"a": "shoe"}, {}]
    assert [each.new for each in rows[3:]] == ["shoe", "hat", "hat"]
    assert history.versions == {"a": 4, "b": 2}
    assert decisions.read(written(tmp_path / "labels.csv", *rows)) == history


def test_what_was_decided_together_is_taken_back_together() -> None:
    history = History()
    for each in (
        replace(row("a", "hat", "shoe"), time="1"),
        row("a", "hat", "", LEFT_OUT),
        row("b", "hat", "shoe"),
    ):
        history.add(each)
    undone = history.undoing(TIME)
    assert [(each.id, each.new) for each in undone] == [("b", "hat"), ("a", "shoe")]
    for each in undone:
        history.add(each)
    assert {image: made.new for image, made in history.current.items()} == {"a": "shoe"}


def test_a_row_that_was_cut_short_is_passed_over_wherever_it_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    first, last = row("a", "hat", "shoe"), row('b "x",\ny', "hat", "sh\noe")
    content = (HEADER + first.text() + last.text()).encode()
    whole = len(HEADER + first.text())
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        expected = sum(length >= end for end in (whole - 1, len(content) - 1))
        assert decisions.read(path).num_rows == expected, content[:length]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hello", "begins with 'hello'; wanted the columns id,path,old,new,reason,time"),
        ('"hello', "line 1: unexpected end of data"),
        ("id,label\n", "begins with 'id,label'"),
        (HEADER + "a,b\n", "line 2 has 2 cells; wanted 6"),
        (HEADER + f",,hat,shoe,changed,{TIME}\n", "line 2 has no id"),
        (
            HEADER + "a" * 6000 + f",,hat,shoe,changed,{TIME}\n",
            "line 2 has a cell of more than 5000 characters",
        ),
        (HEADER + f"a,,hat,hat,undo,{TIME}\n", "line 2 takes back a decision about 'a', and there is none"),
        (
            HEADER + f"a,,hat,hat,kept,{TIME}\na,,shoe,hat,changed,{TIME}\n",
            "line 3: the old label of 'a' is 'shoe', and in line 2 it is 'hat'",
        ),
    ],
)
def test_other_files_are_refused_by_line(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(content)
    assert words in refusal(path)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert "cannot read" in refusal(tmp_path)
    assert "No such file" in refusal(tmp_path / "missing.csv")
    (tmp_path / "latin.csv").write_bytes(HEADER.encode() + b"\xff,,,,,\n")
    assert "is not UTF-8" in refusal(tmp_path / "latin.csv")


def test_a_spreadsheet_may_have_saved_it(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    text = HEADER + row("-a", "hat", "shoe").text()
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert decisions.read(path).current["-a"].new == "shoe"


def test_fewer_rows_than_before_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "labels.csv", row("a", "hat", "shoe"))
    with pytest.raises(DataError, match="has 1 decisions, and 2 were read before"):
        decisions.read(path, 2)


def test_classes_of_other_data_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "labels.csv", row("a", "hat", "shoe"))
    with pytest.raises(DataError) as caught:
        decisions.check_classes(decisions.read(path), path, ["hat", "shoes"])
    assert str(caught.value) == (
        f"{path}, line 2: unknown class 'shoe'; known: hat, shoes; did you mean 'shoes'?"
    )
