"""Groups of images that stay in one split: by folders, expressions and columns."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.class_folders import Save, loaded, told

from clothier.data import LoadOptions, load
from clothier.errors import ClothierError
from clothier.values import Dataset

EXPRESSION = r"/p([0-9]+)_"


@pytest.fixture
def series(tmp_path: Path, save_picture: Save) -> Path:
    """Six products of each of two classes, four photos of each, in folders of their own and with numbers in their
    names: photos/hat/item3/p3_1.png."""
    picture = save_picture(tmp_path / "one.png", 100)
    for product in range(12):
        place = tmp_path / "photos" / ("hat", "shoe")[product % 2] / f"item{product}"
        place.mkdir(parents=True)
        for shot in range(4):
            shutil.copy(picture, place / f"p{product}_{shot}.png")
    return tmp_path / "photos"


def in_splits(dataset: Dataset) -> dict[str, set[str]]:
    return {name: {Path(file).parent.name for file in s.files} for name, s in dataset.splits().items()}


def refusal(source: str, **options: Any) -> str:
    with pytest.raises(ClothierError) as caught:
        load(source, LoadOptions(cache_dir=Path("cache"), **options))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("group", ["folder", EXPRESSION])
def test_all_photos_of_a_product_are_in_one_split(group: str, series: Path) -> None:
    dataset = loaded(series, group=group)
    found = in_splits(dataset)
    assert sorted(found) == ["test", "train", "validation"]
    assert sum(map(len, found.values())) == 12
    for split in dataset.splits().values():
        assert set(split.labels) == {0, 1}
    assert dataset.reading.options["group"] == group
    again = load(dataset.reading.source, LoadOptions.from_json(dataset.reading.options))
    assert in_splits(again) == found
    shared = in_splits(loaded(series))
    assert shared["train"] & shared["validation"]  # without groups a product is on both sides


def test_how_many_groups_there_are_is_told(series: Path) -> None:
    (series / "hat" / "item0" / "p0_0.png").rename(series / "hat" / "alone.png")
    photos = f"folder:{series}: 47 images in 12 groups by"
    assert (
        f"{photos} folder, each of them in one split; an image without one is a group by itself (1 image)"
        in told(series, group="folder")
    )
    assert any(line.startswith(f"{photos} {EXPRESSION}, each") for line in told(series, group=EXPRESSION))


def test_groups_that_cannot_be_are_refused(series: Path) -> None:
    source = f"folder:{series}"
    wanted = (
        "wanted folder, a regular expression whose first group is the product, such as '([0-9]+)_', or a table's "
        "column"
    )
    assert refusal(source, group="sku(x)") == (
        f"--group sku(x) finds no group in the 48 images of {source}, such as hat/item0/p0_0.png; {wanted}"
    )
    assert refusal(source, group="^([a-z]+)/") == (
        "too few groups to have each class in 3 splits: 'hat' has 1 group in 24 images, 'shoe' has 1 group in 24 "
        "images; wanted 3 or more; add images of others, group by something finer, or bring splits of your own"
    )
    assert refusal(source, group="sku") == f"--group is 'sku', and {source} is no table; {wanted}"
    assert refusal(source, group="p([0-9]") == (
        "group is 'p([0-9]', no regular expression (missing ), unterminated subpattern at position 1); "
        + wanted
    )
    assert refusal(source, group="(?:p)") == f"group is '(?:p)', an expression without a group; {wanted}"
    assert refusal(source, group="folder", validation="article") == (
        "--group does not apply to --validation article, which divides images one by one; wanted stratified"
    )
    assert refusal("generated:60", group="folder") == (
        "--group does not apply to generated, whose images have neither files nor a table; leave it out"
    )
    assert refusal("generated:60", group="folder", resplit=True) == (
        "--group does not apply to --resplit, which divides images one by one; leave one out"
    )


def test_splits_that_the_source_brings_may_not_share_a_group(series: Path) -> None:
    root = series.parent / "divided"
    for item, split in (("hat/item0", "validation"), ("shoe/item1", "validation")):
        (root / split / item).parent.mkdir(parents=True)
        (series / item).rename(root / split / item)
    series.rename(root / "train")
    whole = loaded(root, group="folder")
    assert in_splits(whole)["validation"] == {"item0", "item1"}
    (root / "train" / "hat" / "item0").mkdir()
    shot = root / "validation" / "hat" / "item0" / "p0_3.png"
    shot.rename(root / "train" / "hat" / "item0" / "p0_3.png")
    assert refusal(f"folder:{root}", group="folder") == (
        f"folder:{root} brings its own splits, and 1 of 12 groups are in two of them, such as 'hat/item0' in train and "
        "validation; wanted each in one; move the images, or leave --group out"
    )


def test_a_column_of_a_table_of_photos(series: Path) -> None:
    table = series.parent / "t.csv"
    rows = [
        f"{path.relative_to(series.parent)},{path.parts[-3]},{path.parts[-2]}"
        for path in sorted(series.rglob("*.png"))
    ]
    table.write_text("\n".join(["path,label,Product", *rows]))
    said: list[str] = []
    options = LoadOptions(cache_dir=Path("cache"), image_size=(6, 8), group="product", warn=said.append)
    found = in_splits(load(f"csv:{table}", options))
    assert sum(map(len, found.values())) == 12
    assert said[0] == f"csv:{table}: 48 images in 12 groups by product, each of them in one split"
    assert refusal(f"csv:{table}", group="sku") == (
        f"--group is 'sku', and {table} has no such column; it has: path, label, product; wanted folder, a regular "
        "expression whose first group is the product, such as '([0-9]+)_', or a table's column"
    )


def test_a_column_of_a_table_of_pixels(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    lines = [f"{row // 3 % 2},{row},{row // 3},0,0,0" for row in range(60)]
    table.write_text("\n".join(["label,pixel1,sku,pixel2,pixel3,pixel4", *lines]))
    dataset = load(f"csv:{table}", LoadOptions(group="sku"))
    found = {name: set((s.images[:, 0, 0, 0] // 3).tolist()) for name, s in dataset.splits().items()}
    assert {name: len(groups) for name, groups in found.items()} == {"train": 12, "validation": 4, "test": 4}
    assert len(set.union(*found.values())) == 20
    for split in dataset.splits().values():
        assert np.bincount(split.labels).tolist() == [len(split) // 2] * 2
    assert refusal(f"csv:{table}", group="folder") == (
        f"--group is 'folder', and the images of {table} are pixels; wanted a column"
    )
