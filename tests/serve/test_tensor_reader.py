"""JSON that takes long to read is read by another process, and gives the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from support import linear_network
from support.in_process_service import finished

from clothier.errors import RefusedError
from clothier.serve import tensors
from clothier.serve.decoders import DecodeOptions
from clothier.serve.tensor_reader import _SHORT, TensorReader
from clothier.serve.tensors import TensorRequest
from clothier.values import Images

OPTIONS = DecodeOptions("pad", (8, 8), 1, megapixels=50, bytes=2**30, seconds=60)


def _with(act: Callable[[TensorReader], Awaitable[Any]], seconds: float = 60) -> Any:
    async def running() -> Any:
        reader = TensorReader(DecodeOptions(**{**vars(OPTIONS), "seconds": seconds}), 1024)
        try:
            return await act(reader)
        finally:
            reader.close()

    return finished(running())


def _json(images: Images, **more: Any) -> bytes:
    tensor = {"name": "images", "datatype": "UINT8", "shape": list(images.shape), "data": images.tolist()}
    return json.dumps({"inputs": [tensor], "id": "seven", **more}).encode()


@pytest.mark.parametrize("rows", [3, 400])
def test_it_gives_what_parse_gives(rows: int) -> None:
    images = linear_network.pictures(rows)
    outputs = [{"name": "logits", "parameters": {"binary_data": True}}, {"name": "status"}]
    body = _json(images, outputs=outputs)
    assert (len(body) > _SHORT) == (rows == 400)

    async def act(reader: TensorReader) -> TensorRequest:
        asked = await reader.read(body, None)
        assert (reader._pool is None) == (rows == 3)
        return asked

    asked, wanted = _with(act), tensors.parse(body, len(body), (8, 8, 1), 1024)
    np.testing.assert_array_equal(asked.images, wanted.images)
    np.testing.assert_array_equal(asked.images, images)
    assert (asked.id, asked.outputs, asked.binary) == (wanted.id, wanted.outputs, wanted.binary)


def test_short_json_of_many_lists_is_not_read_in_the_process_that_answers() -> None:
    body = _json(np.zeros((1, 8, 8, 1), np.uint8), parameters={"lists": [[]] * 2500})
    assert len(body) < _SHORT

    async def act(reader: TensorReader) -> None:
        assert (await reader.read(body, None)).images.shape == (1, 8, 8, 1)
        assert reader._pool is not None

    _with(act)


def test_bytes_behind_long_json_are_read_with_it() -> None:
    images = linear_network.pictures(5)
    told = {"parameters": {"binary_data_size": images.nbytes}}
    tensor = {"name": "images", "datatype": "UINT8", "shape": [5, 8, 8, 1], **told}
    head = json.dumps({"inputs": [tensor], "parameters": {"note": "x" * _SHORT}}).encode()

    async def act(reader: TensorReader) -> TensorRequest:
        return await reader.read(head + images.tobytes(), str(len(head)))

    np.testing.assert_array_equal(_with(act).images, images)


LISTS = _json(np.zeros((1, 8, 8, 1), np.uint8)).replace(b'"data": ', b'"data": ' + b"[" * 200_000)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (LISTS, 400, "the body is not JSON; wanted an object with inputs"),
        (b'{"inputs":[' + b"[],[],"[:3] * 200_000 + b"[]]}", 400, "the body does not have exactly one input"),
        (
            b" " * (tensors.MAX_JSON_BYTES + 1),
            413,
            "the JSON has 4,194,305 bytes; wanted at most 4,194,304; send binary",
        ),
    ],
)
def test_refusals_are_those_of_parse(body: bytes, status: int, words: str) -> None:
    async def act(reader: TensorReader) -> None:
        with pytest.raises(RefusedError) as raised:
            await reader.read(body, None)
        assert raised.value.status == status
        assert str(raised.value).startswith(words)

    _with(act)


def test_others_have_their_turn_while_it_is_read_and_too_much_together_is_refused() -> None:
    body = _json(np.zeros((1, 8, 8, 1), np.uint8), id="x", parameters={"lists": [[[]]] * 400_000})

    async def act(reader: TensorReader) -> None:
        reading = [asyncio.ensure_future(reader.read(body, None)) for _ in range(20)]
        turns = 0
        while not reading[0].done():
            turns += 1
            await asyncio.sleep(0.001)
        assert turns > 10
        ends = await asyncio.gather(*reading, return_exceptions=True)
        refused = [str(end) for end in ends if isinstance(end, RefusedError)]
        assert 0 < len(refused) < 20
        assert all(words.startswith("the service is busy: the request costs ") for words in refused)
        assert sum(isinstance(end, TensorRequest) for end in ends) == 20 - len(refused)
        assert reader._waiting.used == 0

    _with(act)


def test_json_that_would_not_be_read_now_is_refused_before_it_comes() -> None:
    async def act(reader: TensorReader) -> None:
        reader.check(None, None)  # it does not say
        reader.check(4_000_000, None)
        with reader._waiting.take(4_000_000):
            with pytest.raises(RefusedError) as raised:
                reader.check(4_000_000, None)
            reader.check(4_000_000, "300")  # bytes behind little JSON
            reader.check(300, None)
        assert raised.value.status == 429
        with pytest.raises(RefusedError) as raised:
            reader.check(10**19 - 1, None)
        assert raised.value.status == 413

    _with(act)


def test_what_takes_too_long_is_given_up_and_the_next_read() -> None:
    images = linear_network.pictures(400)

    async def act(reader: TensorReader) -> None:
        reader._options = DecodeOptions(**{**vars(reader._options), "seconds": 0.001})
        with pytest.raises(RefusedError) as raised:
            await reader.read(_json(images), None)
        assert (raised.value.status, str(raised.value)) == (
            413,
            "the JSON takes too long to read; wanted fewer lists; send binary tensors",
        )
        assert reader.replaced == 1
        assert reader._pool is not None
        reader._pool._options = DecodeOptions(**{**vars(OPTIONS), "rows": 1024})
        np.testing.assert_array_equal((await reader.read(_json(images), None)).images, images)

    _with(act)
