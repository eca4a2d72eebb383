from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from support.pictures import colours, encode

from clothier import photo


def test_fit_pads_with_white_and_keeps_the_aspect_ratio() -> None:
    fitted = photo.fit(Image.new("RGB", (80, 40), "black"), (20, 20))
    assert fitted.shape == (20, 20, 3)
    assert fitted.dtype == np.uint8
    black_rows = (fitted == 0).all(axis=(1, 2))
    assert black_rows.tolist() == [False] * 5 + [True] * 10 + [False] * 5
    assert (fitted[~black_rows] == 255).all()


def test_fit_cuts_the_edges_off_when_asked() -> None:
    picture = Image.new("L", (80, 40), 0)
    picture.paste(255, (20, 0, 60, 40))
    assert photo.fit(picture, (20, 20), "centre").min() > 230  # the filter sees a little beyond the edge
    assert photo.fit(picture, (20, 20), "pad").min() == 0


def test_fit_leaves_a_picture_of_that_size_alone() -> None:
    for crop in photo.CROPS:
        assert np.array_equal(photo.fit(Image.fromarray(colours()), (30, 40), crop), colours())


@pytest.mark.parametrize("crop", photo.CROPS)
@pytest.mark.parametrize("size", [(3000, 1), (1, 3000), (1, 1)])
def test_fit_takes_extreme_shapes(size: tuple[int, int], crop: str) -> None:
    assert photo.fit(Image.new("L", size, 7), (16, 24), crop).shape == (16, 24, 1)


def test_fit_averages_what_it_shrinks() -> None:
    checks = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    inner = photo.fit(Image.fromarray(checks), (16, 16))[2:-2, 2:-2]
    assert np.abs(inner.astype(int) - 127).max() <= 2  # a nearest-neighbour filter would give 0 or 255


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_shortened_decode_is_nearly_the_full_one(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    noise = np.random.default_rng(0).integers(0, 256, (250, 400, 3), dtype=np.uint8)
    content = encode(Image.fromarray(noise).resize((800, 500)), "JPEG", quality=90, exif=exif)
    assert max(photo.decode(content, at_least=(128, 128)).size) < 800
    short = photo.read(content, (64, 64))[0].astype(int)
    full = photo.fit(photo.decode(content), (64, 64)).astype(int)
    assert np.abs(short - full).mean() < 0.3
    assert np.percentile(np.abs(short - full), 99) <= 1


def test_read_gives_the_channels_asked_for() -> None:
    grey = encode(colours()[..., 0])
    assert photo.read(grey, (16, 16), channels=1)[0].shape == (16, 16, 1)
    in_colour = photo.read(grey, (16, 16), channels=3)[0]
    assert in_colour.shape == (16, 16, 3)
    assert (in_colour == in_colour[..., :1]).all()
