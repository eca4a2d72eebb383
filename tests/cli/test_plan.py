"""clothier plan: what it prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from support.command_line import last_error

from clothier import cli


def test_a_forecast_on_screen_as_a_figure_and_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run(["plan", "generated:300", "--more", "50", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["written"] == ["plan/generated-300/plan.json", "plan/generated-300/learning_curves.png"]
    written = json.loads((tmp_path / content["written"][0]).read_text())
    assert written == {key: value for key, value in content.items() if key != "written"}
    assert content["gains"][0]["words"].startswith("50 more images: ")
    with Image.open(tmp_path / content["written"][1]) as figure:
        assert figure.width > 500


def test_a_goal_out_of_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    told = last_error(capsys, "plan", "generated:60", "--goal", "95")
    assert told == "goal is 95; wanted an accuracy between 0 and 1, such as 0.95"
