from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import features
from support.fonts import only, write
from support.pictures import encode, thing

from clothier.photo import doctor, sheet, steps
from clothier.system import fonts

ANSWER = [("Dress", 0.7), ("A class with a name far too long for its place", 0.2), ("Bag", 0.1)]


def test_a_panel_a_step_in_rows_of_five() -> None:
    made = doctor.examine(encode(thing()))
    drawn = sheet.draw(made, [ANSWER] * len(made.steps), "photo.jpg, by fastnet-1", ["a warning " * 30])
    plain = sheet.draw(made, [], "photo.jpg", [])
    few = sheet.draw(
        doctor.examine(encode(thing()), skip=["cut", "trim", "sharpen", "centre", "light"]), [], "x", []
    )
    assert drawn.mode == "RGB"
    assert drawn.width == plain.width > few.width
    assert drawn.height > plain.height + 2 * sheet.SEEN
    assert few.height < plain.height


def test_the_bar_is_as_long_as_the_probability() -> None:
    made = doctor.examine(encode(thing()), skip=list(steps.STEPS))
    lengths = []
    for share in (0.25, 0.5, 1.0):
        drawn = np.asarray(sheet.draw(made, [[("Dress", share)]], "x", []))
        bar = (drawn == (0x2F, 0x6F, 0x9F)).all(axis=2)
        lengths.append(int(bar.any(axis=0).sum()))
    whole = sheet.PANEL - sheet.SEEN - 12
    assert lengths == [round(share * whole) for share in (0.25, 0.5, 1.0)]


def test_what_the_model_sees_keeps_its_pixels_as_squares() -> None:
    made = doctor.examine(encode(thing()))
    drawn = np.asarray(sheet.draw(made, [[("Dress", 1.0)]] * 9, "x", []))
    last = made.steps[-1].seen[..., 0].repeat(3, axis=0).repeat(3, axis=1)
    shape = last.shape
    left = sheet.MARGIN + 3 * (sheet.PANEL + sheet.GAP)  # the ninth of nine, in rows of five
    column = drawn[:, left + 1 : left + shape[1] - 1, 0]
    rows = np.flatnonzero((column[:, :40] == last[1, 1:41]).all(axis=1))
    assert any(np.array_equal(column[row : row + 80], last[1:81, 1:-1]) for row in rows)


def _drawn(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    made = doctor.examine(encode(thing()), skip=list(steps.STEPS))
    return np.asarray(sheet.draw(made, [[(name, 0.5)]], name, [name]))


def test_letters_that_no_font_has_lose_their_marks_or_are_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch)
    np.testing.assert_array_equal(_drawn("Jäckchen 夏\n\udcff"), _drawn(r"Jackchen \u590f \udcff"))
    assert fonts.advice().startswith("no font on this machine has the letter 夏, so ")


def test_a_font_of_the_machine_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch)
    escapes = _drawn("夏 ä")
    write(tmp_path / "Clothes.ttf", "Clothes", "夏 ä")
    only(monkeypatch, tmp_path)
    drawn = _drawn("夏 ä")
    assert (drawn != escapes).any()
    np.testing.assert_array_equal(drawn, _drawn("ä 夏"))  # every letter of this font is the same square
    assert fonts.advice() == ""


def test_letters_that_pillow_cannot_join_are_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check_feature", lambda name: False)
    np.testing.assert_array_equal(_drawn("سترة"), _drawn(r"\u0633\u062a\u0631\u0629"))
    assert fonts.advice().startswith("Pillow cannot join the letters ")
