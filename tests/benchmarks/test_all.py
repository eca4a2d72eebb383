from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from benchmarks.common import Row

runner = importlib.import_module("benchmarks.all")
ROW = "[{'contest': 'c', 'ours': '1', 'peer': '2', 'ratio': 2.0, 'wanted': 1.5}]".replace("'", '"')


def test_what_a_race_prints_last_are_its_rows(tmp_path: Path) -> None:
    script = tmp_path / "race.py"
    script.write_text(
        f"import sys; assert sys.argv[1:] == ['--quick', '--json', 'x']; print('so'); print('{ROW}')"
    )
    assert runner.run(script, ["x"]) == [Row("c", "1", "2", 2.0, 1.5)]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import sys; sys.exit(3)", "exit status 3, see above"),
        ("pass", "printed no rows"),
        ("print('[1]')", "printed no rows"),
        ("print('rows')", "printed no rows"),
    ],
)
def test_a_race_that_fails_says_so(code: str, why: str, tmp_path: Path) -> None:
    script = tmp_path / "race.py"
    script.write_text(code)
    assert runner.run(script) == [Row("FAILED", "", why, None)]


def test_the_others_still_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "train" / "warp_race.py").write_text("raise SystemExit(1)")
    (tmp_path / "data" / "scale.py").write_text(f"print('{ROW}')")
    monkeypatch.setattr(runner, "HERE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["all.py"])
    with pytest.raises(SystemExit) as stopped:
        runner.main()
    assert stopped.value.code == 1
    table = capsys.readouterr().out
    lines = {line.split()[0]: line for line in table.splitlines() if line}
    assert lines["train/warp_race"].split(maxsplit=1)[1] == "FAILED           exit status 1, see above"
    assert lines["data/scale"].split()[1:] == ["c", "1", "2", "2.00x", ">=", "1.5x", "yes"]
    assert lines["train/time_to_accuracy"].split(maxsplit=1)[1] == "not there        no time_to_accuracy.py"


def test_every_race_named_is_there() -> None:
    assert set(runner.RACES) <= {
        path.relative_to(runner.HERE).with_suffix("").as_posix() for path in runner.HERE.rglob("*.py")
    }
    assert set(runner.PHOTOS) <= set(runner.RACES)
