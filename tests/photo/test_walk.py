from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from clothier import photo
from clothier.errors import DataError
from clothier.photo import walk

Make = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def make(root: Path) -> Make:
    """make("a/x.png", ...): empty files of those names below the root."""

    def touch(*names: str) -> Path:
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).touch()
        return root

    return touch


def names(paths: list[Path], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths]


def test_pictures_of_a_folder_come_before_those_of_the_folders_in_it(make: Make) -> None:
    root = make("b.png", "a/z.JPG", "a.webp", "c/1/2/x.gif", "c/y.bmp", "a/b/jpeg.jpeg")
    found = walk(root)
    assert names(found.pictures, root) == [
        "a.webp",
        "b.png",
        "a/z.JPG",
        "a/b/jpeg.jpeg",
        "c/y.bmp",
        "c/1/2/x.gif",
    ]
    assert names(found.folders, root) == ["a", "a/b", "c", "c/1", "c/1/2"]
    assert found.left_out() == []


@pytest.mark.parametrize("ending", sorted(photo.SUFFIXES))
def test_every_format_that_is_read_is_found(ending: str, make: Make) -> None:
    root = make(f"a{ending}", f"b{ending.upper()}")
    assert len(walk(root).pictures) == 2


def test_what_is_hidden_or_of_the_system_is_passed_over(make: Make) -> None:
    root = make(
        "a.png", ".b.png", "._a.png", ".ipynb_checkpoints/c.png", "__MACOSX/a.png", "d/@eaDir/a.png", "thumbs.DB",
        "d/.DS_Store", "desktop.ini", "$RECYCLE.BIN/x.jpg",
    )  # fmt: skip
    found = walk(root)
    assert names(found.pictures, root) == ["a.png"]
    assert found.left_out() == []
    assert names(walk(make(".hidden/a.png") / ".hidden").pictures, root) == [
        ".hidden/a.png"
    ]  # named, so wanted


def test_what_is_left_out_is_counted_by_kind(make: Make) -> None:
    root = make("a.psd", "b/c.PSD", "d.Jxl", "e.txt", "b/f.txt", "Makefile", "g.dng")
    assert walk(root).left_out() == [
        "1 DNG picture (convert it to JPEG or PNG)",
        "1 JPEG XL picture (convert it to JPEG or PNG)",
        "2 PSD pictures (convert them to JPEG or PNG)",
        "3 other files (2 .txt, 1 Makefile)",
    ]
    assert walk(root).below(root / "b").left_out() == [
        "1 PSD picture (convert it to JPEG or PNG)",
        "1 other file (.txt)",
    ]
    every = walk(root, all_formats=True)
    assert names(every.pictures, root) == ["a.psd", "d.Jxl", "g.dng", "b/c.PSD"]
    assert every.left_out() == ["3 other files (2 .txt, 1 Makefile)"]
    make(*(f"x.{number}" for number in range(9)))
    assert walk(root).left_out()[-1] == "12 other files (1 .0, 1 .1, 1 .2, 1 .3, 1 .4, 1 .5 and 5 more kinds)"


def test_linked_folders_are_walked_through_once_on_each_way(make: Make, tmp_path: Path) -> None:
    root = make("a/x.png", "b/y.png")
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "far" / "deep" / "z.png").touch()
    (root / "c").symlink_to(tmp_path / "far")
    (root / "a" / "far").symlink_to(tmp_path / "far" / "deep")
    (root / "d.png").symlink_to(root / "a" / "x.png")
    assert names(walk(root).pictures, root) == ["d.png", "a/x.png", "a/far/z.png", "b/y.png", "c/deep/z.png"]


@pytest.mark.parametrize("target", [".", "..", "../..", "/"])
def test_a_link_to_a_folder_above_is_not_followed(target: str, make: Make) -> None:
    root = make("a/x.png", "b/y.png")
    (root / "a" / "up").symlink_to(target)
    found = walk(root)
    assert names(found.pictures, root) == ["a/x.png", "b/y.png"]
    assert found.left_out() == ["1 link to a folder that holds it"]


def test_folders_that_link_each_other_end(make: Make) -> None:
    root = make("a/x.png", "b/y.png")
    (root / "a" / "to").symlink_to("../b")
    (root / "b" / "to").symlink_to("../a")
    found = walk(root)
    assert names(found.pictures, root) == ["a/x.png", "a/to/y.png", "b/y.png", "b/to/x.png"]
    assert found.left_out() == ["2 links to folders that hold them"]


def test_links_that_lead_nowhere(make: Make) -> None:
    root = make("a.png")
    (root / "b").symlink_to("b")
    (root / "c").symlink_to("gone")
    (root / "d.png").symlink_to("gone")  # meant as a picture: reading it tells
    found = walk(root)
    assert names(found.pictures, root) == ["a.png", "d.png"]
    assert found.left_out() == ["2 links that lead nowhere"]


def test_pipes_are_not_opened(make: Make) -> None:
    root = make("a.png")
    os.mkfifo(root / "b.png")
    os.mkfifo(root / "c")
    assert walk(root).left_out() == ["1 other file (c)"]


def test_a_root_that_cannot_be_read(make: Make) -> None:
    root = make("a.png")
    (root / "loop").symlink_to("loop")
    for path, reason in (
        (root / "none", "No such file or directory"),
        (root / "a.png", "Not a directory"),
        (root / "loop", "Too many levels of symbolic links"),
    ):
        with pytest.raises(DataError) as caught:
            walk(path)
        assert str(caught.value) == (
            f"cannot read the folder {path}: {reason}; check the name and the permissions"
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_that_are_closed(make: Make) -> None:
    root = make("a/x.png", "b/y.png")
    (root / "a").chmod(0)
    found = walk(root)
    assert (names(found.pictures, root), found.left_out()) == (["b/y.png"], ["1 folder that cannot be read"])
    with pytest.raises(DataError) as caught:
        found.refuse_closed()
    assert str(caught.value) == (
        f"cannot read the folder {root / 'a'}: Permission denied; check the name and the permissions, "
        "or leave it out with --skip-bad"
    )


@pytest.fixture
def figure() -> bytes:
    """A PNG as clothier draws them."""
    file, marks = io.BytesIO(), PngInfo()
    marks.add_text("Software", "clothier")
    Image.new("RGB", (9, 9)).save(file, "PNG", dpi=(150, 150), pnginfo=marks)
    return file.getvalue()


def test_figures_of_clothier_are_left_out_wherever_they_lie(make: Make, figure: bytes) -> None:
    drawn = (
        "a.png",
        "hat/b.PNG",
        "pictures/folder-hats/classes.png",
        "shoe/explain/c.png",
        "shoe/explain/d.png",
    )
    root = make("hat/a.png", "shoe/b.png", "shoe/explain/e.txt", *drawn)
    for name in drawn:
        (root / name).write_bytes(figure)
    found = walk(root)
    assert names(found.pictures, root) == ["hat/a.png", "shoe/b.png"]
    assert names(found.folders, root) == ["hat", "shoe"]  # "pictures" holds nothing else
    assert found.left_out() == ["1 other file (.txt)", "5 figures drawn by clothier"]
    assert walk(root, all_formats=True).pictures == found.pictures


@pytest.mark.parametrize("software", ["Adobe ImageReady", "", "a clothier of Leeds"])
def test_pictures_that_others_made_are_none_of_ours(software: str, make: Make) -> None:
    marks = PngInfo()
    marks.add_text("Software", software)
    root = make("hat/a.png")
    Image.new("RGB", (9, 9)).save(root / "hat" / "a.png", pnginfo=marks)
    assert names(walk(root).pictures, root) == ["hat/a.png"]


def test_runs_of_clothier_are_left_out(make: Make) -> None:
    root = make("hat/a.png", "runs/cnn1-1/recipe.json", "runs/cnn1-1/figures/curves.png")
    make("hat/cnn1-2/recipe.json", "hat/cnn1-2/figures/curves.png", "shoe/recipe.txt", "shoe/b.png")
    found = walk(root)
    assert names(found.pictures, root) == ["hat/a.png", "shoe/b.png"]
    assert names(found.folders, root) == ["hat", "shoe"]  # "runs" holds nothing else
    assert found.left_out() == ["1 other file (.txt)", "2 runs of clothier"]
    assert names(walk(root / "hat" / "cnn1-2").pictures, root) == [
        "hat/cnn1-2/figures/curves.png"
    ]  # asked for
