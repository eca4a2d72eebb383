from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from support.embeddings import blobs

from clothier import embed
from clothier.data.cache import arrays, entries, location
from clothier.errors import InputError
from clothier.system.locks import locked

DAY = 86_400


def keep(
    root: Path, name: str, *, kind: str = "projections", days: float = 0, num_bytes: int = 50_000
) -> Path:
    """An entry of about so many bytes, used so many days ago."""
    path = root / kind / f"{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arrays.write(path, {"numbers": np.zeros(num_bytes, np.uint8)}, {}, f"{name} in words")
    for file in (path, path.with_suffix(".json")):
        os.utime(file, (time.time() - days * DAY,) * 2)
    return path


def test_entries_come_last_used_first_with_their_words_and_sizes(tmp_path: Path) -> None:
    keep(tmp_path, "old", days=3)
    new = keep(tmp_path, "new", kind="photos", days=1)
    (tmp_path / "fashion-mnist" / "raw").mkdir(parents=True)
    (tmp_path / "fashion-mnist" / "raw" / "images.gz").write_bytes(b"x" * 70)
    found = entries.entries([tmp_path, tmp_path / "not there"])
    assert [(entry.kind, entry.about) for entry in found] == [
        ("fashion-mnist", ""),
        ("photos", "new in words"),
        ("projections", "old in words"),
    ]
    assert found[0].num_bytes == 70
    assert found[1].num_bytes == new.stat().st_size + new.with_suffix(".json").stat().st_size
    assert set(found[1].files) == {new, new.with_suffix(".json")}


def test_reading_counts_as_use(tmp_path: Path) -> None:
    keep(tmp_path, "first", days=5)
    keep(tmp_path, "second", days=4)
    assert arrays.read(tmp_path / "projections" / "first.npz") is not None
    assert [entry.about for entry in entries.entries([tmp_path])] == ["first in words", "second in words"]


def test_what_a_killed_process_left_is_an_entry_without_words(tmp_path: Path) -> None:
    keep(tmp_path, "whole")
    (tmp_path / "projections" / ".whole.npz.abc.tmp").write_bytes(b"x" * 10)
    left = [entry for entry in entries.entries([tmp_path]) if not entry.about]
    assert [entry.num_bytes for entry in left] == [10]
    assert left[0].remove()
    assert len(entries.entries([tmp_path])) == 1


def test_nothing_is_removed_while_another_writes(tmp_path: Path) -> None:
    path = keep(tmp_path, "busy")
    (entry,) = entries.entries([tmp_path])
    with locked(path.parent / "lock"):
        assert not entry.remove()
        assert path.exists()
    assert entry.remove()
    assert entries.entries([tmp_path]) == []


def test_trimming_removes_what_was_not_used_for_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(entries.VARIABLE, "0.11 MB")
    for days in (4, 3, 2, 1):
        keep(tmp_path, f"used{days}", days=days)
    downloaded = tmp_path / "fashion-mnist" / "images.gz"
    downloaded.parent.mkdir()
    downloaded.write_bytes(b"x" * 5_000)
    os.utime(downloaded, (0, 0))
    told: list[str] = []
    entries.trim(tmp_path, told.append)
    assert [entry.about for entry in entries.entries([tmp_path]) if entry.about] == [
        "used1 in words",
        "used2 in words",
    ]
    assert downloaded.exists()
    day = time.strftime("%Y-%m-%d", time.localtime(time.time() - 3 * DAY))
    assert told == [
        f"the cache {tmp_path} held more than 0.1 MB, so 2 entries (0.1 MB) unused since {day} went; "
        "CLOTHIER_CACHE_LIMIT sets the limit"
    ]
    entries.trim(tmp_path, told.append)
    assert len(told) == 1


def test_what_was_used_last_stays_however_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(entries.VARIABLE, "0 MB")
    keep(tmp_path, "large")
    entries.trim(tmp_path, lambda sentence: None)
    assert len(entries.entries([tmp_path])) == 1


def test_what_is_kept_anew_makes_room_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    root = location.roots()[0]
    keep(root, "old", days=2, num_bytes=2_000_000)
    monkeypatch.setenv(entries.VARIABLE, "1 MB")
    told: list[str] = []
    embed.cached(blobs(30), "pca", warn=told.append)
    assert [entry.about for entry in entries.entries([root])] == ["pca of 30 images (blobs)"]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "num_bytes"), [("20 GB", 20 * 10**9), ("0.5mb", 500_000), ("2 TB", 2 * 10**12), ("", 20 * 10**9)]
)
def test_limits(text: str, num_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(entries.VARIABLE, text)
    assert entries.limit() == num_bytes


@pytest.mark.parametrize("text", ["20", "much", "-1 GB", "1 KB"])
def test_what_is_no_limit(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(entries.VARIABLE, text)
    with pytest.raises(InputError) as caught:
        entries.limit()
    assert str(caught.value) == (
        f"CLOTHIER_CACHE_LIMIT is '{text}'; wanted a size in MB, GB or TB, such as '20 GB'"
    )
