"""An ONNX graph in the making: nodes and constants, named by those who add them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from clothier.values import Floats

OPSET = 17  # of onnx 1.12 and later; read by every ONNX Runtime and OpenVINO of the last years
IR_VERSION = 8

Array = npt.NDArray[Any]


class Linear:
    """A convolution's or a dense layer's numbers, which what follows it may still change: kernel with the outputs on
    its last axis, and bias."""

    def __init__(self, kernel: Array, bias: Array) -> None:
        self.kernel, self.bias = kernel.astype(np.float64), bias.astype(np.float64)

    def then(self, scale: Array, offset: Array) -> None:
        """Let it give scale * y + offset where it gave y."""
        self.kernel = self.kernel * scale
        self.bias = self.bias * scale + offset


class Nodes:
    """Nodes in the order they run, and constants by name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}
        self._linears: list[tuple[str, str, Linear]] = []

    def add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, value: Array) -> str:
        self.constants[name] = value
        return name

    def linear(
        self, kind: str, name: str, source: str, linear: Linear, output: str, **attributes: Any
    ) -> None:
        """Add a Conv or a Gemm whose numbers are settled when the graph is made."""
        self._linears.append((kind, name, linear))
        self.add(kind, [source, f"{name}/kernel", f"{name}/bias"], output, **attributes)

    def rename(self, before: str, after: str) -> None:
        for node in self.nodes:
            for names in (node.input, node.output):
                for place, name in enumerate(names):
                    if name == before:
                        names[place] = after

    def again(self, nodes: Sequence[onnx.NodeProto], prefix: str, renamed: Mapping[str, str]) -> None:
        """Add those nodes again, with that prefix before the names of what they make, on inputs that have that prefix
        or are `renamed`; constants are shared."""
        made = {name: prefix + name for node in nodes for name in node.output} | dict(renamed)
        for node in nodes:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = [made.get(name, name) for name in node.input]
            copy.output[:] = [made[name] for name in node.output]
            self.nodes.append(copy)

    def model(self, image_shape: tuple[int, int, int], outputs: Mapping[str, int]) -> bytes:
        """The finished graph: `images` uint8 in, `outputs` float32 (n, width) out; equal networks, equal bytes."""
        for kind, name, linear in self._linears:
            kernel: Floats = linear.kernel.astype(np.float32)
            self.constants[f"{name}/kernel"] = kernel.transpose(3, 2, 0, 1) if kind == "Conv" else kernel
            self.constants[f"{name}/bias"] = linear.bias.astype(np.float32)
        for node in self.nodes:
            node.name = node.output[0]
        graph = helper.make_graph(
            self.nodes,
            "clothier",
            [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", *image_shape])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
                for name, width in outputs.items()
            ],
            [numpy_helper.from_array(np.asarray(v, order="C"), name) for name, v in self.constants.items()],
        )
        made = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="clothier",
            ir_version=IR_VERSION,
        )
        return bytes(made.SerializeToString(deterministic=True))
