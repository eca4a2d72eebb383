"""The HEIC pictures of the tests, tests/support/heic.py, and one of AVIF with 10 bits: drawn, and encoded by
pillow-heif and imagecodecs, which the project does not need otherwise (its readers only decode).

    pip install pillow-heif imagecodecs numpy
    PYTHONPATH=src:tests python scripts/make_heic.py > tests/support/heic.py
"""

from __future__ import annotations

import base64
import io
import textwrap
from typing import Any

import imagecodecs  # type: ignore[import-not-found]  # not installed where types are checked
import numpy as np
import numpy.typing as npt
import pillow_heif  # type: ignore[import-not-found]  # not installed where types are checked
from PIL import Image
from support import grid_heic, icc
from support.pictures import colours

HEAD = '''"""Small pictures of `colours(24, 32)`, which scripts/make_heic.py wrote: what reads them here cannot."""

from __future__ import annotations

import base64


def _decoded(text: str) -> bytes:
    return base64.b64decode("".join(text.split()))

'''


def heic(
    mode: str, pixels: npt.NDArray[Any], *, quality: int = 90, chroma: int = 444, **options: Any
) -> bytes:
    height, width = pixels.shape[:2]
    made = pillow_heif.from_bytes(mode, (width, height), np.ascontiguousarray(pixels).tobytes())
    made.info.update(options)
    file = io.BytesIO()
    made.save(file, quality=quality, chroma=chroma, **options)
    return file.getvalue()


def turned(stored: npt.NDArray[np.uint8], orientation: int) -> bytes:
    """What is stored, with what makes it upright told by boxes (`irot`, `imir`) and again by Exif."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return heic("RGB", stored, exif=exif.tobytes())


def coded(mode: str, pixels: npt.NDArray[np.uint8]) -> grid_heic.Coded:
    """An HEVC picture as phones have it, with half the resolution for colours."""
    return grid_heic.coded_in(heic(mode, pixels, quality=50, chroma=420))


def grid() -> bytes:
    """A photo as an iPhone writes it that was held upright, and cropped in addition."""
    drawn, side = grid_heic.patches(), grid_heic.SIDE
    tiles = [
        coded("RGB", drawn[top : top + side, left : left + side]) for top in (0, side) for left in (0, side)
    ]
    exif = Image.Exif()
    exif[0x0112] = 6
    items = grid_heic.phone(
        tiles,
        2,
        (1000, 750),
        grid_heic.profile(icc.of_colours(icc.P3, 2.2)),
        grid_heic.clap(960, 710),
        grid_heic.irot(3),
        thumbnail=coded("RGB", drawn[:768:8, ::8]),
        gain_map=coded("L", drawn[:768:8, ::8, 0]),
        exif=exif.tobytes(),
    )
    return grid_heic.mux(items, len(tiles) + 1)


def deep_avif(pixels: npt.NDArray[np.uint8]) -> bytes:
    levels = (pixels.astype(np.uint32) * 1023 + 127) // 255
    made: bytes = imagecodecs.avif_encode(
        levels.astype(np.uint16), level=90, bitspersample=10, pixelformat="444"
    )
    return made


def main() -> None:
    picture = colours(24, 32)
    deep = picture.astype(np.uint16) * 257
    alpha = np.where(np.arange(32) < 16, 255, 0).astype(np.uint8) + np.zeros((24, 1), np.uint8)
    made = {
        "PLAIN": (heic("RGB", picture), "8 bits a colour."),
        "DEEP": (heic("RGB;16", deep), "10 bits a colour."),
        "MIRRORED": (turned(picture.swapaxes(0, 1), 5), "Stored with its first row as its first column."),
        "TURNED": (
            turned(np.rot90(picture), 6),
            "Stored lying on its side, with `irot`, and with Exif's orientation 6 as well.",
        ),
        "CLEAR": (heic("RGBA", np.dstack([picture, alpha])), "Its right half is transparent."),
        "GREY": (heic("L", picture[..., 0]), "Its first colour alone, as grey."),
        "HDR": (
            heic("RGB;16", deep, color_primaries=9, transfer_characteristics=16, full_range_flag=1),
            "10 bits a colour, which count as those of HDR (PQ).",
        ),
        "AVIF": (deep_avif(picture), "AVIF, with 10 bits a colour."),
        "P3": (
            heic("RGB", picture, icc_profile=icc.of_colours(icc.P3, 2.2)),
            "With the profile icc.of_colours(icc.P3, 2.2).",
        ),
        "GRID": (
            grid(),
            "1000x750 pixels of grid_heic.patches(), the middle 960x710 of them turned to the right; the same profile.",
        ),
    }
    print(HEAD)
    for name, (content, words) in made.items():
        lines = textwrap.fill(base64.b64encode(content).decode(), 106)
        print(f'# {words}\n{name} = _decoded(\n    """\n{lines}\n"""\n)')


if __name__ == "__main__":
    main()
