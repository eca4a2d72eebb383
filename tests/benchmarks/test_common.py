from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import common
from benchmarks.common import Row

MET = Row("faster", "9 s", "18 s", 2.0, 1.5)
MISSED = Row("memory", "3 GB", "2 GB", 1.5, 1.1, at_most=True)
ROWS = [MET, MISSED, Row("absent", "", "not installed", None), Row("told", "1", "2", 0.5)]


def test_wanted_is_a_least_or_a_greatest() -> None:
    assert [row.met for row in ROWS] == ["yes", "NO", "", ""]


def test_a_row_of_rounds_has_their_median_and_range() -> None:
    row = Row.of("race", "a", "b", [1.0, 9.0, 2.0], 2)
    assert (row.ratio, row.low, row.high, row.met) == (2.0, 1.0, 9.0, "yes")


def test_the_table() -> None:
    assert common.table(
        [MET, Row.of("race", "a", "b", [1.0, 9.0, 2.0]), *ROWS[1:3]], list("xxyz")
    ).splitlines() == [
        "race  contest  ours  peer           ratio  range      wanted   met",
        "x     faster   9 s   18 s           2.00x             >= 1.5x  yes",
        "x     race     a     b              2.00x  1.00-9.00",
        "y     memory   3 GB  2 GB           1.50x             <= 1.1x  NO",
        "z     absent         not installed",
    ]


def test_json_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with common.reporting(as_json=True) as rows:
        print("meanwhile")
        rows += ROWS
    out, err = capsys.readouterr()
    assert [Row(**row) for row in json.loads(out)] == ROWS
    assert err == "meanwhile\n"


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_found(power: float) -> None:
    sizes = [1, 2, 4, 8]
    assert common.exponent(sizes, [3 * size**power for size in sizes]) == pytest.approx(power)
    # Errors of the same factor at mirrored places leave the slope as it is.
    bent = [3 * size**power * factor for size, factor in zip(sizes, (1, 2, 2, 1), strict=True)]
    assert common.exponent(sizes, bent) == pytest.approx(power)


def test_a_process_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "leg.py"
    script.write_text("import json, sys; print('noise'); print(json.dumps(sys.argv[1:]))")
    assert common.alone(str(script), "a", 2) == ["a", "2"]
    script.write_text("raise SystemExit('broken')")
    with pytest.raises(SystemExit, match=r"^broken\n.*leg.py a failed with status 1$"):
        common.alone(str(script), "a")


def test_peak_memory_covers_what_was_held(tmp_path: Path) -> None:
    script = tmp_path / "leg.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(common.ROOT)!r}); from benchmarks import common\n"
        "before = common.peak_megabytes(); bytearray(b'x') * (100 * 2**20)\n"
        "print([before, common.peak_megabytes()])"
    )
    before, after = common.alone(str(script))
    assert 1 < before < 90
    assert 99 < after - before < 120
