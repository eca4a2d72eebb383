from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from clothier.data import contents

TIME = 315532800 * 10**9  # 1980-01-01, as reproducible archives have it


def stopped(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(TIME, TIME))


@pytest.mark.parametrize("size", [0, 1, 4096, 4097, 10**6])
def test_the_state_of_a_file_that_nobody_touches_stays(size: int, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    stopped(path, bytes(size))
    first = contents.state(path)
    assert first[0] == size
    assert contents.state(path) == first
    path.read_bytes()
    assert contents.state(path) == first


@pytest.mark.parametrize("size", [100, 10**5])
@pytest.mark.parametrize("way", ["in place", "another file", "a link"])
def test_it_changes_with_the_file_though_size_and_time_do_not(size: int, way: str, tmp_path: Path) -> None:
    path, other = tmp_path / "photo", tmp_path / "other"
    stopped(path, bytes(size))
    before = contents.state(path)
    changed = bytes([*range(10), *bytes(size - 10)])  # the same where a large file is sampled
    if way == "in place":
        stopped(path, changed)
    else:
        stopped(other, changed)
        path.unlink()
        if way == "a link":
            path.symlink_to(other)
        else:
            other.rename(path)
    assert path.stat().st_mtime_ns == TIME
    assert contents.state(path) != before


@pytest.mark.parametrize("place", [0.34, 0.67, 1.0])
def test_it_changes_with_a_sample_where_the_file_system_tells_nothing(
    place: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content, states = tmp_path / "photo", bytearray(50_000), []
    path.write_bytes(content)
    status = path.stat()
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(os, "stat", lambda _: status)
            states.append(contents.state(path))
        content[round(place * len(content)) - 1] = 9
        path.write_bytes(content)
    assert states[0] != states[1]


def test_what_is_no_readable_file_has_no_state(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # to open it would wait for ever
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("pipe", "folder", "link", "nothing"):
        assert contents.state(tmp_path / name) == (-1, b"")


def test_photos_have_digests_or_reasons_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(70)]
    for path in paths[1:]:
        path.write_text(path.name)
    told: list[tuple[str, int, int]] = []
    digests = list(contents.digests(paths, lambda *step: told.append(step)))
    assert digests[0] == "cannot be read (No such file or directory)"
    assert digests[1:] == [hashlib.sha256(path.name.encode()).hexdigest() for path in paths[1:]]
    assert told == [("checking photos", done, 70) for done in range(1, 71)]
