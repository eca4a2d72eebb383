"""An ONNX graph's bytes -> the same graph without its weights, which is small, and where the weights lie.

Parsing a message of unknown origin may take a hundred times its bytes: two bytes make an object. So what is parsed is
small, however large the weights, and they are never copied. Source: the protobuf encoding and onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clothier.errors import BundleError

MOST_BESIDES = 2**19  # bytes of a graph besides its weights

_GRAPH, _INITIALIZER, _RAW = 7, 5, 9  # of ModelProto, GraphProto, TensorProto
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5


@dataclass(frozen=True)
class Span:
    """Where the bytes of one constant lie."""

    start: int
    length: int


def without_weights(graph: bytes) -> tuple[bytes, list[Span | None]]:
    """(the graph with no raw data in its constants; for each constant in order where that lay, or None where it had
    none). BundleError where the bytes are no protobuf message, or too many are left."""
    reader = _Reader(graph)
    return reader.model(), reader.spans


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self.spans: list[Span | None] = []
        self._kept = 0

    def model(self) -> bytes:
        made = []
        for number, begin, inside, end in self._fields(0, len(self._data)):
            made.append(
                self._message(_GRAPH, self._graph(inside, end))
                if number == _GRAPH
                else self._keep(begin, end)
            )
        return b"".join(made)

    def _graph(self, start: int, stop: int) -> bytes:
        made = []
        for number, begin, inside, end in self._fields(start, stop):
            if number == _INITIALIZER:
                made.append(self._message(_INITIALIZER, self._tensor(inside, end)))
            else:
                made.append(self._keep(begin, end))
        return b"".join(made)

    def _tensor(self, start: int, stop: int) -> bytes:
        made, span = [], None
        for number, begin, inside, end in self._fields(start, stop):
            if number != _RAW:
                made.append(self._keep(begin, end))
            elif span is None:
                span = Span(inside, end - inside)
            else:
                raise BundleError("model.onnx has a constant with data twice; wanted it once")
        self.spans.append(span)
        return b"".join(made)

    def _keep(self, begin: int, end: int) -> bytes:
        self._count(end - begin)
        return bytes(self._data[begin:end])

    def _count(self, num_bytes: int) -> None:
        self._kept += num_bytes
        if self._kept > MOST_BESIDES:
            raise BundleError(
                f"model.onnx has more than {MOST_BESIDES:,} bytes besides its weights; wanted fewer"
            )

    def _message(self, number: int, content: bytes) -> bytes:
        self._count(2)
        return bytes([number << 3 | _LENGTH]) + _varint(len(content)) + content

    def _fields(self, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
        """(number, where the field begins, where its content begins, where it ends) of each field in there."""
        place = start
        while place < stop:
            key, inside = self._varint(place, stop)
            number, kind = key >> 3, key & 7
            if kind == _VARINT:
                _, end = self._varint(inside, stop)
            elif kind == _LENGTH:
                length, inside = self._varint(inside, stop)
                end = inside + length
            elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
                end = inside + (8 if kind == _EIGHT_BYTES else 4)
            else:
                raise _no_graph()
            if end > stop or number == 0:
                raise _no_graph()
            # Of another kind it is no such field, and the parser passes over it.
            yield number if kind == _LENGTH else 0, place, inside, end
            place = end

    def _varint(self, place: int, stop: int) -> tuple[int, int]:
        value = shift = 0
        while place < stop and shift < 70:
            byte = self._data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, place
            shift += 7
        raise _no_graph()


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def _no_graph() -> BundleError:
    return BundleError(
        "model.onnx is not an ONNX graph (its bytes are no message); wanted the one clothier wrote"
    )
