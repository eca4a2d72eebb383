"""Pictures that bring transparency: what they lie on, and where the thing is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from support.pictures import encode

from clothier import photo
from clothier.photo import doctor

WHITE, NAVY = (250, 250, 248), (30, 30, 90)


def cutout(colour: tuple[int, int, int], kind: str, size: tuple[int, int] = (120, 90)) -> bytes:
    """A shirt of that colour, with nothing around it, in each way that a file may say so."""
    height, width = size
    alpha = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(alpha)
    pen.rectangle((30, 20, 60, 100), 255)
    pen.rectangle((10, 20, 80, 45), 255)
    image = Image.new("RGB", (width, height), (255, 255, 255))
    image.paste(colour, mask=alpha)
    if kind == "LA":
        return encode(Image.merge("LA", [image.convert("L"), alpha]))
    if kind in ("palette", "GIF"):
        pixels = Image.fromarray((np.asarray(alpha) > 0).astype(np.uint8)).convert("P")
        pixels.putpalette([255, 255, 255, *colour])
        return encode(pixels, "GIF" if kind == "GIF" else "PNG", transparency=0)
    if kind == "colour key":
        keyed = Image.new("RGB", (width, height), (1, 2, 3))
        keyed.paste(colour, mask=alpha)
        return encode(keyed, transparency=(1, 2, 3))
    image.putalpha(alpha)
    return encode(image, "WEBP", lossless=True) if kind == "WEBP" else encode(image)


KINDS = ("PNG", "WEBP", "GIF", "palette", "colour key", "LA")


@pytest.mark.parametrize("kind", KINDS)
def test_a_light_thing_lies_on_black_and_a_dark_one_on_white(kind: str) -> None:
    for colour, ground in ((WHITE, 0), (NAVY, 255)):
        picture = photo.load(cutout(colour, kind))
        pixels = np.asarray(picture.pixels.convert("L"))
        assert picture.ground == ground
        assert (pixels[5] == ground).all()
        assert np.abs(pixels[60, 45].astype(int) - ground) > 180
        assert picture.opacity is not None
        assert np.asarray(picture.opacity)[[5, 60], [45, 45]].tolist() == [0, 255]
        assert picture.pixels.mode == ("L" if kind == "LA" else "RGB") or colour == WHITE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("colour", [WHITE, NAVY])
def test_padding_has_the_same_ground(kind: str, colour: tuple[int, int, int]) -> None:
    content = cutout(colour, kind)
    image = doctor.prepare(content, "pad", (40, 40), 3)
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert len(np.unique(edge)) == 1
    assert edge[0, 0] == photo.load(content).ground
    inside = image[20, 20].astype(int)
    assert np.abs(inside - edge[0]).max() > 150


@pytest.mark.parametrize("kind", KINDS)
def test_the_doctor_takes_the_opacity_for_the_mask(kind: str) -> None:
    made = doctor.examine(cutout(WHITE, kind))
    steps = {step.name: step for step in made.steps}
    assert steps["cut"].words == "cut out by transparency, on black"
    assert made.warnings == ()
    height, width, _ = steps["trim"].pixels.shape
    assert (height, width) == (81, 71)  # as it was drawn
    assert made.image[14, 14, 0] > 200
    assert made.image[20, 2, 0] < 60
    colour = doctor.examine(cutout(WHITE, kind), size=(40, 40), channels=3)
    assert colour.image[30, 6].max() < 60
    assert colour.image[20, 20].min() > 200
    dark = doctor.examine(cutout(NAVY, kind), size=(40, 40), channels=3)
    assert dark.image[30, 6].min() > 200


def test_a_picture_that_is_nearly_all_opaque_is_as_one_without_transparency() -> None:
    picture = np.full((100, 100, 4), 255, np.uint8)
    picture[:, :, :3] = (200, 180, 150)
    picture[30:70, 30:70, :3] = (240, 240, 240)
    flat = doctor.examine(encode(picture[..., :3].copy()))
    for spots in (0, 40):  # of 10,000
        picture[0, :spots, 3] = 0
        made = photo.load(encode(picture))
        assert (made.opacity, made.ground) == (None, 255)
        examined = doctor.examine(encode(picture))
        assert [step.words for step in examined.steps] == [step.words for step in flat.steps]
    picture[:2, :, 3] = 0  # a frame's rounded corners, say: not the thing's outline
    made = photo.load(encode(picture))
    assert made.opacity is not None
    assert "transparency" not in doctor.examine(encode(picture)).steps[1].words


def test_what_has_no_opaque_pixel_is_blank() -> None:
    made = photo.load(encode(np.full((20, 20, 4), 7, np.uint8)))
    assert made.ground == 255
    assert np.asarray(made.pixels).min() > 240
    assert doctor.prepare(encode(np.zeros((20, 20, 4), np.uint8)), "doctor", (28, 28), 1).shape == (28, 28, 1)


def test_the_mask_is_turned_with_the_picture(tmp_path: Path) -> None:
    alpha = np.zeros((30, 40), np.uint8)
    alpha[:10, :20] = 255
    image = Image.fromarray(np.dstack([np.full((30, 40, 3), 20, np.uint8), alpha]))
    exif = Image.Exif()
    exif[0x0112] = 6  # held by its right side: a quarter turn clockwise
    made = photo.load(encode(image, exif=exif))
    assert made.opacity is not None
    turned = np.asarray(made.opacity) > 127
    assert turned.shape == (40, 30)
    np.testing.assert_array_equal(turned, np.rot90(alpha > 0, -1))
    np.testing.assert_array_equal(np.asarray(made.pixels)[..., 0] < 128, turned)
