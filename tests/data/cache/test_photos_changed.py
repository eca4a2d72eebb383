"""Photos that changed, or may have: which are decoded anew, and which are not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from support.photo_cache import TIME, Save, Splits, decoded, kept

from clothier import photo
from clothier.data import contents
from clothier.data.cache import photos as cache
from clothier.data.cache.photos import DecodedPhotos
from clothier.errors import DataError


def test_another_size_crop_order_or_split_is_decoded_anew(splits: Splits, tmp_path: Path) -> None:
    turned = {"train": splits["train"][::-1], "test": splits["test"]}
    moved = {"train": splits["train"][:-1], "test": [splits["train"][-1], *splits["test"]]}
    paths = {
        decoded(splits, tmp_path).path,
        decoded(splits, tmp_path, size=(10, 8)).path,
        decoded(splits, tmp_path, crop="centre").path,
        decoded(turned, tmp_path).path,
        decoded(moved, tmp_path).path,
    }
    assert len(paths) == 5
    assert decoded(moved, tmp_path).images["test"].shape == (6, 8, 10, 3)


def test_a_changed_file_is_decoded_anew(splits: Splits, tmp_path: Path, save_picture: Save) -> None:
    before = decoded(splits, tmp_path)
    save_picture(splits["train"][3].path, 250)
    after = decoded(splits, tmp_path)
    assert after.is_new
    changed = (before.images["train"] != after.images["train"]).any(axis=(1, 2, 3))
    assert np.flatnonzero(changed).tolist() == [3]


def test_a_file_that_becomes_readable_is_decoded(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, read, state = splits["train"][3].path, photo.bytes_of, contents.state

    def refuse(path: Path) -> bytes:
        if path == locked:
            raise DataError("cannot be read (Permission denied)")
        return read(path)

    with monkeypatch.context() as patch:  # as file permissions would, which do not bind root
        patch.setattr(contents, "state", lambda path: (-1, b"") if path == locked else state(path))
        patch.setattr(photo, "bytes_of", refuse)
        for _ in range(2):
            assert decoded(splits, tmp_path).left_out == {"train/3.png": "cannot be read (Permission denied)"}
    assert decoded(splits, tmp_path).left_out == {}


def stop_clocks(splits: Splits) -> None:
    """Give all photos one size, as uncompressed ones of one shape have, and one time."""
    for photos in splits.values():
        for entry in photos:
            Image.open(entry.path).save(entry.path, "BMP")
            os.utime(entry.path, ns=TIME)


def copied(splits: Splits, root: Path, other: Path, change: Callable[[Image.Image], Image.Image]) -> Splits:
    """The same names, sizes and times in the folder `other`, with changed pixels."""
    copies: Splits = {}
    for name, photos in splits.items():
        copies[name] = []
        for entry in photos:
            path = other / entry.path.relative_to(root)
            path.parent.mkdir(parents=True, exist_ok=True)
            change(Image.open(entry.path)).save(path, "BMP")
            os.utime(path, ns=TIME)
            copies[name].append(replace(entry, path=path))
    return copies


def right(result: DecodedPhotos, splits: Splits) -> bool:
    return all(
        np.array_equal(
            result.images[name], np.stack([photo.read(entry.path, (8, 10))[0] for entry in photos])
        )
        for name, photos in splits.items()
    )


def test_other_photos_of_equal_names_sizes_and_times_are_decoded(splits: Splits, tmp_path: Path) -> None:
    stop_clocks(splits)
    copies = copied(splits, tmp_path, tmp_path / "copy", ImageOps.invert)
    first, second = decoded(splits, tmp_path), decoded(copies, tmp_path)
    assert second.is_new
    assert right(first, splits)
    assert right(second, copies)
    assert first.digests["train"] != second.digests["train"]
    again = decoded(splits, tmp_path), decoded(copies, tmp_path)
    assert [found.path for found in again] == [first.path, second.path]


def test_a_copy_with_equal_content_is_not_decoded_again(splits: Splits, tmp_path: Path) -> None:
    stop_clocks(splits)
    copies = copied(splits, tmp_path, tmp_path / "copy", lambda image: image)
    first, steps = decoded(splits, tmp_path), []
    for _ in range(2):  # the second time it is known by its state
        found = cache.decoded(
            copies, (8, 10), "pad", [tmp_path / "kept"], lambda *step: steps.append(step[0])
        )
        assert (found.is_new, found.path) == (False, first.path)
    assert steps == ["checking photos"] * sum(map(len, splits.values()))
    cache.decoded(splits, (8, 10), "pad", [tmp_path / "kept"], lambda *step: steps.append(step[0]))
    assert steps == ["checking photos"] * sum(map(len, splits.values()))


@pytest.mark.parametrize("way", ["in place", "swapped", "link"])
def test_a_photo_that_is_another_under_the_same_name_size_and_time(
    way: str, splits: Splits, tmp_path: Path
) -> None:
    stop_clocks(splits)
    before = decoded(splits, tmp_path)
    one, other = splits["train"][3].path, splits["train"][4].path  # of two classes
    if way == "in place":
        one.write_bytes(other.read_bytes())
    elif way == "swapped":
        content = one.rename(tmp_path / "aside")
        other.rename(one)
        content.rename(other)
    else:
        one.unlink()
        one.symlink_to(other)
    os.utime(one, ns=TIME)
    after = decoded(splits, tmp_path)
    assert after.is_new
    assert right(after, splits)
    changed = (before.images["train"] != after.images["train"]).any(axis=(1, 2, 3))
    assert np.flatnonzero(changed).tolist() == ([3, 4] if way == "swapped" else [3])


def test_inodes_that_change_cost_a_check_and_no_more(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on network mounts; many of them, so that the manifest would grow."""
    first = decoded(splits, tmp_path)
    state, mounts = contents.state, iter(range(100))
    for _ in range(20):
        mount = next(mounts)

        def remounted(path: Path, mount: int = mount) -> tuple[int, bytes]:
            size, seen = state(path)
            return size, seen if path.suffix == ".npy" else seen + bytes([mount])

        monkeypatch.setattr(contents, "state", remounted)
        again = decoded(splits, tmp_path)
        assert (again.is_new, again.path) == (False, first.path)
    assert len(json.loads(first.path.with_suffix(".json").read_text())["states"]) == 8
    assert kept(tmp_path) == [".json", ".npy"]


def test_a_photo_that_gets_colour_while_photos_are_read(
    splits: Splits, tmp_path: Path, save_picture: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    for photos in splits.values():
        for number, entry in enumerate(photos):
            save_picture(entry.path, number, mode="L")
    read = contents.read

    def late(path: Path) -> tuple[bytes | None, str]:
        if path == splits["test"][2].path:
            save_picture(path, 200)
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(contents, "read", late)
        with pytest.raises(DataError) as caught:
            decoded(splits, tmp_path)
    assert str(caught.value) == (
        "test/2.png was changed while photos were read; start again when nothing writes to it"
    )
    assert kept(tmp_path) == []
    assert decoded(splits, tmp_path).images["test"].shape == (5, 8, 10, 3)
