"""The IDX file format of MNIST and its relatives, packed with gzip or not.

Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format": two zero bytes, the type of the numbers (8 =
unsigned byte), the number of dimensions, each dimension as a big-endian 32-bit number, then the numbers.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.system.files import check_file

Bytes = npt.NDArray[np.uint8]

UNSIGNED_BYTE = 8
LABEL_DIMENSIONS = (1,)
IMAGE_DIMENSIONS = (3, 4)  # (n, height, width) or (n, height, width, channels)
MAX_SIDE = 4096  # pixels
MAX_BYTES = 4 * 2**30  # no set of small images comes near; a damaged header does
_CHUNK = 2**20


def read_images(path: Path) -> Bytes:
    """Images uint8 (n, height, width, 1 or 3). Raises DataError as `read`, and for images of other shapes."""
    images = read(path, IMAGE_DIMENSIONS)
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.shape[3] not in (1, 3):
        raise DataError(f"{path} has images of {images.shape[3]} channels; wanted 1 or 3")
    return images


def read_labels(path: Path) -> Bytes:
    """Labels uint8 (n,). Raises DataError as `read`."""
    return read(path, LABEL_DIMENSIONS)


def read(path: Path, dimensions: tuple[int, ...]) -> Bytes:
    """The file's array, uint8, of one of those numbers of dimensions.

    The header is checked first; then exactly the bytes it announces are unpacked, and one more to notice surplus,
    so a small file that would unpack to gigabytes does no harm. Raises DataError for a file that cannot be read,
    is damaged, truncated or too long, or holds something else.
    """
    check_file(path, DataError)
    try:
        with _open(path) as stream:
            shape = _read_shape(stream, path, dimensions)
            body = _read_body(stream, path, math.prod(shape))
    except EOFError as error:
        raise DataError(f"{path} is truncated: its gzip stream ends too soon; get the file again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged: {error}; get the file again") from error
    except OSError as error:
        raise DataError(
            f"cannot read {path}: {error.strerror}; check the name and the permissions"
        ) from error
    return np.frombuffer(body, np.uint8).reshape(shape)


def sha256(array: Bytes) -> str:
    """SHA-256 hex digest of the unpacked IDX file that holds the array."""
    return hashlib.sha256(header(array.shape) + np.ascontiguousarray(array).tobytes()).hexdigest()


def header(shape: tuple[int, ...]) -> bytes:
    """The first bytes of an IDX file of unsigned bytes of that shape."""
    return struct.pack(f">HBB{len(shape)}I", 0, UNSIGNED_BYTE, len(shape), *shape)


def _open(path: Path) -> io.BufferedIOBase:
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if is_gzip else path.open("rb")


def _read_shape(stream: io.BufferedIOBase, path: Path, dimensions: tuple[int, ...]) -> tuple[int, ...]:
    magic = stream.read(4)
    kind = "labels" if dimensions == LABEL_DIMENSIONS else "images"
    if magic not in [struct.pack(">HBB", 0, UNSIGNED_BYTE, number) for number in dimensions]:
        wanted = " or ".join(f"000008{number:02x}" for number in dimensions)
        raise DataError(
            f"{path} begins with {magic.hex() or 'nothing'}; wanted {wanted}, an IDX file of {kind}; "
            "check that the file is what its name says"
        )
    num_dims = magic[3]
    sizes = stream.read(4 * num_dims)
    if len(sizes) < 4 * num_dims:
        raise DataError(f"{path} is truncated: it ends within its header; get the file again")
    shape: tuple[int, ...] = struct.unpack(f">{num_dims}I", sizes)
    if min(shape) == 0 or max(shape[1:], default=1) > MAX_SIDE or math.prod(shape) > MAX_BYTES:
        raise DataError(
            f"{path} announces {' x '.join(map(str, shape))} numbers; wanted at least one, sides of at most "
            f"{MAX_SIDE} and {MAX_BYTES // 2**30} GiB in all; get the file again"
        )
    return shape


def _read_body(stream: io.BufferedIOBase, path: Path, num_bytes: int) -> bytearray:
    body = bytearray()  # grows with what is really there, so a header that lies costs nothing
    while len(body) < num_bytes:
        chunk = stream.read(min(_CHUNK, num_bytes - len(body)))
        if not chunk:
            raise DataError(
                f"{path} is truncated: it announces {num_bytes} bytes and holds {len(body)}; get the file again"
            )
        body += chunk
    if stream.read(1):
        raise DataError(f"{path} holds more than the {num_bytes} bytes it announces; get the file again")
    return body
