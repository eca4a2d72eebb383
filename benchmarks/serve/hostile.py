"""Uploads that mean harm, or make no sense: each kind a function of a random generator, every one to be refused."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

Dice = np.random.Generator
PREDICT, INFER = "/v1/predict", "/v2/models/{name}/infer"


@dataclass(frozen=True)
class Upload:
    """One request."""

    body: bytes
    kind: str = "image/png"
    path: str = PREDICT
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)


def sound(dice: Dice, kind: str) -> bytes:
    """A picture that can be read."""
    side = int(dice.integers(40, 400))
    image = Image.new("RGB", (side, side + 20), (240, 240, 235))
    pen = ImageDraw.Draw(image)
    pen.rectangle((side // 4, side // 4, side // 2, side // 1.2), tuple(dice.integers(0, 200, 3).tolist()))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(
    width: int, height: int, depth: int = 8, colour: int = 0, before: bytes = b"", data: bytes = b""
) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + before + _chunk(b"IDAT", zlib.compress(data)) + _chunk(b"IEND", b"")
    )


def _form(parts: list[tuple[str, bytes]], boundary: str = "x7") -> Upload:
    head = "--{}\r\nContent-Disposition: form-data; {}\r\n\r\n"
    body = b"".join(head.format(boundary, words).encode() + data + b"\r\n" for words, data in parts)
    return Upload(body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}")


def _cut(kind: str) -> Callable[[Dice], Upload]:
    def made(dice: Dice) -> Upload:
        content = sound(dice, kind)
        return Upload(content[: int(dice.integers(1, max(2, len(content) // 3)))], f"image/{kind.lower()}")

    return made


def _words(text: bytes) -> Callable[[Dice], Upload]:
    return lambda dice: Upload(text + dice.bytes(int(dice.integers(0, 3000))))


def _jpeg_of_size(dice: Dice) -> Upload:
    content = bytearray(sound(dice, "JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", 65000, int(dice.integers(20000, 65500)))
    return Upload(bytes(content), "image/jpeg")


def _gif_of_size(dice: Dice) -> Upload:
    content = bytearray(sound(dice, "GIF"))
    content[6:10] = struct.pack("<HH", 65535, 65535)
    return Upload(bytes(content), "image/gif")


def _bmp_of_size(dice: Dice) -> Upload:
    content = bytearray(sound(dice, "BMP"))
    content[18:26] = struct.pack(
        "<ii", int(dice.integers(10**5, 2**31 - 1)), int(dice.choice([-1, 1])) * 10**6
    )
    return Upload(bytes(content), "image/bmp")


def _webp_of_size(dice: Dice) -> Upload:
    # Lossless: a signature, then 14 bits each of width and height less one.
    size = 16382 | (16382 << 14)
    data = b"VP8L" + struct.pack("<I", 5) + b"\x2f" + struct.pack("<I", size) + b"\x00"
    return Upload(b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data, "image/webp")


def _tiff_of_size(dice: Dice) -> Upload:
    content = bytearray(sound(dice, "TIFF"))
    for tag in (256, 257):  # width and height
        place = content.index(struct.pack("<HHI", tag, 4, 1)) + 8
        content[place : place + 4] = struct.pack("<I", int(dice.integers(10**4, 2**31 - 1)))
    return Upload(bytes(content), "image/tiff")


def _tiff_of_tags(dice: Dice) -> Upload:
    # Each of the tags claims the whole file as its value.
    count = int(dice.integers(1000, 50000))  # below those that tell a raw file
    tags = b"".join(struct.pack("<HHII", tag, 7, 12 * count, 8) for tag in range(count))
    return Upload(b"II*\0" + struct.pack("<IH", 8, count) + tags + bytes(4), "image/tiff")


def _avif_of_size(dice: Dice) -> Upload:
    content = bytearray(sound(dice, "AVIF"))
    place = content.index(b"ispe") + 8
    content[place : place + 8] = struct.pack(">II", *dice.integers(10**4, 2**31 - 1, 2).tolist())
    return Upload(bytes(content), "image/avif")


def _text_bomb(dice: Dice) -> Upload:
    text = zlib.compress(bytes(int(dice.integers(20, 64)) * 2**20))
    return Upload(_png(8, 8, before=_chunk(b"zTXt", b"Comment\0\0" + text), data=bytes(72)))


def _profile_bomb(dice: Dice) -> Upload:
    profile = zlib.compress(bytes(int(dice.integers(20, 64)) * 2**20))
    return Upload(_png(8, 8, before=_chunk(b"iCCP", b"x\0\0" + profile), data=b"short"))


def _zip(dice: Dice) -> Upload:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.png", sound(dice, "PNG"))
    return Upload(file.getvalue())


def _gif_script(dice: Dice) -> Upload:
    return Upload(b"GIF89a=1;/*" + dice.bytes(200) + b"*/alert(1)//", "image/gif")


def _png_page(dice: Dice) -> Upload:
    return Upload(b"\x89PNG\r\n\x1a\n<!DOCTYPE html><script>" + dice.bytes(400) + b"</script>")


def _nested(dice: Dice) -> Upload:
    depth = int(dice.integers(1000, 200_000))
    return Upload(b'{"inputs":' + b"[" * depth + b"]" * depth + b"}", "application/json", INFER)


def _tensor(dice: Dice) -> Upload:
    shape = [int(side) for side in dice.integers(1, 2**40, 4)]
    tensor = {"name": "images", "datatype": "UINT8", "shape": shape, "data": []}
    return Upload(json.dumps({"inputs": [tensor]}).encode(), "application/json", INFER)


def _tensor_bytes(dice: Dice) -> Upload:
    tensor = {"name": "images", "datatype": "UINT8", "shape": [1, 28, 28, 1]}
    head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": 784}}]}).encode()
    said = str(int(dice.choice([0, 7, len(head) - 1, len(head) + 900, 10**15])))
    kind, headers = "application/octet-stream", {"Inference-Header-Content-Length": said}
    return Upload(head + bytes(784), kind, INFER, headers=headers)


def _part_head(dice: Dice) -> Upload:
    name = "a" * int(dice.integers(10**4, 2 * 10**6))
    return _form([(f'name="file"; filename="{name}"', b"no picture")])


def _boundaries(dice: Dice) -> Upload:
    upload = _form([('name="file"; filename="a"', b"\r\n--x" * int(dice.integers(10, 200_000)))])
    return Upload(upload.body, upload.kind)


def _unended(dice: Dice) -> Upload:
    upload = _form([('name="file"; filename="a.png"', sound(dice, "PNG"))])
    return Upload(upload.body[: int(dice.integers(2, 60))], upload.kind)


def _many(dice: Dice) -> Upload:
    return _form([('name="file"; filename="a"', b"")] * int(dice.integers(33, 3000)))


def _method(dice: Dice) -> Upload:
    return Upload(b"", method=str(dice.choice(["GET", "PUT", "DELETE", "PATCH", "BREW"])))


def _path(dice: Dice) -> Upload:
    paths = [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/v1/predict/",
        "//v1/predict",
        "/v2/models/../x",
        "/" + "a" * 5000,
    ]
    return Upload(b"", path=str(dice.choice(paths)), method="GET")


KINDS: dict[str, Callable[[Dice], Upload]] = {
    "empty": lambda dice: Upload(b""),
    "noise": lambda dice: Upload(dice.bytes(int(dice.integers(1, 100_000)))),
    "text": _words(b"This is no picture. "),
    "page": _words(b"<!DOCTYPE html><script>alert(1)</script>"),
    "PDF": _words(b"%PDF-1.7\n"),
    "PPM": lambda dice: Upload(sound(dice, "PPM")),
    "icon": lambda dice: Upload(sound(dice, "ICO")),
    "SVG of entities": _words(b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>'),
    "PostScript": _words(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
    "archive": _zip,
    "truncated JPEG": _cut("JPEG"),
    "truncated PNG": _cut("PNG"),
    "truncated WebP": _cut("WEBP"),
    "truncated GIF": _cut("GIF"),
    "truncated BMP": _cut("BMP"),
    "truncated TIFF": _cut("TIFF"),
    "truncated AVIF": _cut("AVIF"),
    "huge JPEG": _jpeg_of_size,
    "huge PNG": lambda dice: Upload(_png(*dice.integers(8000, 2**31 - 1, 2).tolist())),
    "huge GIF": _gif_of_size,
    "huge BMP": _bmp_of_size,
    "huge WebP": _webp_of_size,
    "huge TIFF": _tiff_of_size,
    "huge AVIF": _avif_of_size,
    "TIFF of huge tags": _tiff_of_tags,
    "PNG of no size": lambda dice: Upload(_png(0, int(dice.integers(0, 9)))),
    "PNG of odd depth": lambda dice: Upload(
        _png(8, 8, int(dice.choice([3, 5, 64])), int(dice.integers(0, 9)))
    ),
    "PNG without pixels": lambda dice: Upload(_png(9000, 5000)),
    "text bomb": _text_bomb,
    "profile bomb": _profile_bomb,
    "GIF and script": _gif_script,
    "PNG and page": _png_page,
    "type of no picture": lambda dice: Upload(sound(dice, "PNG"), "application/json"),
    "compressed body": lambda dice: Upload(gzip.compress(bytes(2**20)), headers={"Content-Encoding": "gzip"}),
    "too large a body": lambda dice: Upload(bytes(40 * 2**20)),
    "large header": lambda dice: Upload(b"x", headers={"X-A": "a" * int(dice.integers(70_000, 300_000))}),
    "many headers": lambda dice: Upload(b"x", headers={f"X-{number}": "a" for number in range(400)}),
    "form without boundary": lambda dice: Upload(b"--x\r\n", "multipart/form-data"),
    "form of many": _many,
    "form of large heads": _part_head,
    "form of boundaries": _boundaries,
    "form without end": _unended,
    "form of another name": lambda dice: _form([('name="photo"; filename="a.png"', sound(dice, "PNG"))]),
    "nested JSON": _nested,
    "tensor of vast shape": _tensor,
    "tensor of wrong length": _tensor_bytes,
    "query": lambda dice: Upload(sound(dice, "PNG"), path=f"{PREDICT}?show=%00{dice.integers(9)}"),
    "method": _method,
    "path": _path,
}
RARE = {"too large a body", "text bomb", "profile bomb"}  # that take the sender long to make or to send
