"""A person's picture -> the pixels a model expects. Everything here works with NumPy and Pillow alone.

Every DataError raised here is the reason alone ("is truncated"); the caller puts the path before it.
"""

from __future__ import annotations

from clothier.photo.ahead import ahead
from clothier.photo.decoding import Header, Picture, decode, header, is_grey, load, may_be_grey, shape
from clothier.photo.fitting import CROPS, fit, read
from clothier.photo.formats import FORMAT_WORDS, FORMATS, MEDIA_TYPES, SUFFIXES
from clothier.photo.opening import SCALED, missing
from clothier.photo.sources import MAX_FILE_BYTES, MAX_PIXELS, Source, bytes_of
from clothier.photo.walk import Found, walk

__all__ = [
    "CROPS",
    "FORMATS",
    "FORMAT_WORDS",
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "MEDIA_TYPES",
    "SCALED",
    "SUFFIXES",
    "Found",
    "Header",
    "Picture",
    "Source",
    "ahead",
    "bytes_of",
    "decode",
    "fit",
    "header",
    "is_grey",
    "load",
    "may_be_grey",
    "missing",
    "read",
    "shape",
    "walk",
]
