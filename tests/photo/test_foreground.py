from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from support.pictures import thing

from clothier.photo import foreground
from clothier.photo.foreground import Mask
from clothier.values import Images


def _overlap(found: Mask, true: Mask) -> float:
    """Pixels in both against pixels in either, in [0, 1]."""
    return float((found & true).sum() / (found | true).sum())


def _pixels(picture: Image.Image) -> Images:
    return np.asarray(picture)


@pytest.mark.parametrize(
    ("colour", "ground"),
    [
        ((40, 60, 140), (200, 180, 150)),
        ((230, 230, 230), (120, 20, 20)),
        ((20, 120, 20), (120, 20, 20)),  # of one lightness: grey would not tell them apart
        ((30, 30, 30), (90, 90, 90)),
    ],
)
def test_a_plain_thing_on_a_plain_ground(colour: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
    true = np.zeros((300, 240), np.bool_)
    true[60:260, 80:180] = True
    assert _overlap(foreground.find(_pixels(thing(colour=colour, ground=ground, noise=15))), true) > 0.94


def test_a_checked_thing_on_a_striped_ground() -> None:
    rows, columns = np.mgrid[:240, :200]
    ground = np.where((columns // 10 % 2)[..., None], (190, 150, 110), (140, 100, 70))
    checks = np.where(((rows // 12 + columns // 12) % 2)[..., None], (230, 230, 240), (30, 40, 160))
    true = np.zeros((240, 200), np.bool_)
    true[50:200, 50:150] = True
    picture = np.where(true[..., None], checks, ground).astype(np.uint8)
    assert _overlap(foreground.find(picture), true) > 0.9


def test_a_pair_is_kept_and_a_crumb_is_not() -> None:
    image = thing((240, 240), box=(0, 0, 0, 0), ground=(210, 205, 200))
    pen = ImageDraw.Draw(image)
    true = Image.new("1", image.size)
    for box in ((50, 70, 110, 180), (130, 70, 190, 180)):
        pen.ellipse(box, (50, 30, 30))
        ImageDraw.Draw(true).ellipse(box, 1)
    pen.ellipse((215, 215, 225, 225), (50, 30, 30))
    assert _overlap(foreground.find(_pixels(image)), np.asarray(true)) > 0.85  # some of the gap is taken in


def test_holes_are_filled() -> None:
    image = thing(box=(60, 60, 180, 240))
    image.paste((200, 180, 150), (100, 130, 140, 170))  # of the ground's own colour
    found = foreground.find(_pixels(image))
    assert found[150, 120]
    assert not found[20, 20]


def test_the_same_picture_gives_the_same_mask_at_any_size() -> None:
    large = thing().resize((720, 900), Image.Resampling.NEAREST)
    small = np.asarray(Image.fromarray(foreground.find(_pixels(thing()))).resize((720, 900)))
    assert _overlap(foreground.find(_pixels(large)), small) > 0.97


def test_lab_agrees_with_published_values() -> None:
    # Source: the CIELAB coordinates of the sRGB primaries at D65.
    known = {
        (255, 255, 255): (100, 0, 0),
        (255, 0, 0): (53.24, 80.09, 67.20),
        (0, 255, 0): (87.73, -86.18, 83.18),
        (0, 0, 255): (32.30, 79.19, -107.86),
        (0, 0, 0): (0, 0, 0),
    }
    found = foreground._lab(np.array([list(known)], np.uint8))
    np.testing.assert_allclose(found[0], list(known.values()), atol=0.15)


def test_a_clear_outline_is_called_so_and_an_uncertain_one_too() -> None:
    assert foreground.look(_pixels(thing(colour=(40, 60, 140))))[1] < 0.05
    rows, columns = np.mgrid[:240, :200]
    noise = np.random.default_rng(0).normal(0, 25, (240, 200, 3))
    levels = 120 + 30 * ((rows > 50) & (rows < 190) & (columns > 50) & (columns < 150))[..., None]
    faint = np.clip(levels + noise + 60 * (columns / 200)[..., None], 0, 255).astype(np.uint8)
    mask, unclear = foreground.look(faint)
    np.testing.assert_array_equal(mask, foreground.find(faint))
    assert unclear > 0.1
