"""One node of a graph, and what is known of the tensors it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from clothier.errors import BundleError

# A side of -k stands for k times the number of images, which is not known; every other side is a number from 1.
Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Tensor:
    """What is known of a tensor: its shape, its type as numpy.dtype names it, and the values of constants."""

    shape: Shape
    kind: str
    values: npt.NDArray[Any] | None = None

    @property
    def is_activation(self) -> bool:
        """Whether it depends on the number of images."""
        return any(side < 0 for side in self.shape)

    @property
    def size(self) -> int:
        """The number of values, for one image."""
        return math.prod(map(abs, self.shape))

    @property
    def num_bytes(self) -> int:
        """In memory, for one image."""
        return self.size * np.dtype(self.kind).itemsize

    def __str__(self) -> str:
        sides = ", ".join(
            str(side) if side > 0 else "n" if side == -1 else f"{-side}n" for side in self.shape
        )
        return f"{self.kind} ({sides}{',' if len(self.shape) == 1 else ''})"


@dataclass(frozen=True, eq=False)
class Node:
    """One node: its operator, its inputs (None for one that is left out), its attributes by name, and how many outputs
    are taken of it."""

    kind: str
    inputs: tuple[Tensor | None, ...]
    attributes: dict[str, Any]
    num_outputs: int = 1

    def refuse(self, words: str) -> NoReturn:
        shapes = ", ".join(str(tensor) if tensor else "nothing" for tensor in self.inputs[:4])
        raise BundleError(f"model.onnx has a {self.kind} on {shapes}; wanted {words}")

    def wanted(self, condition: bool, words: str) -> None:
        """BundleError saying what was wanted unless it is so."""
        if not condition:
            self.refuse(words)

    def input(self, place: int) -> Tensor:
        """The input at that place, which must be there."""
        tensor = self.optional(place)
        if tensor is None:
            self.refuse(f"an input {place + 1}")
        return tensor

    def optional(self, place: int) -> Tensor | None:
        return self.inputs[place] if place < len(self.inputs) else None

    @property
    def tensors(self) -> list[Tensor]:
        """The inputs that are there."""
        return [tensor for tensor in self.inputs if tensor is not None]

    def constants(self, place: int, most: int = 16) -> list[int] | None:
        """The whole numbers of the input at that place, a constant; None where it is left out."""
        tensor = self.optional(place)
        if tensor is None:
            return None
        self.wanted(
            tensor.values is not None and tensor.kind in ("int32", "int64") and tensor.size <= most,
            f"at most {most} constant whole numbers as input {place + 1}",
        )
        return [int(value) for value in np.ravel(tensor.values)] if tensor.values is not None else []

    def of_rank(self, *ranks: int) -> Tensor:
        """The first input, of one of those ranks."""
        first = self.input(0)
        self.wanted(len(first.shape) in ranks, f"{' or '.join(map(str, ranks))} axes")
        return first

    def images_first(self, *ranks: int) -> Tensor:
        """The first input, of one of those ranks, the images on its first axis."""
        first = self.of_rank(*ranks)
        self.wanted(
            first.shape[0] < 0 and all(side > 0 for side in first.shape[1:]), "an activation, images first"
        )
        return first

    def floats(self, *places: int) -> None:
        """All those inputs that are there must be float32."""
        kinds = [tensor.kind for place in places if (tensor := self.optional(place)) is not None]
        self.wanted(set(kinds) <= {"float32"}, "float32")

    def place(self, axis: Any, shape: Shape, *, own: bool = False) -> int:
        """The axis as a number from 0; with `own` it may be the images' own."""
        rank = len(shape)
        self.wanted(type(axis) is int and -rank <= axis < rank, f"an axis from {-rank} to {rank - 1}")
        axis %= rank
        self.wanted(own or shape[axis] > 0, "an axis that is not the images' own")
        return int(axis)

    def axis(self, shape: Shape, default: int) -> int:
        """The attribute of that name."""
        return self.place(self.attributes.get("axis", default), shape)

    def flag(self, name: str, default: int) -> bool:
        value = self.attributes.get(name, default)
        self.wanted(value in (0, 1) and type(value) is int, f"{name} to be 0 or 1")
        return bool(value)

    def whole_number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.attributes.get(name, default)
        self.wanted(type(value) is int and least <= value <= most, f"{name} from {least} to {most}")
        return int(value)

    def whole_numbers(self, name: str, default: list[int], least: int, most: int) -> list[int]:
        """A list attribute of as many numbers as the default, each in that range."""
        given = self.attributes.get(name, default)
        self.wanted(
            isinstance(given, list)
            and len(given) == len(default)
            and all(type(side) is int and least <= side <= most for side in given),
            f"{name} of {len(default)} numbers from {least} to {most}",
        )
        return list(given)

    def word(self, name: str, default: str, *known: str) -> str:
        given = self.attributes.get(name, default)
        self.wanted(given in known, f"{name} to be {' or '.join(known)}")
        return str(given)

    def spread(self, shapes: Iterable[Shape]) -> Shape:
        """The shape that all those are spread to, by the rules of NumPy."""
        every = [*shapes]
        rank = max(map(len, every))
        made = []
        for sides in zip(*((1,) * (rank - len(shape)) + shape for shape in every), strict=True):
            others = {side for side in sides if side != 1}
            self.wanted(len(others) <= 1, "shapes that fit")
            made.append(others.pop() if others else 1)
        return tuple(made)


def positive(shape: Shape) -> int:
    """The values of a part of a shape, for one image."""
    return math.prod(map(abs, shape))
