"""The process that reads what came for a service: bytes in, images out, over the socket that is its standard input.

    python -m clothier.serve.decoder_process '{"way": "doctor", "size": [28, 28], "channels": 1, ...}'

A picture is a length (8 bytes, little endian), whether it is used whole (1 byte), and its bytes. An answer is two
lengths (4 bytes each), a JSON object and the pixels: {"shape", "warnings"}, or {"reason"} without pixels where the
picture cannot be read. With "rows", tensors come in place of pictures, behind the same head: the length of their JSON
(8 bytes), the JSON and the bytes behind it; the answer has {"shape", "id", "outputs", "binary"}, or {"refused"}. In
each there are "seconds", of a core's time. The process ends when the service closes the socket, or dies.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from clothier.errors import DataError, RefusedError
from clothier.photo import doctor
from clothier.serve import tensors

LENGTH = struct.Struct("<Q")
HEAD = struct.Struct("<Q?")
LENGTHS = struct.Struct("<II")
TOO_MUCH_MEMORY = "needs more memory than is allowed"
FAILED = "cannot be decoded"
NICE = 10  # by which tensors step back, whose reading takes long where they are large


def main(arguments: str) -> None:
    """Answer until the socket closes. `arguments` is JSON: way, size, channels, megapixels, rows, bytes, seconds."""
    options = json.loads(arguments)
    read = _tensor if options["rows"] else _decoded
    if options["rows"]:
        os.nice(NICE)
        # Looking for cycles among a million lists takes longer than reading them, and there are none.
        gc.disable()
    # A terminal's Ctrl-C and a service manager's stop reach every process; this one ends when the service does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _limit(options["bytes"])
    line = socket.socket(fileno=0)
    while (head := _received(line, HEAD.size)) is not None:
        length, options["whole"] = HEAD.unpack(head)
        content = _received(line, length)
        if content is None:
            return
        _allow(options["seconds"])
        began = time.process_time()
        answer, pixels = read(content, options)
        answer["seconds"] = time.process_time() - began
        del content
        header = json.dumps(answer).encode()
        try:
            line.sendall(LENGTHS.pack(len(header), len(pixels)) + header + pixels)
        except OSError:
            return


def _decoded(content: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    height, width = options["size"]
    most = options["megapixels"] * 10**6
    try:
        image, warnings = doctor.diagnose(
            content, options["way"], (height, width), options["channels"], most, whole=options["whole"]
        )
    except DataError as error:
        return {"reason": str(error)}, b""
    except MemoryError:
        return {"reason": TOO_MUCH_MEMORY}, b""
    except Exception:  # a fault of ours; the service lives on
        traceback.print_exc()
        return {"reason": FAILED}, b""
    return {"shape": list(image.shape), "warnings": list(warnings)}, image.tobytes()


def _tensor(content: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    height, width = options["size"]
    (length,) = LENGTH.unpack_from(content)
    shape = (height, width, options["channels"])
    try:
        request = tensors.parse(content[LENGTH.size :], length, shape, options["rows"])
    except RefusedError as error:
        return {"refused": [error.status, error.code, str(error)]}, b""
    except MemoryError:
        return {"refused": [413, "too_large", tensors.TOO_MUCH_MEMORY]}, b""
    answer = {
        "shape": request.images.shape,
        "id": request.id,
        "outputs": request.outputs,
        "binary": request.binary,
    }
    return answer, request.images.tobytes()


def _received(line: socket.socket, count: int) -> bytes | None:
    """So many bytes; None where the other end closed, or died before it heard the last answer."""
    data = bytearray(count)
    view, filled = memoryview(data), 0
    while filled < count:
        try:
            num_received = line.recv_into(view[filled:])
        except ConnectionResetError:
            return None
        if not num_received:
            return None
        filled += num_received
    return bytes(data)


def _limit(most: int) -> None:
    """So much memory, no file written, no core dumped; and the first to be killed where the machine runs short."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    limits = {"RLIMIT_AS": most, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0}
    for name, value in limits.items():
        with contextlib.suppress(OSError, ValueError):  # macOS knows some by name alone
            resource.setrlimit(getattr(resource, name), (value, value))


def _allow(seconds: int) -> None:
    """So much processor time from now on: the end of it kills this process, even when nobody is left to."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


if __name__ == "__main__":
    main(sys.argv[1])
