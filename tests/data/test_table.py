from __future__ import annotations

from pathlib import Path

import pytest

from clothier.data import LoadOptions, load
from clothier.errors import DataError

PIXELS = "label,pixel1,pixel2,pixel3,pixel4\n" + "".join(f"{n % 2},{n},0,0,{n}\n" for n in range(20))


def refusal(argument: str | Path) -> str:
    with pytest.raises(DataError) as caught:
        load(f"csv:{argument}")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_comma_may_be_part_of_the_name(tmp_path: Path) -> None:
    (tmp_path / "a,b.csv").write_text(PIXELS)
    assert load(f"csv:{tmp_path / 'a,b.csv'}").class_names == ("0", "1")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing, binary = tmp_path / "none.csv", tmp_path / "binary.csv"
    binary.write_bytes(b"label,pixel1\n\xff\xfe".replace(b"label", b"\xff"))
    assert refusal(missing) == (
        f"cannot read {missing}: No such file or directory; wanted csv:FILE or csv:FILE,TEST_FILE"
    )
    assert refusal(binary).startswith(f"{binary} is not a CSV file in UTF-8 (")
    assert refusal(tmp_path).startswith(f"cannot read {tmp_path}: Is a directory; ")


def test_one_table_is_not_both(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(PIXELS)
    assert refusal(f"{path},{path}") == (
        f"{path} is given as training and as test data; wanted two files, or the one alone"
    )


def test_columns_that_are_not_used_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(PIXELS.replace("label,", "id,label,").replace("\n", "\n7,").removesuffix("7,"))
    told: list[str] = []
    plain = tmp_path / "b.csv"
    plain.write_text(PIXELS)
    dataset = load(f"csv:{path}", LoadOptions(warn=told.append))
    assert dataset.fingerprint == load(f"csv:{plain}").fingerprint
    assert told == [f"{path}: columns that are not used: id"]


def test_two_tables_of_different_kinds(tmp_path: Path) -> None:
    pixels, paths = tmp_path / "a.csv", tmp_path / "b.csv"
    pixels.write_text(PIXELS)
    paths.write_text("path,label\nx.png,hat\n")
    assert (
        refusal(f"{pixels},{paths}")
        == f"{pixels} holds pixels and {paths} paths; wanted two tables of one kind"
    )
