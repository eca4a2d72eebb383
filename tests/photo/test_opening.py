"""HEIC, AVIF, TIFF, MPO and huge JPEG files, as phones, cameras and scanners make them."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support import heic
from support.pictures import colours, encode, thing

from clothier import photo
from clothier.errors import DataError
from clothier.photo import doctor

DRAWN = colours(24, 32)
FIRST_PAGE = "the file has several pages; only the first was read"
HDR = "the picture is HDR (PQ) and was read as an ordinary one, so its colours are off"


def _off(image: Image.Image, expected: Any) -> int:
    return int(np.abs(np.asarray(image).astype(int) - expected).max())


@pytest.mark.parametrize("name", ["PLAIN", "DEEP", "TURNED", "MIRRORED", "AVIF"])
def test_eight_and_ten_bits(name: str) -> None:
    picture = photo.load(getattr(heic, name))
    assert (picture.pixels.mode, picture.opacity, picture.left_out) == ("RGB", None, "")
    assert _off(picture.pixels, DRAWN) <= 5


def test_heic_in_grey() -> None:
    assert photo.is_grey(heic.GREY)
    assert not photo.is_grey(heic.PLAIN)
    assert photo.decode(heic.GREY).mode == "L"
    assert _off(photo.decode(heic.GREY), DRAWN[..., 0]) <= 2


def test_heic_with_transparency() -> None:
    picture = photo.load(heic.CLEAR)
    assert picture.opacity is not None
    assert np.asarray(picture.opacity)[5, [3, 28]].tolist() == [255, 0]
    assert np.asarray(picture.pixels)[5, 28].tolist() == [255, 255, 255]
    assert _off(picture.pixels.crop((0, 0, 14, 24)), DRAWN[:, :14]) <= 5


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_hdr_is_told(kind: str) -> None:
    content = heic.HDR
    if kind == "AVIF":
        content = encode(DRAWN, "AVIF")
        place = content.index(b"colrnclx") + 10
        content = content[:place] + b"\x00\x10" + content[place + 2 :]
    assert photo.load(content).left_out == HDR
    assert HDR in doctor.diagnose(content, "pad", (28, 28), 1)[1]


@pytest.mark.parametrize("content", [heic.PLAIN, heic.TURNED, encode(DRAWN, "AVIF"), encode(DRAWN, "TIFF")])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
def test_what_lacks_its_end_is_refused(content: bytes, share: float) -> None:
    with pytest.raises(DataError, match=r"^is truncated$"):
        photo.decode(content[: int(share * len(content))])


def test_what_phones_put_behind_a_heic_file_does_no_harm() -> None:
    assert _off(photo.decode(heic.PLAIN + struct.pack(">I4s", 10**6, b"sefd") + b"model"), DRAWN) <= 5


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_the_size_that_is_decoded_counts_not_what_is_cut_out_of_it(kind: str) -> None:
    content = heic.PLAIN if kind == "HEIC" else encode(DRAWN, "AVIF")
    place = content.index(b"ispe") + 8
    huge = content[:place] + struct.pack(">II", 9000, 8000) + content[place + 8 :]
    with pytest.raises(DataError) as caught:
        photo.decode(huge)
    assert str(caught.value) == (
        f"has 72 megapixels, more than the limit of 50 for {kind}: make it smaller or save it as JPEG"
    )


def test_a_picture_that_pillow_opened_is_the_same() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("TIFF", "AVIF", "MPO"):
        content = encode(colours(), kind, exif=exif)
        with Image.open(io.BytesIO(content)) as image:
            assert np.array_equal(np.asarray(photo.decode(image)), np.asarray(photo.decode(content)))
            image.load()
            assert photo.decode(image).size in ((30, 40), (40, 30))


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "jpeg"])
@pytest.mark.parametrize("big", [False, True])
def test_tiff(compression: str | None, big: bool) -> None:
    content = encode(colours(), "TIFF", compression=compression, big_tiff=big)
    assert _off(photo.decode(content), colours()) <= (12 if compression == "jpeg" else 0)


@pytest.mark.parametrize("number", [6, 34925])
def test_rare_compressions_are_refused(number: int) -> None:
    content = encode(colours(), "TIFF", compression="lzma")
    content = content.replace(struct.pack("<HHIH", 259, 3, 1, 34925), struct.pack("<HHIH", 259, 3, 1, number))
    with pytest.raises(DataError) as caught:
        photo.decode(content)
    assert str(caught.value) == f"is a TIFF of a rare compression ({number}): convert it to JPEG or PNG"


def test_the_first_page_is_taken_and_that_is_told(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    content = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    picture = photo.load(content)
    assert picture.left_out == FIRST_PAGE
    assert picture.pixels.getpixel((3, 3)) == (255, 0, 0)
    for way in ("pad", "doctor"):
        assert FIRST_PAGE in doctor.diagnose(content, way, (28, 28), 1)[1]
    assert photo.load(encode(pages[0], "TIFF")).left_out == ""


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_a_colour(kind: str) -> None:
    deep = colours().astype(np.uint16) * 257
    content = _png16(deep) if kind == "PNG" else _tiff16(deep)
    assert np.array_equal(np.asarray(photo.decode(content)), colours())


def _png16(pixels: Any) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _tiff16(pixels: Any, photometric: int = 2, extra: tuple[tuple[int, int, int], ...] = ()) -> bytes:
    """A TIFF of 16 bits a level, in one strip, with more tags (number, type, value)."""
    height, width = pixels.shape[:2]
    samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    tags = [(256, 3, width), (257, 3, height), (258, 3, 16), (259, 3, 1), (262, 3, photometric)]
    tags += [(273, 4, 0), (277, 3, samples), (278, 3, height), (279, 4, pixels.size * 2), *extra]
    start = 8 + 2 + 12 * len(tags) + 4
    tags[5] = (273, 4, start)
    table = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in sorted(tags))
    data: bytes = pixels.astype("<u2").tobytes()
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + table + bytes(4) + data


def test_sixteen_bits_of_grey_from_black_and_from_white() -> None:
    grey = colours()[..., 0].astype(np.uint16) * 257
    assert np.array_equal(np.asarray(photo.decode(_tiff16(grey, 1))), colours()[..., 0])
    assert np.array_equal(np.asarray(photo.decode(_tiff16(65535 - grey, 0))), colours()[..., 0])


def test_floats_are_grey_and_their_range_must_be_known() -> None:
    grey = colours()[..., 0]
    content = encode(Image.fromarray(grey.astype(np.float32)), "TIFF")
    assert photo.is_grey(content)
    assert np.array_equal(np.asarray(photo.decode(content)), grey)
    with pytest.raises(DataError, match=r"^is of mode F with values from 0 to 0\.6"):
        photo.decode(encode(Image.fromarray(grey.astype(np.float32) / 255), "TIFF"))


@pytest.mark.parametrize("tag", [(254, 4, 1), (50706, 4, 0x00000401)])
def test_a_camera_raw_file_is_no_tiff_whose_preview_is_taken(
    tag: tuple[int, int, int], tmp_path: Path
) -> None:
    grey = colours()[..., 0].astype(np.uint16)
    with pytest.raises(DataError, match=r"^is in raw format: convert it to JPEG or PNG$"):
        photo.decode(_tiff16(grey, 1, (tag,)))
    (tmp_path / "a.NEF").write_bytes(_tiff16(grey, 1))
    with pytest.raises(DataError, match=r"^is in NEF format: convert it to JPEG or PNG$"):
        photo.decode(tmp_path / "a.NEF")


def test_a_page_of_thousands_of_tags_is_refused_before_any_is_read() -> None:
    tags = b"".join(struct.pack("<HHII", tag, 7, 20_000, 8) for tag in range(2000))
    with pytest.raises(DataError, match=r"^is damaged$"):
        photo.decode(b"II*\0" + struct.pack("<IH", 8, 2000) + tags + bytes(4))


def test_a_tile_larger_than_any_picture_is_refused() -> None:
    tiled = _tiff16(colours()[..., 0].astype(np.uint16), 1, ((322, 4, 60000), (323, 4, 60000)))
    with pytest.raises(DataError, match=r"^is damaged$"):
        photo.decode(tiled)


def test_a_gain_map_behind_a_jpeg_is_not_looked_at() -> None:
    base, gain = encode(DRAWN, "JPEG", quality=95), encode(DRAWN[..., 0], "JPEG")
    for content in (
        base + gain,
        encode(DRAWN, "MPO", quality=95, save_all=True, append_images=[Image.new("L", (9, 9))]),
    ):
        assert _off(photo.decode(content), DRAWN) <= 8


@pytest.fixture(scope="module")
def huge() -> bytes:
    """A JPEG of 54 megapixels, of few bytes, because nearly all of it is plain."""
    image = Image.new("RGB", (9000, 6000), (190, 170, 140))
    image.paste((40, 50, 140), (3000, 2000, 6000, 4000))
    return encode(image, "JPEG", quality=60)


def test_a_huge_jpeg_is_scaled_while_it_is_decoded(huge: bytes) -> None:
    decoded = photo.decode(huge, at_least=(448, 448))
    assert decoded.size == (1125, 750)
    assert _off(decoded.crop((400, 270, 720, 480)), (40, 50, 140)) <= 3
    assert not photo.is_grey(huge)
    image, _ = doctor.diagnose(huge, "pad", (28, 28), 3)
    assert _off(Image.fromarray(image[13:15, 13:15]), (40, 50, 140)) <= 9


def test_a_huge_jpeg_that_cannot_be_scaled_is_refused(huge: bytes) -> None:
    with pytest.raises(DataError) as caught:
        photo.decode(huge)
    assert str(caught.value) == (
        "has 54 megapixels, more than the limit of 50 for JPEG at this size: make it smaller"
    )


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [
        (20000, 13000, "has 260 megapixels, more than the limit of 250 for JPEG: make it smaller"),
        (
            12000,
            9000,
            "has 108 megapixels, more than the limit of 50 for progressive JPEG: make it smaller or save it as "
            "baseline JPEG",
        ),
    ],
)
def test_too_large_a_jpeg_is_refused_by_its_header(width: int, height: int, words: str) -> None:
    content = bytearray(encode(thing(), "JPEG", progressive=True))
    place = content.index(b"\xff\xc2") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    with pytest.raises(DataError) as caught:
        photo.decode(bytes(content), at_least=(448, 448))
    assert str(caught.value) == words


def test_nothing_is_registered_with_pillow() -> None:
    script = (
        "from support import heic; from clothier import photo; from PIL import Image; "
        "photo.decode(heic.PLAIN); print(sorted(Image.OPEN))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout == "[]\n"


def test_without_the_extra_its_command_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(heic.PLAIN)
    (tmp_path / "b.jpg").write_bytes(heic.PLAIN)  # as phones rename them
    script = f"""
import sys
sys.modules["pi_heif"] = None
from pathlib import Path
from clothier import photo
from clothier.errors import DataError
folder = Path({str(tmp_path)!r})
print(photo.FORMAT_WORDS, photo.walk(folder).left_out(), "image/heic" in photo.MEDIA_TYPES)
for name in ("a.heic", "b.jpg"):
    try:
        photo.decode(folder / name)
    except DataError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    reason = "run pip install 'clothier[heic]', or convert it to JPEG or PNG"
    assert done.stdout.splitlines() == [
        f'JPEG, PNG, WebP, AVIF, TIFF, GIF or BMP ["1 HEIC picture ({reason})"] False',
        *[f"is in HEIC format: {reason}"] * 2,
    ]
