from __future__ import annotations

import json
import sys

import pytest

from benchmarks.photos import huge


def test_each_size_is_measured_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["huge", "--quick", "--json"])
    monkeypatch.setattr(huge, "SIZES", {"JPEG": [(16000, 12000)]})
    huge.main()
    none, jpeg = json.loads(capsys.readouterr().out)
    assert none["photo"] == "none"
    assert jpeg["photo"].startswith("JPEG of 3 megapixels, ")
    assert 0 < none["megabytes"] < jpeg["megabytes"] < none["megabytes"] + 100
