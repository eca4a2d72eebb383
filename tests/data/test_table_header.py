from __future__ import annotations

import os
from pathlib import Path

import pytest

from clothier.data import table_header
from clothier.errors import DataError


def read(folder: Path, text: str) -> table_header.Header:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return table_header.read(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(DataError) as caught:
        read(folder, text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("header", "label", "path", "split", "pixels"),
    [
        ("label,pixel1,pixel2", 0, None, None, (1, 2)),
        ("pixel0;pixel1;class", 2, None, None, (0, 1)),
        ("label,1x1,1x2,2x1,2x2", 0, None, None, (1, 2, 3, 4)),
        ("label\t0\t1\t2\t3", 0, None, None, (1, 2, 3, 4)),
        ("label,a,b,c,d", 0, None, None, (1, 2, 3, 4)),
        ("path,label", 1, 0, None, ()),
        (" Split | Class Name | File-Name ", 1, 2, 0, ()),
        ('\ufeff"image","category"', 1, 0, None, ()),
        ("id,filename,path,class,label", 4, 2, None, ()),  # ours go before the others
        ("path,label,fold1", 1, 0, None, ()),
        ("path,label,1", 1, 0, None, ()),
    ],
)
def test_columns_are_found_by_their_names(
    header: str, label: int, path: int | None, split: int | None, pixels: tuple[int, ...], tmp_path: Path
) -> None:
    found = read(tmp_path, header + "\n1,2,3\n")
    assert (found.label, found.path, found.split, found.pixels) == (label, path, split, pixels)
    assert found.layout == ("paths" if path is not None else "pixels")


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("0,0,255,12", "give the table such a first line"),
        ("", "give the table such a first line"),
        ("name,colour", "give the table such a first line"),
        ("path,colour", "rename the column of the classes 'label'"),
        ("label,image_id", "rename the column of the file names 'path'"),
        ("colour,pixel1,pixel2", "name the column of the classes 'label'"),
    ],
)
def test_other_headers_are_refused_with_a_hint(header: str, hint: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, f"{header}\n1,2,3,4\n") == (
        f"{tmp_path / 't.csv'} begins with the header '{header or 'nothing'}'; wanted label,pixel1,pixel2,... or "
        f"path,label or path,label,split; {hint}"
    )


def test_two_columns_of_one_meaning(tmp_path: Path) -> None:
    for columns in ("class, category", "label, label"):
        assert refusal(tmp_path, f"path, {columns}\n") == (
            f"{tmp_path / 't.csv'} has several columns for the label: {columns}; "
            "wanted one; name the right one 'label' and rename the others"
        )


def test_columns_that_are_not_used(tmp_path: Path) -> None:
    assert read(tmp_path, "path,label\n").unused() == ""
    assert read(tmp_path, "label,pixel1,pixel2\n").unused() == ""
    assert read(tmp_path, ",label,a,path,b,c,d,e\n").unused() == (
        f"{tmp_path / 't.csv'}: columns that are not used: one without a name, a, b, c, d and 1 more"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError) as caught:
        table_header.read(tmp_path / "pipe.csv")
    assert str(caught.value) == (
        f"{tmp_path / 'pipe.csv'} is a pipe; wanted a file; save what it gives in one and name that"
    )
