"""The picture formats: those that are read, in one table, and the names of others, by which people recognise what they
have."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Format:
    """A format that is read: the endings of its files' names, which say which files are meant as pictures (what they
    are is told by their content); the types it has on the web; the class that reads it, as module and name; and, where
    that is not always installed, a module to look for and the command that installs it."""

    endings: tuple[str, ...]
    media_types: tuple[str, ...]
    reader: tuple[str, str]
    needs: str = ""
    install: str = ""

    @property
    def is_installed(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None


# An MPO file is a JPEG with more pictures behind it, and an Ultra HDR photo one with a gain map: the first is taken.
TABLE = {
    "JPEG": Format(
        ("jpg", "jpeg", "jpe", "jfif", "mpo"), ("image/jpeg",), ("PIL.JpegImagePlugin", "JpegImageFile")
    ),
    "PNG": Format(("png",), ("image/png",), ("PIL.PngImagePlugin", "PngImageFile")),
    "WebP": Format(("webp",), ("image/webp",), ("PIL.WebPImagePlugin", "WebPImageFile")),
    "HEIC": Format(
        ("heic", "heics", "heif", "heifs", "hif"),
        ("image/heic", "image/heif"),
        ("pi_heif.as_plugin", "HeifImageFile"),
        needs="pi_heif",
        install="pip install 'clothier[heic]'",
    ),
    "AVIF": Format(
        ("avif", "avifs"),
        ("image/avif",),
        ("PIL.AvifImagePlugin", "AvifImageFile"),
        needs="PIL._avif",
        install="pip install --upgrade pillow",
    ),
    "TIFF": Format(("tif", "tiff"), ("image/tiff",), ("PIL.TiffImagePlugin", "TiffImageFile")),
    "GIF": Format(("gif",), ("image/gif",), ("PIL.GifImagePlugin", "GifImageFile")),
    "BMP": Format(("bmp",), ("image/bmp",), ("PIL.BmpImagePlugin", "BmpImageFile")),
}
# Those that can be read here, and what Pillow calls them.
FORMATS = {name: kind for name, kind in TABLE.items() if kind.is_installed}
PILLOW_NAMES = frozenset({"MPO", "HEIF", *(name.upper() for name in FORMATS)})
FORMAT_WORDS = " or ".join((", ".join([*FORMATS][:-1]), [*FORMATS][-1]))
SUFFIXES = frozenset(f".{ending}" for kind in FORMATS.values() for ending in kind.endings)
MEDIA_TYPES = tuple(media_type for kind in FORMATS.values() for media_type in kind.media_types)

RAW = "raw"  # of a camera, of which the bytes do not tell
_RAW = ("arw", "cr2", "cr3", "dng", "nef", "orf", "pef", "raf", "rw2", "srw")
_OTHERS = {
    "EPS": ("eps",),
    "EXR": ("exr",),
    "ICO": ("ico",),
    "JPEG 2000": ("j2k", "jp2", "jpf", "jpx"),
    "JPEG XL": ("jxl",),
    "PPM": ("pbm", "pgm", "pnm", "ppm"),
    "PSD": ("psb", "psd"),
    "QOI": ("qoi",),
    "SVG": ("svg", "svgz"),
    "TGA": ("tga",),
    "XCF": ("xcf",),
    **{name.upper(): (name,) for name in _RAW},
    **{name: kind.endings for name, kind in TABLE.items() if name not in FORMATS},
}
# Pictures too, by the ending of their name, as phones, cameras and scanners save them; they are not read.
OTHER_FORMATS = {f".{ending}": name for name, endings in _OTHERS.items() for ending in endings}

_FIRST_BYTES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    **dict.fromkeys((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), "TIFF"),
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
}
# Source: ISO/IEC 23008-12, annex B; AV1 Image File Format, section 8; the brand follows the length and "ftyp".
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"crx ": "CR3"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"), "HEIC"
)


def format_of(content: bytes, suffix: str = "") -> str:
    """The name of a picture's format, read or not, told by the first bytes, and by the file's ending where the format
    is built on TIFF or has no first bytes of its own; "" for what is no picture that we know of."""
    by_name = OTHER_FORMATS.get(suffix.lower(), "")
    if content[4:8] == b"ftyp":
        if any(brand in content[8:64] for brand in (b"avif", b"avis")):
            return "AVIF"
        return _BRANDS.get(content[8:12], by_name)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    for first, name in _FIRST_BYTES.items():
        if content.startswith(first):
            built_on_it = name == "TIFF" and by_name.lower() in _RAW
            return by_name if built_on_it else name
    if b"<svg" in content[:1000].lower():
        return "SVG"
    return by_name


def advice(name: str, them: str) -> str:
    """What to do about pictures ("it" or "them") of a format that is not read here."""
    convert = f"convert {them} to JPEG or PNG"
    return f"run {TABLE[name].install}, or {convert}" if name in TABLE else convert
