"""HEIC photos of many items, as iPhones write them, and the kind of colours that boxes tell."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support import grid_heic, heic, icc
from support.grid_heic import Item, clap, grid, irot, ispe, mux, nclx, patches, phone
from support.pictures import colours, encode

from clothier import photo
from clothier.errors import DataError
from clothier.photo import opening
from clothier.photo.colours import to_srgb
from clothier.values import Images

TILES = grid_heic.tiles_of(heic.GRID, 4)
SMALL = grid_heic.coded_in(heic.PLAIN)  # 64x64 pixels
SIZE = (1000, 750)
MAIN = 5
PQ = "the picture is HDR (PQ) and was read as an ordinary one, so its colours are off"


def _off(pixels: Image.Image, expected: Images) -> float:
    """By how many levels all but a hundredth of the pixels are off at most: two columns would be more than that."""
    off = np.abs(np.asarray(pixels).astype(int) - expected).max(axis=2)
    return float(np.quantile(off, 0.99))


def test_a_grid_with_all_that_phones_add_is_upright_and_in_its_colours() -> None:
    picture = photo.load(heic.GRID)
    assert (picture.pixels.size, picture.pixels.mode) == ((710, 960), "RGB")
    assert (picture.opacity, picture.left_out) == (None, "")
    assert photo.shape(heic.GRID) == (960, 710, 3)
    expected = Image.fromarray(np.rot90(patches()[20:730, 20:980], -1))
    assert _off(picture.pixels, np.asarray(expected)) > 9
    expected.info["icc_profile"] = icc.of_colours(icc.P3, 2.2)
    assert _off(picture.pixels, np.asarray(to_srgb(expected))) <= 3


@pytest.mark.parametrize("quarters", range(4))
def test_a_grid_is_cropped_and_turned(quarters: int) -> None:
    for size, cut in pairwise([(1024, 1024), (1000, 748), (600, 400)]):
        pixels = photo.decode(mux(phone(TILES, 2, size, clap(*cut), irot(quarters)), MAIN))
        left, top = ((full - kept) // 2 for full, kept in zip(size, cut, strict=True))
        drawn = patches()[top : top + cut[1], left : left + cut[0]]
        assert _off(pixels, np.rot90(drawn, quarters)) <= 3


def test_memory_is_that_of_the_pixels() -> None:
    program = """if True:
        from pathlib import Path
        from support import grid_heic, heic
        from clothier import photo
        def peak():  # unlike getrusage, without the process that started this one
            return 1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
        tiles = grid_heic.tiles_of(heic.GRID, 4) * 6
        photo.decode(heic.GRID)
        before = peak()
        width, height = photo.decode(grid_heic.mux(grid_heic.phone(tiles, 6, (3000, 2000)), 25)).size
        print((peak() - before) / (width * height))
    """
    answer = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert 3 < float(answer.stdout) < 12  # bytes for each pixel


def _with(number: int, **changes: Any) -> bytes:
    """A sound grid with other facts about one item."""
    items = phone(TILES, 2, SIZE)
    return mux(items | {number: replace(items[number], **changes)}, MAIN)


def _with_tile(data: bytes, hvcc: bytes = TILES[0][0], size: int = 512) -> bytes:
    """A sound grid with another third tile."""
    return _with(3, data=data, properties=(hvcc, ispe(size, size)))


HUGE = "has 3,600 megapixels, more than the limit of 50 for HEIC: make it smaller or save it as JPEG"
DAMAGED = {
    "a tile is not referred to": (_with(MAIN, refers={b"dimg": (1, 2, 3)}), "is damaged"),
    "a tile is not there": (_with(MAIN, refers={b"dimg": (1, 2, 3, 9)}), "is damaged"),
    "no tile is referred to": (_with(MAIN, refers={}), "is damaged"),
    "a tile is the grid itself": (_with(MAIN, refers={b"dimg": (1, 2, 3, MAIN)}), "is truncated or damaged"),
    "a tile is empty": (_with_tile(b""), "is damaged"),
    "a tile ends early": (_with_tile(TILES[2][1][:400]), "is truncated"),
    "a tile is noise": (_with_tile(np.random.default_rng(1).bytes(700)), "is truncated"),
    "a tile cannot be decoded": (_with(3, properties=(ispe(512, 512),)), "is damaged"),
    "a tile is smaller": (_with_tile(SMALL[1], SMALL[0], 64), "is damaged"),
    "a tile is smaller than it says": (_with_tile(SMALL[1], SMALL[0]), "is damaged"),
    "all tiles are smaller than they say": (mux(phone([SMALL] * 4, 2, SIZE), MAIN), "is damaged"),
    "all tiles are larger than they say": (mux(phone(TILES, 2, (120, 90), side=64), MAIN), "is damaged"),
    "the grid is larger than its tiles": (mux(phone(TILES, 2, (7000, 7000)), MAIN), "is damaged"),
    "the grid is huge": (mux(phone(TILES, 2, (60000, 60000)), MAIN), HUGE),
    "the grid says that it is huge": (_with(MAIN, properties=(ispe(60000, 60000),)), HUGE),
    "the grid's data say that it is huge": (_with(MAIN, data=grid(2, 2, 60000, 60000)), "is damaged"),
    "what is cut out is huge": (_with(MAIN, properties=(ispe(*SIZE), clap(60000, 60000))), HUGE),
    "the grid has no pixels": (mux(phone(TILES, 2, (0, 0)), MAIN), "is truncated or damaged"),
    "the grid has no data": (_with(MAIN, data=b""), "is truncated or damaged"),
    "the grid has more tiles": (_with(MAIN, data=grid(256, 256, *SIZE)), "is truncated or damaged"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_grid_is_refused_in_one_line(what: str) -> None:
    content, reason = DAMAGED[what]
    with pytest.raises(DataError) as caught:
        photo.decode(content)
    assert str(caught.value) == reason


def test_tiles_that_are_decoded_alone_are_sound_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_FEW", -1)  # as for a photo of a dark green thing
    assert photo.decode(heic.GRID).size == (710, 960)


@pytest.mark.parametrize("place", ["grid", "tile", "gain map"])
def test_hdr_is_told_of_the_main_picture_alone(place: str) -> None:
    pq, ordinary = nclx(9, 16), nclx(1, 13)
    items = phone(TILES, 2, SIZE, *([pq] if place == "grid" else [ordinary] if place == "gain map" else []))
    for number in range(1, MAIN) if place == "tile" else ():
        items[number] = replace(items[number], properties=(*items[number].properties, pq))
    if place == "gain map":  # and the version for bright screens that it makes of the picture
        items[6] = Item(b"tmap", b"", (ispe(*SIZE), pq), {b"dimg": (MAIN, 7)})
        items[7] = Item(b"hvc1", SMALL[1], (SMALL[0], ispe(64, 64)))
    assert photo.load(mux(items, MAIN)).left_out == ("" if place == "gain map" else PQ)


def test_hdr_of_an_animation_is_told() -> None:
    picture = Image.fromarray(colours(24, 32))
    content = encode(picture, "AVIF", save_all=True, append_images=[picture.rotate(180)])
    place = content.rindex(b"colrnclx") + 10
    assert content[8:12] == b"avis" and photo.load(content).left_out == ""
    assert photo.load(content[:place] + b"\0\x10" + content[place + 2 :]).left_out == PQ
