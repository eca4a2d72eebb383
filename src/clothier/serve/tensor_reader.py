"""Bodies of the Open Inference Protocol -> what they ask for. JSON that takes long to read is read elsewhere."""

from __future__ import annotations

import dataclasses

import numpy as np

from clothier.errors import DataError, RefusedError
from clothier.serve import tensors
from clothier.serve.budget import Budget
from clothier.serve.decoder_process import LENGTH
from clothier.serve.decoders import DecodeOptions, DecoderPool
from clothier.serve.tensors import TensorRequest

# While Python reads JSON, nothing else of this process runs. So much takes 0.5 ms at most: bytes, and lists and objects
# among them, which take most of the time (64 KB of lists take 10 ms).
_SHORT, _LISTS = 2**14, 2000
_MOST = 2 * tensors.MAX_JSON_BYTES  # bytes of longer JSON that are read or wait for it
_ADVICE = "send binary tensors"


class TensorReader:
    """Longer JSON is read by a process of its own, which is started when the first comes."""

    def __init__(self, options: DecodeOptions, rows: int) -> None:
        self._options = dataclasses.replace(options, rows=rows)
        self._rows, self._shape = rows, (*options.size, options.channels)
        self._waiting = Budget("bytes of JSON", _ADVICE, lambda: _MOST)
        self._pool: DecoderPool | None = None

    @property
    def replaced(self) -> int:
        return self._pool.replaced if self._pool else 0

    def check(self, length: int | None, head: str | None) -> None:
        """Raise RefusedError, before the body arrives, if JSON of the length in its header would not be read now."""
        if length is not None:
            size = tensors.json_length(head, length)
            if size > _SHORT:
                self._waiting.check(size)

    async def read(self, body: bytes, head: str | None) -> TensorRequest:
        """What that body asks for; `head` is the header tensors.JSON_LENGTH. Raises RefusedError."""
        length = tensors.json_length(head, len(body))
        if length <= _SHORT and body.count(b"[", 0, length) + body.count(b"{", 0, length) <= _LISTS:
            return tensors.parse(body, length, self._shape, self._rows)
        with self._waiting.take(length):
            if self._pool is None:
                self._pool = DecoderPool(self._options, 1)
            try:
                header, pixels = await self._pool.ask(LENGTH.pack(length) + body)
            except DataError:
                raise RefusedError(
                    413, "too_large", f"the JSON takes too long to read; wanted fewer lists; {_ADVICE}"
                ) from None
        if "refused" in header:
            raise RefusedError(*header["refused"])
        images = np.frombuffer(pixels, np.uint8).reshape(header["shape"])
        return TensorRequest(header["id"], images, header["outputs"], header["binary"])

    def close(self) -> None:
        """End the process."""
        if self._pool:
            self._pool.close()
