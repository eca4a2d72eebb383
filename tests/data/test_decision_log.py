"""labels.csv written: one writer at a time, nothing lost, nothing written in part."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from clothier.data import decision_log, decisions
from clothier.data.decision_log import DecisionLog
from clothier.data.decisions import CHANGED, COLUMNS, Decision, History
from clothier.errors import DataError, WriteError

TIME = "2026-11-30T12:00:00Z"


def row(image: str, new: str = "shoe") -> Decision:
    return Decision(image, "", "hat", new, CHANGED, TIME)


def test_two_logs_of_one_file_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "new" / "labels.csv"
    one, other = DecisionLog(path), DecisionLog(path)
    one.append(lambda history: [row("a"), row("b")])
    seen: list[History] = []

    def make(history: History) -> Sequence[Decision]:
        seen.append(history)
        assert set(history.current) == {"a", "b"}
        return [row("c")]

    other.append(make)
    assert set(one.refresh().current) == {"a", "b", "c"}
    assert one.history == other.history == decisions.read(path)


def test_processes_do_not_interleave(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    code = (
        "import sys; from pathlib import Path\n"
        "from clothier.data.decision_log import DecisionLog\n"
        "from clothier.data.decisions import Decision\n"
        "log = DecisionLog(Path(sys.argv[1]))\n"
        "for number in range(20):\n"
        "    image = f'{sys.argv[2]}{number}'\n"
        "    log.append(lambda h: [Decision(image, '', 'hat', 'shoe' * 300, 'changed', str(h.num_rows))])\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code, str(path), word]) for word in "ab"]
    assert [worker.wait() for worker in workers] == [0, 0]
    history = decisions.read(path)
    assert [made.time for made in history.made] == [str(number) for number in range(40)]


def test_a_row_that_was_cut_short_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    DecisionLog(path).append(lambda history: [row("a"), row("b")])
    content = path.read_bytes()
    path.write_bytes(content[:-9])
    log = DecisionLog(path)
    assert set(log.history.current) == {"a"}
    log.append(lambda history: [row("c")])
    assert path.read_bytes() == content.replace(b"\nb,", b"\nc,")


def test_a_last_row_without_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    DecisionLog(path).append(lambda history: [row("a")])
    path.write_bytes(path.read_bytes()[:-1])
    DecisionLog(path).append(lambda history: [row("b")])
    assert set(decisions.read(path).current) == {"a", "b"}


def test_what_refuses_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    log = DecisionLog(path)
    log.append(lambda history: [row("a")])
    before = path.read_bytes()

    def refuse(history: History) -> Sequence[Decision]:
        raise DataError("stale")

    with pytest.raises(DataError, match="stale"):
        log.append(refuse)
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "labels.csv"
    log = DecisionLog(path)
    log.append(lambda history: [row("a")])
    before = path.read_bytes()

    def full(file: IO[Any]) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(decision_log, "sync", full)
        with pytest.raises(WriteError, match="No space left"):
            log.append(lambda history: [row("b")])
    assert path.read_bytes() == before
    assert set(log.append(lambda history: [row("c")]).current) == {"a", "c"}


def test_files_of_others_are_never_written(tmp_path: Path) -> None:
    for content in ("hello", "id,label\n1,2\n"):
        path = tmp_path / "labels.csv"
        path.write_text(content)
        with pytest.raises(DataError, match="begins with"):
            DecisionLog(path)
        assert path.read_text() == content
    with pytest.raises(WriteError):
        DecisionLog(tmp_path)


def test_a_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    log = DecisionLog(path)
    log.append(lambda history: [row("a")])
    (tmp_path / "other").write_text(",".join(COLUMNS) + "\n" + row("bbbb", "hat").text() * 2)
    (tmp_path / "other").rename(path)
    assert set(log.append(lambda history: [row("c")]).current) == {"bbbb", "c"}
    path.unlink()
    assert not log.refresh().current
