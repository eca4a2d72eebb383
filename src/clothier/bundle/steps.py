"""One node of a graph, and what is known of the tensors it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.errors import BundleError

Shape = tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Tensor:
    """What is known of a tensor: its shape, its type as numpy.dtype names it, and the values of small constants."""

    shape: Shape
    kind: str
    values: npt.NDArray[Any] | None = None

    @property
    def is_activation(self) -> bool:
        return self.shape[:1] == (None,)

    @property
    def size(self) -> int:
        """The number of values, for one image."""
        return math.prod(side for side in self.shape if side is not None)

    @property
    def num_bytes(self) -> int:
        """In memory, for one image."""
        return self.size * np.dtype(self.kind).itemsize


@dataclass(frozen=True, eq=False)
class Step:
    """One node: its operator, its inputs, and its attributes by name (whole numbers, or lists of them)."""

    kind: str
    inputs: tuple[Tensor, ...]
    attributes: dict[str, Any]

    def wanted(self, condition: bool, words: str) -> None:
        """BundleError saying what was wanted unless it is so."""
        if not condition:
            shapes = ", ".join(f"{tensor.kind} {tensor.shape}" for tensor in self.inputs[:4])
            raise BundleError(f"model.onnx has a {self.kind} on {shapes}; wanted {words}")

    def activation(self, count: int = 1) -> Tensor:
        """The first of so many inputs, an activation."""
        self.wanted(
            len(self.inputs) == count and self.inputs[0].is_activation, f"an activation first, {count} inputs"
        )
        return self.inputs[0]

    def floats(self, count: int, *ranks: int) -> Tensor:
        """The first of so many inputs, an activation of one of those ranks; all are float32."""
        first = self.activation(count)
        self.wanted(all(tensor.kind == "float32" for tensor in self.inputs), "float32")
        self.wanted(len(first.shape) in ranks, f"{' or '.join(map(str, ranks))} axes")
        return first

    def kernel(self, rank: int) -> Shape:
        """The shape of the second input, of that rank; it and the bias, the third, are constants that fit together."""
        kernel, bias = self.inputs[1:]
        self.wanted(
            not kernel.is_activation and len(kernel.shape) == rank, f"a constant kernel of {rank} axes"
        )
        outputs = kernel.shape[0] if rank == 4 else kernel.shape[-1]
        self.wanted(bias.shape == (outputs,), "a constant bias that fits")
        return kernel.shape

    def axis(self, rank: int, default: int = 0) -> int:
        """The attribute of that name: one behind the images' own."""
        given = self.attributes.get("axis", default)
        self.wanted(isinstance(given, int) and 0 < given < rank, f"an axis from 1 to {rank - 1}")
        return int(given)

    def whole_numbers(self, name: str, default: list[int], least: int, most: int) -> list[int]:
        """A list attribute of as many numbers as the default, each in that range."""
        given = self.attributes.get(name, default)
        self.wanted(
            isinstance(given, list)
            and len(given) == len(default)
            and all(least <= side <= most for side in given),
            f"{name} of {len(default)} numbers from {least} to {most}",
        )
        return list(given)
