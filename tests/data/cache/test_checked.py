"""Each file of each cache, with a byte flipped at a hundred seeded places: noticed and made anew, or without effect."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.photo_cache import Save

from clothier.data.cache import arrays, checked, location
from clothier.data.cache import photos as cache
from clothier.data.cache.photos import Photo
from clothier.data.cache.rows import RowFile
from clothier.values import Tell

Get = Callable[
    [Path, Tell], Any
]  # what is kept in the folder, made if need be; `Tell` is told what is damaged


def _photos(pictures: Path, save_picture: Save) -> Get:
    splits = {
        split: [Photo(save_picture(pictures / f"{split}.png", seed), split, 0)]
        for seed, split in enumerate(("train", "test"))
    }

    def get(folder: Path, tell: Tell) -> Any:
        made = cache.decoded(splits, (8, 10), "pad", [folder], lambda *_: None, tell)
        images = {name: images.tolist() for name, images in made.images.items()}
        return images, made.digests, made.left_out, made.truncated

    return get


def _rows(folder: Path, tell: Tell) -> Any:
    rows = RowFile(folder / "x.float16", 3, np.float16, "ten rows")
    if rows.damaged:
        location.tell_damaged(rows.damaged, tell)
    while rows.num_rows < 10:
        start = rows.num_rows
        rows.append([np.arange(6.0).reshape(2, 3) + start])
    return rows.mapped().tolist()


def _arrays(folder: Path, tell: Tell) -> Any:
    found = location.find([folder], lambda place: arrays.read(place / "x.npz"), tell)
    if found is None:
        found = {"numbers": np.arange(12.0), "words": np.array(["a", "b"])}
        arrays.write(folder / "x.npz", found, {"method": "none"}, "two arrays")
    return {name: array.tolist() for name, array in found.items()}


@pytest.mark.parametrize("kind", ["photos", "rows", "arrays"])
def test_a_flipped_byte_changes_nothing_that_is_given(
    kind: str, tmp_path: Path, save_picture: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # a disk takes longer for it than all else here
    get = {"photos": _photos(tmp_path, save_picture), "rows": _rows, "arrays": _arrays}[kind]
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o700)
    whole = get(folder, pytest.fail)
    files = {
        path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != "" and path.stem != "lock"
    }
    assert len(files) == 2
    rng = np.random.default_rng(1)
    for name, content in files.items():
        silent = 0
        for place in rng.integers(0, len(content), 100):
            for other, as_written in files.items():
                (folder / other).write_bytes(as_written)
                (folder / other).chmod(0o600)
            flipped = bytearray(content)
            flipped[place] ^= int(rng.integers(1, 256))
            (folder / name).write_bytes(flipped)
            told: list[str] = []
            assert get(folder, told.append) == whole, (name, place)
            silent += not told
            assert told == [] or told[0].startswith(f"{folder}/"), told
            assert len(told) <= 1
        # Of a manifest, some bytes are spaces between the fields, or the name of its digest.
        assert silent == 0 or (name.endswith(".json") and silent < 60), (name, silent)


def test_blocks_are_counted_up_to_the_first_that_is_another(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"head" + b"a" * 10 + b"b" * 20)
    blocks = [(10, hashlib.sha256(b"a" * 10).hexdigest()), (20, hashlib.sha256(b"b" * 20).hexdigest())]
    assert checked.num_whole(path, blocks, skipped=4) == 2
    assert checked.num_whole(path, blocks) == 0
    os.truncate(path, 33)
    assert checked.num_whole(path, blocks, skipped=4) == 1
    assert checked.num_whole(tmp_path / "missing", blocks) == 0


def test_a_sector_that_cannot_be_read_is_a_damaged_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a")

    def broken(*_: object) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(checked, "_digest", broken)
    assert checked.num_whole(path, [(1, "")]) == 0


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    assert checked.num_whole(tmp_path / "x", [(1, "")]) == 0
