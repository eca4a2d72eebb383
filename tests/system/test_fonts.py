from __future__ import annotations

from pathlib import Path

import pytest
from PIL import features
from support.fonts import only, write, write_collection

from clothier.system import fonts

JACKET = frozenset("夹克")


def test_the_font_with_the_most_letters_is_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = write(tmp_path / "a/Few.ttf", "Few", "夹")
    all_ = write(tmp_path / "b/deep/All.otf", "All", "夹克ab")
    write(tmp_path / "a/Latin.ttf", "Latin", "abc")
    (tmp_path / "a/broken.ttf").write_bytes(b"no font")
    only(monkeypatch, tmp_path / "a", tmp_path / "b", tmp_path / "absent")
    face = fonts.best(JACKET)
    assert face == fonts.Face(str(all_), 0, "All")
    assert face.lacks("克x\udcff") == {"x", "\udcff"}
    assert fonts.best(frozenset("夹")) == fonts.Face(str(few), 0, "Few")
    assert fonts.best(frozenset("и")) is None


def test_plain_upright_fonts_without_serifs_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ("NotoSans-Bold.ttf", "Other.ttf", "NotoSerif-Regular.ttf", "NotoSansCJK-Regular.ttf")
    for name in files:
        write(tmp_path / name, Path(name).stem, "夹克")
    write(tmp_path / "LastResort.otf", "Last", "夹克")  # a box for every letter there is
    found = []
    while True:
        only(monkeypatch, tmp_path)
        face = fonts.best(JACKET)
        if face is None:
            break
        found.append(Path(face.path).name)
        Path(face.path).unlink()
    assert found == ["NotoSansCJK-Regular.ttf", "Other.ttf", "NotoSerif-Regular.ttf", "NotoSans-Bold.ttf"]


@pytest.mark.parametrize(("letters", "family"), [("直", "Made SC"), ("直ケ", "Made JP"), ("直재", "Made KR")])
def test_a_collection_gives_the_font_of_the_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letters: str, family: str
) -> None:
    write_collection(tmp_path / "made.ttc", ["Made JP", "Made KR", "Made SC"], "直ケ재")
    only(monkeypatch, tmp_path)
    face = fonts.best(frozenset(letters))
    assert face is not None
    assert face.family == family
    assert face.sized(12).getname()[0] == family


def test_what_no_font_has_is_told_once_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "Few.ttf", "Few", "夹")
    only(monkeypatch, tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    assert fonts.advice() == ""
    fonts.note_lacking("夹克👗ह\udcff\n")
    assert fonts.advice() == (
        "no font on this machine has the letters 克 👗 ह, so pictures have escapes or class numbers instead; install "
        "them, on Debian and Ubuntu with: apt install fonts-noto-cjk fonts-symbola fonts-noto-core"
    )
    assert fonts.advice() == ""
    monkeypatch.setattr("sys.platform", "darwin")
    fonts.note_lacking("克")
    assert fonts.advice() == (
        "no font on this machine has the letter 克, so pictures have escapes or class numbers instead; install a font "
        "that has it, such as one of Noto's"
    )


def test_letters_that_join_need_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check_feature", lambda name: name != "raqm")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(fonts, "_unshaped", {})
    assert fonts.can_shape("é куртка 夹克")
    assert not fonts.can_shape("سترة")
    assert fonts.advice() == (
        "Pillow cannot join the letters س ت ر ة without FriBidi, so pictures have escapes instead; install it, on "
        "Debian and Ubuntu with: apt install libfribidi0"
    )
    monkeypatch.setattr(features, "check_feature", lambda name: True)
    assert fonts.can_shape("سترة")
