"""The picture formats that are read, and the names of others, by which people recognise what they have."""

from __future__ import annotations

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
FORMAT_WORDS = "JPEG, PNG, WebP, GIF or BMP"
# A name says which files are meant as pictures; what they are is told by their content.
SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp"})
CONVERT = "convert {} to JPEG or PNG"

_RAW = ("arw", "cr2", "cr3", "dng", "nef", "orf", "pef", "raf", "rw2", "srw")  # of cameras
_OTHERS = {
    "AVIF": ("avif",),
    "EPS": ("eps",),
    "EXR": ("exr",),
    "HEIC": ("heic", "heics", "heif", "hif"),
    "ICO": ("ico",),
    "JPEG 2000": ("j2k", "jp2", "jpf", "jpx"),
    "JPEG XL": ("jxl",),
    "PPM": ("pbm", "pgm", "pnm", "ppm"),
    "PSD": ("psb", "psd"),
    "QOI": ("qoi",),
    "SVG": ("svg", "svgz"),
    "TGA": ("tga",),
    "TIFF": ("tif", "tiff"),
    "XCF": ("xcf",),
    **{name.upper(): (name,) for name in _RAW},
}
# Pictures too, by the ending of their name, as phones, cameras and scanners save them; they are not read.
OTHER_FORMATS = {f".{ending}": name for name, endings in _OTHERS.items() for ending in endings}

_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_FIRST_BYTES = {
    b"8BPS": "PSD",
    b"v/1\x01": "EXR",
    b"\x00\x00\x01\x00": "ICO",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"%!PS-Adobe": "EPS",
    b"qoif": "QOI",
    b"gimp xcf": "XCF",
    b"FUJIFILMCCD-RAW": "RAF",
    **{b"P%d%b" % (number, space): "PPM" for number in range(1, 7) for space in (b" ", b"\t", b"\n", b"\r")},
    **dict.fromkeys(_TIFF, "TIFF"),
}
# Source: ISO/IEC 23008-12, annex B; AV1 Image File Format, section 8; the brand follows the length and "ftyp".
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"crx ": "CR3"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC"
)


def other_format(content: bytes, suffix: str = "") -> str:
    """The name of a picture format that is not read, told by the first bytes, and by the file's ending where the
    format is built on TIFF or has no first bytes of its own; "" for what is no picture that we know of."""
    by_name = OTHER_FORMATS.get(suffix.lower(), "")
    if content[4:8] == b"ftyp":
        if any(brand in content[8:64] for brand in (b"avif", b"avis")):
            return "AVIF"
        return _BRANDS.get(content[8:12], by_name)
    if b"<svg" in content[:1000].lower():
        return "SVG"
    for first, name in _FIRST_BYTES.items():
        if content.startswith(first):
            built_on_it = name == "TIFF" and by_name.lower() in _RAW
            return by_name if built_on_it else name
    return by_name
