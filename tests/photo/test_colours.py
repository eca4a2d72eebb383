from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from support import heic, icc
from support.pictures import colours, encode

from clothier import photo

P3 = icc.of_colours(icc.P3, 2.2)


def in_srgb(pixels: Any, matrix: Any, gamma: float) -> Any:
    """Those colours of a screen in sRGB, by plain arithmetic. Source: IEC 61966-2-1."""
    light = (np.asarray(pixels) / 255) ** gamma @ matrix.T @ np.linalg.inv(icc.SRGB).T
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "AVIF", "JPEG", "HEIC"])
def test_colours_of_another_screen_become_those_of_srgb(kind: str) -> None:
    options: dict[str, Any] = {"WEBP": {"lossless": True}}.get(kind, {"quality": 100})
    picture = colours(24, 32)
    content = heic.P3 if kind == "HEIC" else encode(picture, kind, icc_profile=P3, **options)
    off = np.abs(np.asarray(photo.decode(content)) - in_srgb(picture, icc.P3, 2.2))
    assert off.mean() < (0.6 if kind in ("PNG", "TIFF", "WEBP") else 3)
    assert np.abs(picture - in_srgb(picture, icc.P3, 2.2)).mean() > 5  # so the profile matters


def test_a_profile_of_srgb_leaves_every_pixel() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(np.asarray(photo.decode(encode(colours(), icc_profile=profile))), colours())


def test_palettes_and_transparency_are_converted_too() -> None:
    expected = in_srgb([200, 60, 30], icc.P3, 2.2)
    clear = np.full((20, 20, 4), (200, 60, 30, 255), np.uint8)
    clear[:5, :, 3] = 0
    picture = photo.load(encode(clear, icc_profile=P3))
    assert np.abs(np.asarray(picture.pixels)[10, 10] - expected).max() <= 1.5
    assert np.asarray(picture.pixels)[2, 2].tolist() == [255, 255, 255]
    assert picture.opacity is not None
    palette = Image.new("P", (9, 9), 1)
    palette.putpalette([0, 0, 0, 200, 60, 30])
    decoded = photo.decode(encode(palette, icc_profile=P3))
    assert np.abs(np.asarray(decoded)[4, 4] - expected).max() <= 1.5


def test_grey_levels_of_a_profile() -> None:
    picture = photo.decode(encode(Image.new("L", (9, 9), 55), icc_profile=icc.of_grey(1.0)))
    assert picture.mode == "L"
    level = 255 * (1.055 * (55 / 255) ** (1 / 2.4) - 0.055)
    assert abs(int(np.asarray(picture)[4, 4]) - level) <= 1


@pytest.mark.parametrize("profile", [b"no profile" * 50, P3[:300], icc.of_grey(1.0), bytes(5_000_000)])
def test_a_profile_that_does_not_fit_counts_for_nothing(profile: bytes) -> None:
    content = encode(colours(), "WEBP", lossless=True, icc_profile=profile)
    assert np.array_equal(np.asarray(photo.decode(content)), colours())


# Lightness alone: each ink takes some of it, black all.
INKS = icc.of_inks(
    [
        (100 * (1 - black) * (1 - 0.3 * cyan) * (1 - 0.4 * magenta) * (1 - 0.1 * yellow), 0, 0)
        for cyan in (0, 1)
        for magenta in (0, 1)
        for yellow in (0, 1)
        for black in (0, 1)
    ]
)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_by_the_profile_of_their_press(kind: str) -> None:
    for ink, lightness in (
        ((0, 0, 0, 0), 100),
        ((255, 0, 0, 0), 70),
        ((0, 255, 0, 0), 60),
        ((0, 0, 0, 255), 0),
    ):
        content = encode(Image.new("CMYK", (16, 16), ink), kind, icc_profile=INKS, quality=95)
        light = ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / 903.3  # CIE 1976
        level = 255 * (1.055 * light ** (1 / 2.4) - 0.055) if light > 0.0031308 else 255 * 12.92 * light
        assert np.abs(np.asarray(photo.decode(content))[8, 8] - level).max() <= 3


def test_inks_that_adobe_did_not_invert() -> None:
    ink = (230, 30, 10, 0)
    inverted = Image.new("CMYK", (16, 16), tuple(255 - each for each in ink))
    marked = encode(Image.new("CMYK", (16, 16), ink), "JPEG", quality=95)
    other = encode(inverted, "JPEG", quality=95)  # Pillow stores the opposite, which is the ink
    place = other.index(b"\xff\xee")
    plain = other[:place] + other[place + 2 + int.from_bytes(other[place + 2 : place + 4]) :]
    for content in (marked, plain):
        assert np.abs(np.asarray(photo.decode(content))[8, 8].astype(int) - (25, 225, 245)).max() <= 4
