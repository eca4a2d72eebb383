from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clothier.data import LoadOptions, photos
from clothier.data.cache.photos import Photo
from clothier.errors import DataError, InputError
from clothier.values import Dataset
from clothier.values.fingerprint import fingerprint

Save = Callable[..., Path]
Splits = dict[str, list[Photo]]
MakeSplits = Callable[..., Splits]
NAMES = ("hat", "shoe")


@pytest.fixture
def make_splits(tmp_path: Path, save_picture: Save) -> MakeSplits:
    """make_splits(train=20, ...): that many photos a split, half of them of each class; tone = 10 * number + label."""

    def make(**counts: int) -> Splits:
        return {
            split: [
                Photo(save_picture(tmp_path / split / f"{n}.png", 10 * n + n % 2), f"{split}/{n}.png", n % 2)
                for n in range(count)
            ]
            for split, count in counts.items()
        }

    return make


def load(splits: Splits, *, flat: bool = False, **options: Any) -> Dataset:
    chosen = LoadOptions(cache_dir=Path("cache"), image_size=(6, 8), **options)
    return photos.load("folder:x", photos.Listed(splits, NAMES, not flat), chosen, "stratified")


def sizes(dataset: Dataset) -> dict[str, int]:
    return {name: len(split) for name, split in dataset.splits().items()}


def test_a_flat_list_is_divided_in_three(make_splits: MakeSplits) -> None:
    dataset = load(make_splits(train=25), flat=True)
    assert sizes(dataset) == {"train": 16, "validation": 4, "test": 5}
    for split in dataset.splits().values():
        tones = split.images[:, 3, 4, 0]
        assert (tones % 10 == split.labels).all()


def test_images_are_named_by_their_files(make_splits: MakeSplits) -> None:
    splits = make_splits(train=20, validation=4)
    (splits["validation"][1].path).write_bytes(b"no picture")
    dataset = load(splits, skip_bad=True)
    assert dataset.train.files == tuple(photo.name for photo in splits["train"])
    assert dataset.split("validation").files == ("validation/0.png", "validation/2.png", "validation/3.png")


def test_what_is_brought_is_kept_and_what_is_not_is_held_out(make_splits: MakeSplits) -> None:
    assert sizes(load(make_splits(train=20, validation=4, test=6))) == {
        "train": 20,
        "validation": 4,
        "test": 6,
    }
    assert sizes(load(make_splits(train=20, validation=4))) == {"train": 20, "validation": 4}
    assert sizes(load(make_splits(train=20, test=6))) == {"train": 16, "validation": 4, "test": 6}
    assert sizes(load(make_splits(train=20, test=6), validation="none")) == {"train": 20, "test": 6}


def test_the_order_of_splits_does_not_matter(make_splits: MakeSplits) -> None:
    splits = make_splits(test=6, validation=4, train=20)
    assert load(splits).fingerprint == load(dict(reversed(splits.items()))).fingerprint


def test_a_choice_of_split_needs_photos_to_divide(make_splits: MakeSplits) -> None:
    with pytest.raises(InputError) as caught:
        load(make_splits(train=20, validation=4), validation="stratified")
    assert str(caught.value) == (
        "--validation stratified does not apply to folder:x, which has its own validation photos; leave it out"
    )


def test_the_fingerprint_is_that_of_the_arrays(make_splits: MakeSplits) -> None:
    splits = make_splits(train=20, test=6)
    first, second = load(splits), load(splits)
    assert first.fingerprint == second.fingerprint == fingerprint(first.splits(), NAMES)


def test_the_seed_moves_photos_between_splits(make_splits: MakeSplits) -> None:
    splits = make_splits(train=20)
    assert load(splits, seed=1).fingerprint != load(splits, seed=2).fingerprint


def test_unreadable_photos_are_listed_in_one_error(make_splits: MakeSplits) -> None:
    splits = make_splits(train=20, test=6)
    for number in (1, 4, 5, 6, 7, 8):
        splits["train"][number].path.write_text("")
    splits["test"][0].path.write_text("words")
    for _ in range(2):  # the second time from the cache
        with pytest.raises(DataError) as caught:
            load(splits, validation="none")
        assert str(caught.value) == (
            "folder:x has 7 unreadable pictures: train/1.png is empty; train/4.png is empty; train/5.png is empty; "
            "train/6.png is empty; train/7.png is empty; and 2 more; replace them, or leave them out with --skip-bad"
        )


def test_unreadable_photos_are_left_out_when_asked(make_splits: MakeSplits) -> None:
    splits = make_splits(train=20, test=6)
    splits["train"][3].path.write_text("")
    told: list[str] = []
    dataset = load(splits, validation="none", skip_bad=True, warn=told.append)
    assert told[-1] == "left out 1 unreadable picture: train/3.png is empty"
    assert sizes(dataset) == {"train": 19, "test": 6}
    assert (dataset.train.images[:, 3, 4, 0] % 10 == dataset.train.labels).all()
    assert dataset.fingerprint == fingerprint(dataset.splits(), NAMES)


def test_a_class_of_unreadable_photos_is_missed(make_splits: MakeSplits) -> None:
    splits = make_splits(train=2, test=2)
    splits["test"][1].path.write_text("")
    assert load(splits, validation="none", skip_bad=True).split("test").labels.tolist() == [0]
    splits["train"][1].path.write_text("")
    with pytest.raises(DataError, match="class 'shoe' has no image in the train split"):
        load(splits, validation="none", skip_bad=True)


def test_classes_are_checked_before_anything_is_decoded(make_splits: MakeSplits) -> None:
    with pytest.raises(DataError, match="class 'shoe' has no image in the train split"):
        load(make_splits(train=1, test=2))
    assert not Path("cache").exists()


def test_where_the_cache_lies_is_told_once(make_splits: MakeSplits) -> None:
    told: list[str] = []
    splits = make_splits(train=20)
    load(splits, warn=told.append)
    load(splits, warn=told.append)
    (sentence,) = told
    assert sentence.startswith("20 decoded photos are kept in cache/photos/")
    assert sentence.endswith(".npy (0.0 MB); it may be deleted")


def test_without_a_size_photos_are_64_by_64(make_splits: MakeSplits) -> None:
    options = LoadOptions(cache_dir=Path("cache"))
    splits = make_splits(train=20, validation=2)
    dataset = photos.load("folder:x", photos.Listed(splits, NAMES, True), options, "stratified")
    assert dataset.image_shape == (64, 64, 3)
    assert np.unique(dataset.train.images[:, 0]).tolist() == [255]  # 24 x 18 pictures: white above and below


def test_truncated_photos_are_told_and_read_as_far_as_possible(make_splits: MakeSplits) -> None:
    splits = make_splits(train=20)
    noise = np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(splits["train"][3].path, "JPEG")
    content = splits["train"][3].path.read_bytes()
    splits["train"][3].path.write_bytes(content[:-1000])
    for _ in range(2):  # decoded, and from the cache
        told: list[str] = []
        assert sizes(load(splits, warn=told.append))["train"] == 16
        assert told[-1].startswith("read 1 picture only in part: train/3.png (")
        assert told[-1].endswith(" % of the picture is missing)")
