from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.data import LoadOptions, load
from clothier.errors import DataError
from clothier.values import Dataset

Save = Callable[..., Path]
Table = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path, save_picture: Save) -> Table:
    """table(splits, name, header): 10 photos of each of two classes a split listed, in tmp_path/photos.

    A photo of a shoe has an odd tone, one of a hat an even one.
    """

    def write(splits: Sequence[str] = ("",), name: str = "t.csv", header: str = "path,label") -> Path:
        lines = [header]
        for split in splits:
            for number in range(20):
                path = f"photos/{name}-{split}-{number}.png"
                save_picture(tmp_path / path, 10 * number + number % 2)
                lines.append(f"{path},{('hat', 'shoe')[number % 2]}" + (f",{split}" if split else ""))
        (tmp_path / name).write_text("\n".join(lines))
        return tmp_path / name

    return write


def loaded(source: str | Path, **options: Any) -> Dataset:
    chosen = LoadOptions(cache_dir=Path("cache"), image_size=(6, 8), **options)
    return load(f"csv:{source}", chosen)


def refusal(source: str | Path) -> str:
    with pytest.raises(DataError) as caught:
        loaded(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def edit(path: Path, row: int, line: str) -> Path:
    """Replace the row, counted from 1."""
    lines = path.read_text().split("\n")
    lines[row - 1] = line
    path.write_text("\n".join(lines))
    return path


def counts(dataset: Dataset) -> dict[str, list[int]]:
    return {name: np.bincount(split.labels).tolist() for name, split in dataset.splits().items()}


@pytest.mark.parametrize(("row", "column"), [("a\0b.png,hat", "path"), ("a.png,h\0at", "label")])
def test_a_null_byte_in_a_cell_is_named(tmp_path: Path, row: str, column: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"path,label\n{row}\n")
    assert refusal(file) == (
        f"{file}, row 2, column {column} holds a null byte; wanted text; save the table again"
    )


def test_a_table_without_splits_is_divided_in_three(table: Table) -> None:
    dataset = loaded(table())
    assert dataset.class_names == ("hat", "shoe")
    assert {name: len(split) for name, split in dataset.splits().items()} == {
        "train": 12,
        "validation": 4,
        "test": 4,
    }
    for split in dataset.splits().values():
        assert (split.images[:, 3, 4, 0] % 2 == split.labels).all()


def test_a_split_column_is_followed(table: Table) -> None:
    dataset = loaded(table(("train", "valid", "TEST"), header="Path,Label,Split"))
    assert counts(dataset) == {"train": [10, 10], "validation": [10, 10], "test": [10, 10]}
    without_test = loaded(table(("train", "val"), header="path,label,split"))
    assert counts(without_test) == {"train": [10, 10], "validation": [10, 10]}


def test_a_test_file_is_the_test_split(table: Table) -> None:
    dataset = loaded(f"{table()},{table(name='other.csv')}")
    assert counts(dataset) == {"train": [8, 8], "validation": [2, 2], "test": [10, 10]}


def test_columns_in_any_order(table: Table) -> None:
    path = table()
    turned = path.with_name("turned.csv")
    turned.write_text("\n".join(",".join(reversed(line.split(","))) for line in path.read_text().split("\n")))
    assert loaded(turned).fingerprint == loaded(path).fingerprint


def test_labels_are_any_text(table: Table) -> None:
    path = table()
    path.write_text(path.read_text().replace(",hat", ',"hat, ""large"" \N{SNOWMAN}"'), encoding="utf-8")
    assert loaded(path).class_names == ('hat, "large" \N{SNOWMAN}', "shoe")


def test_names_that_our_own_tables_shield_from_spreadsheets(table: Table) -> None:
    path = table()
    for row in range(2, 22):
        edit(
            path,
            row,
            path.read_text().split("\n")[row - 1].replace(",hat", ",'=1+1").replace(",shoe", ",'tis"),
        )
    assert loaded(path).class_names == ("'tis", "=1+1")


def test_unreadable_and_missing_photos(table: Table, tmp_path: Path) -> None:
    path = edit(table(), 5, "photos/none.png,hat")
    (tmp_path / "photos/t.csv--0.png").write_text("")
    message = refusal(path)
    assert "photos/none.png cannot be read (No such file or directory); " in message
    assert "photos/t.csv--0.png is empty; " in message
    assert sum(map(sum, counts(loaded(path, skip_bad=True, seed=1)).values())) == 18


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x.png,", "column label is missing; wanted a value; fill the cell"),
        (" ,hat", "column path is missing; wanted a value; fill the cell"),
        ("x.png", "has 1 cell; wanted 2, one for each column of the header"),
        ("x.png,hat,train", "has 3 cells; wanted 2, one for each column of the header"),
    ],
)
def test_a_wrong_row_is_named(line: str, words: str, table: Table) -> None:
    path = edit(table(), 7, line)
    assert refusal(path) == f"{path}, row 7{',' if words.startswith('column') else ''} {words}"


def test_an_unknown_split_is_named(table: Table) -> None:
    path = edit(table(("train",), header="path,label,split"), 4, "x.png,hat,dev")
    assert refusal(path) == f"{path}, row 4, column split is 'dev'; wanted train, validation or test"


def test_no_training_photos(table: Table) -> None:
    path = table(("test",), header="path,label,split")
    assert refusal(path) == f"{path} lists no photo of the train split; wanted some; correct its split column"


def test_a_photo_listed_twice(table: Table) -> None:
    path = edit(table(), 9, "photos/../photos/t.csv--3.png,hat")
    assert refusal(path) == (
        f"{path}, row 9 lists {path.parent / 'photos/../photos/t.csv--3.png'} again, first listed in {path}, row 5; "
        "remove one of them"
    )


def test_columns_by_other_names_and_further_ones(table: Table) -> None:
    plain = loaded(table())
    told: list[str] = []
    for header in ("file,class", "Image Path,category", "file_name,target", '"IMG","Class Name"'):
        assert loaded(edit(table(), 1, header)).fingerprint == plain.fingerprint
    path = table(("train",), header="filename,label,width")
    read = loaded(path, warn=told.append)
    assert sum(map(len, read.splits().values())) == 20
    assert told[0] == f"{path}: columns that are not used: width"


def test_other_marks_between_cells_and_backslashes(table: Table, tmp_path: Path) -> None:
    path = table()
    text = path.read_text()
    for mark in (";", "\t"):
        path.write_text(text.replace(",", mark).replace("photos/", "photos\\"), encoding="utf-8-sig")
        dataset = loaded(path)
        assert sum(map(len, dataset.splits().values())) == 20
        assert all(name.startswith("photos/") for name in dataset.train.files)
    (tmp_path / "photos/t.csv--0.png").rename(tmp_path / "a\\b.png")  # a name of its own, where that is one
    assert sum(map(len, loaded(edit(path, 2, "a\\b.png\that")).splits().values())) == 20


def test_numbers_as_labels_are_whole(table: Table) -> None:
    path = table()
    text = path.read_text()
    path.write_text(text.replace(",hat", ",10.0").replace(",shoe", ",9.0"))
    assert loaded(path).class_names == ("9", "10")
    path.write_text(text.replace(",hat", ",10.0").replace(",shoe", ",v1.0"))
    assert loaded(path).class_names == ("10.0", "v1.0")
    path.write_text(text.replace(",", ";").replace(";hat", ";10,0").replace(";shoe", ";9,00"))
    assert loaded(path).class_names == ("9", "10")
    path.write_text(text.replace(",", ";").replace(";hat", ";10,0").replace(";shoe", ";9,5"))
    assert loaded(path).class_names == ("10,0", "9,5")


def test_a_split_column_and_a_test_file(table: Table) -> None:
    path = table(("train",), header="path,label,split")
    assert refusal(f"{path},{table(name='other.csv')}") == (
        f"{path} has a split column and two files are given; wanted one or the other"
    )


def test_a_table_without_rows(table: Table) -> None:
    path = table(())
    assert refusal(path) == f"{path} has a header and no rows; wanted one row a photo; add them"
