"""The nodes of a graph, one after the other: what each makes of what it is given, and what all of them cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.bundle import bounds
from clothier.bundle.node import Node, Shape, Tensor
from clothier.bundle.operators import OPERATORS, REASONS, Operator
from clothier.bundle.operators.pointwise import KINDS
from clothier.bundle.tensors import finite
from clothier.bundle.wire import Span
from clothier.errors import BundleError

_MOST_RANK = 8
_MOST_NUMBERS = 64  # of a list attribute
_MOST_WORD = 200
_FLOAT, _INT, _STRING, _TENSOR, _FLOATS, _INTS = 1, 2, 3, 4, 6, 7  # onnx.AttributeProto.AttributeType


@dataclass(frozen=True)
class Cost:
    """Of one image: how many numbers all activations have, how many multiplications make them, and the most `memory` in
    bytes that weights and the activations in use take at any time."""

    values: int
    multiplications: int
    memory: int


class Walk:
    """Every tensor of a graph by name, once its nodes have been walked through."""

    def __init__(self, graph: bytes, version: int, image_shape: Shape) -> None:
        self._graph, self._version = graph, version
        self.tensors = {"images": Tensor((-1, *image_shape), "uint8")}

    def add_constant(self, constant: Any, span: Span | None) -> None:
        if not constant.name:
            raise _twice(constant.name)
        name = ascii(constant.name)[:60]
        if constant.data_location or constant.external_data:
            raise BundleError(f"model.onnx keeps {name} in another file; wanted everything in the graph")
        data = memoryview(self._graph)[span.start : span.start + span.length] if span else memoryview(b"")
        self._add(constant.name, _constant(constant, name, data))

    def run(self, messages: Sequence[Any]) -> Cost:
        """What all nodes cost; BundleError for one that may not be."""
        last = {name: place for place, message in enumerate(messages) for name in message.input}
        values = work = 0
        held = peak = sum(tensor.num_bytes for tensor in self.tensors.values())
        free: set[str] = {"images"}
        for place, message in enumerate(messages):
            operator, node = self._read(message)
            made = self._outputs(message, operator.outputs(node))
            scratch = operator.scratch(node, made)
            values += scratch + sum(tensor.size for tensor in made)
            work += operator.work(node, made)
            if values > bounds.MOST_VALUES or work > bounds.MOST_WORK:
                raise BundleError(
                    f"model.onnx costs more than {bounds.MOST_VALUES:,} values or {bounds.MOST_WORK:,} "
                    "multiplications per image; wanted less"
                )
            held += sum(tensor.num_bytes for tensor in made)
            peak = max(peak, held + 4 * scratch)
            # What depends on no image is made once and kept.
            free |= {name for name in message.output if name and self.tensors[name].is_activation}
            ended = {name for name in message.input if name in free and last[name] == place}
            held -= sum(self.tensors[name].num_bytes for name in ended)
        return Cost(values, work, peak)

    def _outputs(self, message: Any, made: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The outputs that the node names. They are added to the known tensors."""
        if not 1 <= len(message.output) <= len(made):
            raise BundleError(
                f"model.onnx has a {message.op_type} of {len(message.input)} inputs and {len(message.output)} outputs"
            )
        taken = made[: len(message.output)]
        for tensor in taken:
            sides = tensor.shape
            if len(sides) > _MOST_RANK or 0 in sides or sum(side < 0 for side in sides) > 1:
                raise BundleError(
                    f"model.onnx has a {message.op_type} that gives {tensor}; wanted images on one axis"
                )
        for place, (name, tensor) in enumerate(zip(message.output, taken, strict=True)):
            if name or place == 0:
                self._add(name, tensor)
        return taken

    def _add(self, name: str, tensor: Tensor) -> None:
        if not name or name in self.tensors:
            raise _twice(name)
        self.tensors[name] = tensor

    def _read(self, message: Any) -> tuple[Operator, Node]:
        kind = message.op_type
        operator = _operator(message, self._version)
        least, most = operator.inputs
        if not least <= len(message.input) <= most:
            raise BundleError(
                f"model.onnx has a {kind} of {len(message.input)} inputs and {len(message.output)} outputs"
            )
        inputs: list[Tensor | None] = []
        for place, name in enumerate(message.input):
            if name not in self.tensors and (name or place not in operator.out):
                raise BundleError(
                    f"model.onnx has a {kind} of {ascii(name)[:60]}, which nothing before it makes"
                )
            inputs.append(self.tensors.get(name))
        attributes: dict[str, Any] = {}
        for attribute in message.attribute:
            if attribute.name not in operator.attributes or attribute.name in attributes:
                raise BundleError(
                    f"model.onnx has a {kind} with {ascii(attribute.name)[:60]}; wanted it without"
                )
            attributes[attribute.name] = _attribute(attribute, kind)
        return operator, Node(kind, tuple(inputs), attributes, len(message.output))


def _operator(node: Any, version: int) -> Operator:
    kind, name = node.op_type, ascii(node.op_type)[1:-1][:60]
    if node.domain not in ("", "ai.onnx"):
        raise BundleError(f"model.onnx has an operator of {ascii(node.domain)[:60]}; wanted ONNX's own alone")
    if kind in REASONS:
        raise BundleError(f"model.onnx has the operator {name}; {REASONS[kind]}; wanted a network without it")
    if kind not in OPERATORS:
        raise BundleError(
            f"model.onnx has the unknown operator '{name}'; wanted those that docs/export.md lists"
        )
    if version < OPERATORS[kind].since:
        raise BundleError(
            f"model.onnx has the operator {name} of version {version}; wanted that of version "
            f"{OPERATORS[kind].since} or later"
        )
    return OPERATORS[kind]


def _constant(constant: Any, name: str, data: memoryview) -> Tensor:
    kind, shape = KINDS.get(constant.data_type), tuple(constant.dims)
    if kind is None or len(shape) > _MOST_RANK or not all(0 < side < 2**31 for side in shape):
        raise BundleError(
            f"model.onnx has a constant {name} of another type or shape than a network's weights"
        )
    if len(data) != math.prod(shape) * np.dtype(kind).itemsize:
        raise BundleError(
            f"model.onnx has {len(data):,} bytes for its constant {name} of {kind} {shape}; wanted as many as it takes"
        )
    values = np.frombuffer(data, kind).reshape(shape)
    if not finite(values):
        raise BundleError(f"model.onnx has numbers in {name} that are not finite; wanted none")
    return Tensor(shape, kind, values)


def _attribute(attribute: Any, kind: str) -> Any:
    """The value of an attribute: a number, a list of numbers, a word, or a Tensor."""
    name = ascii(attribute.name)[:60]
    if not attribute.ref_attr_name:
        if attribute.type == _INT:
            return int(attribute.i)
        if attribute.type == _FLOAT and math.isfinite(attribute.f):
            return float(attribute.f)
        if attribute.type == _INTS and len(attribute.ints) <= _MOST_NUMBERS:
            return list(attribute.ints)
        if (
            attribute.type == _FLOATS
            and len(attribute.floats) <= _MOST_NUMBERS
            and np.isfinite(attribute.floats).all()
        ):
            return list(attribute.floats)
        if attribute.type == _STRING and len(attribute.s) <= _MOST_WORD and attribute.s.isascii():
            return attribute.s.decode()
        if attribute.type == _TENSOR and not attribute.t.data_location and not attribute.t.external_data:
            return _constant(attribute.t, f"of {kind}", memoryview(attribute.t.raw_data))
    raise BundleError(f"model.onnx has a {kind} whose {name} is no number, word or constant")


def _twice(name: str) -> BundleError:
    return BundleError(f"model.onnx has two tensors named {ascii(name)[:60]}; wanted names of their own")
