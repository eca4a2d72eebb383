from __future__ import annotations

import numpy as np
import pytest
from support.pictures import encode, thing

from clothier.photo import doctor, steps


@pytest.mark.parametrize("dark", [True, False])
def test_things_are_light_on_black_whatever_they_were(dark: bool) -> None:
    colours: tuple[tuple[int, int, int], ...] = ((40, 50, 60), (220, 210, 200))
    thing_colour, ground = colours if dark else colours[::-1]
    image = doctor.prepare(encode(thing(colour=thing_colour, ground=ground)), "doctor", (28, 28), 1)
    assert image[:, [0, -1]].max() <= 3
    assert np.abs(image[8:20, 11:17].astype(int) - steps.LEVEL).max() < 20


def test_a_product_shot_on_white_is_trimmed_and_inverted_but_not_cut() -> None:
    picture = np.full((200, 200, 3), 255, np.uint8)
    picture[40:160, 70:130] = (90, 100, 110)
    picture[60:80, 80:120] = 255  # a white print is no hole
    made = doctor.examine(encode(picture), skip=["sharpen"])
    assert made.steps[1].words == "unchanged: plain background"
    rows = np.flatnonzero((made.image[..., 0] > 40).any(axis=1))
    assert (rows[0], rows[-1]) == (0, 27)
    assert int(made.image[20, 14, 0]) == pytest.approx(255 - 99, abs=3)
    assert made.image[7, 14, 0] < 5


def test_a_photo_without_a_thing_is_said_to_be_one_and_shown_whole() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    for picture in (noise, np.full((120, 160, 3), 130, np.uint8)):
        made = doctor.examine(encode(picture))
        assert made.warnings == (
            "no garment could be separated from the background, so the whole photo is used; photograph one garment "
            "on a plain background",
        )
        assert made.steps[2].words == "unchanged: no garment found"


def test_a_thing_that_the_photo_cuts_off_is_warned_of() -> None:
    made = doctor.examine(encode(thing(box=(60, 80, 180, 300))))
    assert made.warnings == ("the garment reaches the edge of the photo, so part of it may be missing",)
