from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from clothier.data import LoadOptions, load, table_header, table_pixels
from clothier.data.table_pixels import Rows
from clothier.errors import DataError, InputError

HEADER = ["label", *(f"pixel{number}" for number in range(1, 5))]


@pytest.fixture(params=["\n", "\r\n"])
def newline(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def rows_of(num_images: int, pixels: int = 4, seed: int = 0) -> Rows:
    rows = np.random.default_rng(seed).integers(0, 256, (num_images, 1 + pixels), dtype=np.uint8)
    rows[:, 0] = np.arange(num_images) % 3
    return rows


def write(
    path: Path, rows: Rows, newline: str = "\n", cells: dict[tuple[int, int], str] | None = None
) -> Path:
    """`cells` replaces cells of `rows` by (row, column)."""
    lines = [[str(cell) for cell in row] for row in rows.tolist()]
    for (row, column), cell in (cells or {}).items():
        lines[row][column] = cell
    header = ["label", *(f"pixel{number}" for number in range(1, rows.shape[1]))]
    path.write_text(newline.join(",".join(line) for line in [header, *lines]) + newline, newline="")
    return path


def in_two_files(folder: Path, rows: Rows, newline: str = "\n") -> str:
    """The source whose training and test data are both `rows`."""
    return f"csv:{write(folder / 'train.csv', rows, newline)},{write(folder / 'test.csv', rows, newline)}"


def refusal(path: Path | str) -> str:
    with pytest.raises(DataError) as caught:
        load(f"csv:{path}")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("pixels", "shape"), [(4, (2, 2, 1)), (784, (28, 28, 1)), (12, (2, 2, 3)), (3, (1, 1, 3))]
)
def test_there_and_back(pixels: int, shape: tuple[int, int, int], newline: str, tmp_path: Path) -> None:
    rows = rows_of(30, pixels)
    dataset = load(in_two_files(tmp_path, rows, newline), LoadOptions(validation="none"))
    assert dataset.train.images.shape == (30, *shape)
    assert np.array_equal(dataset.train.images.reshape(30, -1), rows[:, 1:])
    assert np.array_equal(dataset.train.labels, rows[:, 0])
    assert dataset.class_names == ("0", "1", "2")


def test_colour_channels_lie_side_by_side(tmp_path: Path) -> None:
    rows = np.array([[0, *range(12)], [1, *range(12)]], dtype=np.uint8)
    images = load(in_two_files(tmp_path, rows), LoadOptions(validation="none")).train.images
    assert images[0].tolist() == [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]]


def test_one_file_is_divided_in_three(tmp_path: Path) -> None:
    rows = rows_of(75)
    dataset = load(f"csv:{write(tmp_path / 't.csv', rows)}")
    assert {name: np.bincount(part.labels).tolist() for name, part in dataset.splits().items()} == {
        "train": [16, 16, 16],
        "validation": [4, 4, 4],
        "test": [5, 5, 5],
    }
    images = np.concatenate([part.images.reshape(-1, 4) for part in dataset.splits().values()])
    assert sorted(images.tolist()) == sorted(rows[:, 1:].tolist())


def test_the_articles_rows_are_those_of_the_file(tmp_path: Path) -> None:
    from sklearn.model_selection import train_test_split

    rows = rows_of(50)
    dataset = load(in_two_files(tmp_path, rows), LoadOptions(validation="article"))
    _, validation = train_test_split(rows, test_size=0.2, random_state=13)
    assert np.array_equal(dataset.split("validation").images.reshape(-1, 4), validation[:, 1:])


def test_quoted_and_spaced_cells_are_numbers_too(tmp_path: Path) -> None:
    rows = rows_of(30)
    plain = write(tmp_path / "plain.csv", rows)
    quoted = write(
        tmp_path / "quoted.csv", rows, cells={(3, 2): f'"{rows[3, 2]}"', (4, 0): f" {rows[4, 0]} "}
    )
    with_mark = tmp_path / "mark.csv"
    with_mark.write_text(plain.read_text() + "\n\n", encoding="utf-8-sig")
    for path in (quoted, with_mark):
        assert np.array_equal(table_pixels.read(table_header.read(path)), rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "order", [[0, 1, 2, 3, 4], [1, 2, 3, 4, 0], [0, 5, 1, 2, 6, 3, 4], [5, 4, 3, 2, 1, 0]]
)
@pytest.mark.parametrize("cell", ["{}", "{}.0", '"{}"', '"{}.0"', " {}. "])
def test_tables_as_other_programs_write_them(
    delimiter: str, order: list[int], cell: str, tmp_path: Path
) -> None:
    """Cells between other marks, columns in another order and further ones, whole numbers with a point."""
    rows = rows_of(30)
    names, texts = [*HEADER, "name", ""], ["a; b, c", "1e9"]
    path, quoted = tmp_path / "t.csv", '"a; b, c"'
    lines = [delimiter.join(f'"{names[place]}"' for place in order)]
    for row in rows.tolist():
        cells = [*map(cell.format, row), quoted, texts[1]]
        lines.append(delimiter.join(cells[place] for place in order))
    path.write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    read = table_pixels.read(table_header.read(path))
    pixels = [place for place in order if 1 <= place <= 4]
    assert np.array_equal(read, rows[:, [0, *pixels]])


def test_rows_of_another_length_are_named_where_columns_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for row in ("1,7,0,0,0,0,0", "1,7,0,0,0", '1,"7","8",0,0,0,0'):
        path.write_text(f"label,id,{','.join(HEADER[1:])}\n0,7,1,2,3,4\n{row}\n")
        assert refusal(path) == (
            f"{path}, row 3 has {row.count(',') + 1} cells; wanted 6, one for each column of the header"
        )


def test_labels_from_one(tmp_path: Path) -> None:
    rows = rows_of(100)
    rows[:, 0] = 1 + np.arange(100) % 10
    named = load(f"csv:{write(tmp_path / 'fashion-mnist_train.csv', rows)}", LoadOptions(validation="none"))
    assert named.class_names[:2] == ("T-shirt/top", "Trouser")
    unnamed = load(f"csv:{write(tmp_path / 't.csv', rows)}", LoadOptions(validation="none"))
    assert unnamed.class_names == tuple(map(str, range(1, 11)))
    assert np.array_equal(named.train.labels, unnamed.train.labels)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "is missing"),
        ("  ", "is missing"),
        ("x", "is 'x'"),
        ("256", "is '256'"),
        ("-1", "is '-1'"),
        ("1.5", "is '1.5'"),
        ("1.05", "is '1.05'"),
        (".0", "is '.0'"),
        ("256.0", "is '256.0'"),
        ("1e2", "is '1e2'"),
        ("nan", "is 'nan'"),
        ("1_0", "is '1_0'"),
        ("\u0663", "is '\u0663'"),  # a digit, but not one of 0 to 9
        ("9" * 5000, f"is '{'9' * 20}'"),
    ],
)
@pytest.mark.parametrize("column", [0, 2])
def test_a_wrong_cell_is_named(cell: str, words: str, column: int, newline: str, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", rows_of(30), newline, cells={(17, column): cell})
    assert refusal(path) == (
        f"{path}, row 19, column {HEADER[column]} {words}; wanted a whole number from 0 to 255; correct the cell"
    )


def test_rows_of_another_length_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", rows_of(30), cells={(4, 1): "1,2"})
    assert refusal(path) == f"{path}, row 6 has 6 cells; wanted 5, one for each column of the header"
    path.write_text("label,pixel1,pixel2,pixel3,pixel4\n0,1,2,3\n1,1,2,3\n")  # all as long as each other
    assert refusal(path) == f"{path}, row 2 has 4 cells; wanted 5, one for each column of the header"


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", rows_of(30))
    path.write_text(path.read_text()[:-9])
    assert refusal(path).startswith(f"{path}, row 31")


def test_a_table_without_rows(tmp_path: Path) -> None:
    for ending in ("", "\n", "\n\n"):
        (tmp_path / "t.csv").write_text(",".join(HEADER) + ending)
        assert refusal(tmp_path / "t.csv") == (
            f"{tmp_path / 't.csv'} has a header and no rows; wanted one row an image; add them"
        )


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", rows_of(30))
    path.write_bytes(path.read_bytes() + b"\xff,1,2,3,4\n")
    assert refusal(path).startswith(f"{path} is not a CSV file in UTF-8 (")


def test_a_number_of_pixels_that_makes_no_square(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", rows_of(3, pixels=5))
    assert refusal(path) == (
        f"{path} has 5 pixel columns; wanted a square number (grey) or three times one (colour), "
        "such as 784 = 28 x 28; check its header"
    )


def test_two_files_of_different_shapes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.csv", rows_of(30)), write(tmp_path / "b.csv", rows_of(30, pixels=12))
    assert refusal(f"{first},{second}") == (
        f"{first} and {second} have (2, 2, 1) and (2, 2, 3) pixels; wanted as many"
    )


def test_labels_outside_the_classes(tmp_path: Path) -> None:
    train = write(tmp_path / "fashion-mnist_train.csv", rows_of(30), cells={(4, 0): "10"})
    assert refusal(train) == (
        f"{train}, row 6, column label: label 10 is outside the classes; wanted one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; "
        "correct the label, or name all classes"
    )
    train = write(tmp_path / "train.csv", rows_of(30))
    test = write(tmp_path / "test.csv", rows_of(30), cells={(29, 0): "3"})
    assert refusal(f"{train},{test}").startswith(
        f"{test}, row 31, column label: label 3 is outside the classes; "
    )


def test_kaggles_fashion_mnist_has_names(tmp_path: Path) -> None:
    rows = rows_of(100)
    rows[:, 0] = np.arange(100) % 10
    named = load(f"csv:{write(tmp_path / 'fashion-mnist_train.csv', rows)}")
    unnamed = load(f"csv:{write(tmp_path / 'mnist_train.csv', rows)}")
    assert named.class_names[:3] == ("T-shirt/top", "Trouser", "Pullover")
    assert unnamed.class_names[:3] == ("0", "1", "2")
    assert np.array_equal(named.train.labels, unnamed.train.labels)


def test_photo_options_do_not_apply(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--skip-bad does not apply to a table of pixels, "):
        load(f"csv:{write(tmp_path / 't.csv', rows_of(30))}", LoadOptions(skip_bad=True))
