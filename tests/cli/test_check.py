"""clothier check: what it prints and writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from clothier import cli


def test_a_set_is_checked_on_screen_as_a_page_and_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run(["check", "generated:100", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["images"] == {"train": 80, "validation": 20, "test": 16}
    assert content["written"] == ["check/generated-100/check.html", "check/generated-100/check.json"]
    written = json.loads((tmp_path / content["written"][1]).read_text())
    assert written == {key: value for key, value in content.items() if key != "written"}
    (words,) = [one for one in content["left_out"] if one == "blurred pictures"]

    page = (tmp_path / content["written"][0]).read_text()
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    for finding in content["findings"]:
        assert f'id="{finding["kind"]}"' in page
        for group in finding["groups"][:3]:
            assert group[0]["id"] in page
    assert f"<dt>{words}</dt>" in page


def test_a_model_of_other_images_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "generated:60", "--model", "clothes"]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith(
        "clothier: the images of generated:60 are 28x28x1, and clothes takes 112x112x3; wanted the"
    )
