from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.cli import run
from clothier.data.cache import arrays, location
from clothier.system.locks import locked


@pytest.fixture
def kept() -> Path:
    """The user's cache, which holds one entry of each of two kinds and a download."""
    root = location.roots()[0]
    for kind, about in (
        ("projections", "pca of 30 images (cnn1-1)"),
        ("photos", "3 photos of /x at 64x64, pad"),
    ):
        folder = root / kind
        folder.mkdir(parents=True, mode=0o700)
        arrays.write(folder / "one.npz", {"numbers": np.zeros(2_000_000, np.uint8)}, {}, about)
        for file in (folder / "one.npz", folder / "one.json"):
            os.utime(file, (1_700_000_000,) * 2)
    (root / "fashion-mnist").mkdir()
    (root / "fashion-mnist" / "images.gz").write_bytes(b"x" * 300_000)
    return root


def test_what_is_kept_is_listed(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    today, then = (time.strftime("%Y-%m-%d", time.localtime(seconds)) for seconds in (None, 1_700_000_000))
    assert lines == [
        "kind what size last used",
        f"fashion-mnist 0.3 MB {today}",
        f"photos 3 photos of /x at 64x64, pad 2.0 MB {then}",
        f"projections pca of 30 images (cnn1-1) 2.0 MB {then}",
        "",
        "3 entries, 4.3 MB of 20.0 GB",
        f"folder {kept}",
        "the environment variable CLOTHIER_CACHE_LIMIT sets the limit",
    ]


def test_an_empty_cache(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cache"]) == 0
    assert capsys.readouterr().out.startswith("0 entries, 0.0 MB of 20.0 GB\n")


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["cache", "--json"]) == 0
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


@pytest.mark.parametrize(
    ("kind", "left"), [("photos", ["fashion-mnist", "projections"]), ("all", ["fashion-mnist"])]
)
def test_what_is_cleared_is_gone(
    kept: Path, kind: str, left: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["cache", "--clear", kind]) == 0
    number = 3 - len(left)
    assert (
        capsys.readouterr().out
        == f"removed {number} {'entry' if number == 1 else 'entries'}, {2 * number}.0 MB\n"
    )
    content = listed(capsys)
    assert [entry["kind"] for entry in content["entries"]] == left
    assert content["limit"] == 20 * 10**9
    assert str(kept) in content["folders"]


def test_what_another_process_writes_stays(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked(kept / "photos" / "lock"):
        assert run(["cache", "--clear", "all"]) == 0
    output = capsys.readouterr()
    assert output.out == "removed 1 entry, 2.0 MB\n"
    assert output.err == "NOTE: 1 entry stayed, because another process is writing there\n"
    assert [entry["kind"] for entry in listed(capsys)["entries"]] == ["fashion-mnist", "photos"]


def test_a_wrong_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOTHIER_CACHE_LIMIT", "much")
    assert run(["cache"]) == 2
    assert capsys.readouterr().err == (
        "clothier: CLOTHIER_CACHE_LIMIT is 'much'; wanted a size in MB, GB or TB, such as '20 GB'\n"
    )
