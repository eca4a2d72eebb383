"""Operators that multiply matrices."""

from __future__ import annotations

import re

from clothier.bundle.node import Node, Shape, Tensor, positive
from clothier.bundle.operators.table import Made, Operator, names

_FOLLOWS = "its dimensions are dimensions of its inputs"


def _gemm(node: Node) -> Tensor:
    left, right, added = node.input(0), node.input(1), node.optional(2)
    node.floats(0, 1, 2)
    node.wanted(len(left.shape) == len(right.shape) == 2, "two matrices")
    rows, inner = _turned(left.shape, node.flag("transA", 0))
    other, columns = _turned(right.shape, node.flag("transB", 0))
    node.wanted(inner == other and inner > 0, "a kernel that fits")
    made = Tensor((rows, columns), left.kind)
    node.wanted(added is None or node.spread([made.shape, added.shape]) == made.shape, "a bias that fits")
    return made


def _turned(shape: Shape, turn: bool) -> Shape:
    return shape[::-1] if turn else shape


def _product(left: Shape, right: Shape, node: Node) -> Shape:
    """The shape of the product that NumPy's matmul computes."""
    node.wanted(len(left) > 0 and len(right) > 0, "matrices")
    rows = left if len(left) > 1 else (1, *left)
    columns = right if len(right) > 1 else (*right, 1)
    node.wanted(rows[-1] == columns[-2] and rows[-1] > 0, "a matrix that fits")
    before = node.spread([rows[:-2], columns[:-2]]) if len(rows) + len(columns) > 4 else ()
    return (*before, *(rows[-2:-1] if len(left) > 1 else ()), *(columns[-1:] if len(right) > 1 else ()))


def _matmul(node: Node) -> Tensor:
    left, right = node.input(0), node.input(1)
    node.wanted(len(node.inputs) == 2 and left.kind == right.kind, "two of one type")
    return Tensor(_product(left.shape, right.shape, node), left.kind)


def _matmul_of_bytes(node: Node) -> Tensor:
    left, right = node.input(0), node.input(1)
    node.wanted({left.kind, right.kind} <= {"int8", "uint8"}, "bytes")
    node.wanted(all(len(tensor.shape) <= 1 for tensor in node.tensors[2:]), "one zero for all or each row")
    return Tensor(_product(left.shape, right.shape, node), "int32")


def _quantized_matmul(node: Node) -> Tensor:
    left, right = node.input(0), node.input(3)
    node.wanted({left.kind, right.kind} <= {"int8", "uint8"}, "bytes")
    node.wanted(
        all(len(node.input(place).shape) <= 1 for place in (1, 2, 4, 5, 6, 7)),
        "one scale for all or each column",
    )
    return Tensor(_product(left.shape, right.shape, node), node.input(7).kind)


def _gemm_work(node: Node, made: Made) -> int:
    return made[0].size * _turned(node.input(0).shape, bool(node.attributes.get("transA", 0)))[1]


def _matmul_work(node: Node, made: Made) -> int:
    return made[0].size * abs(node.input(0).shape[-1])


_LETTERS = re.compile("([a-zA-Z]+)(?:,([a-zA-Z]+))?->([a-zA-Z]*)")


def _einsum(node: Node) -> Tensor:
    """Einsum of one tensor or two; for more of them the runtime may make larger intermediate results."""
    sides, output = _sides(node)
    return Tensor(tuple(sides[letter] for letter in output), node.input(0).kind)


def _sides(node: Node) -> tuple[dict[str, int], str]:
    """The side that each letter stands for, and the letters of the output."""
    found = _LETTERS.fullmatch(str(node.attributes.get("equation", "")).replace(" ", ""))
    terms = [term for term in found.groups()[:2] if term] if found else []
    if found is None or len(terms) != len(node.inputs):
        node.refuse("an equation such as 'bij,bjk->bik' of one or two tensors")
    output, sides = found.group(3), dict[str, int]()
    for term, tensor in zip(terms, node.tensors, strict=True):
        node.wanted(len(term) == len(tensor.shape) == len(set(term)), "a letter for each axis, each once")
        for letter, side in zip(term, tensor.shape, strict=True):
            node.wanted(sides.setdefault(letter, side) == side, "shapes that fit")
    node.wanted(
        len(set(output)) == len(output) and set(output) <= set(sides), "letters of the inputs, each once"
    )
    node.wanted(
        all(side > 0 or letter in output for letter, side in sides.items()), "a sum within each image"
    )
    return sides, output


def _einsum_work(node: Node, made: Made) -> int:
    return positive(tuple(_sides(node)[0].values()))


def _determinant(node: Node) -> Tensor:
    x = node.input(0)
    node.wanted(len(x.shape) > 1 and x.shape[-1] == x.shape[-2] > 0, "square matrices")
    return Tensor(x.shape[:-2], x.kind)


def _determinant_work(node: Node, made: Made) -> int:
    return node.input(0).size * node.input(0).shape[-1]


OPERATORS: dict[str, Operator] = {
    "Det": Operator(_determinant, (1, 1), "at most as large as its input", work=_determinant_work),
    "Einsum": Operator(_einsum, (1, 2), _FOLLOWS, names("equation"), work=_einsum_work),
    "Gemm": Operator(
        _gemm, (2, 3), _FOLLOWS, names("alpha beta transA transB"), out=frozenset({2}), work=_gemm_work
    ),
    "MatMul": Operator(_matmul, (2, 2), _FOLLOWS, work=_matmul_work),
    "MatMulInteger": Operator(_matmul_of_bytes, (2, 4), _FOLLOWS, out=frozenset({2, 3}), work=_matmul_work),
    "QLinearMatMul": Operator(_quantized_matmul, (8, 8), _FOLLOWS, work=_matmul_work),
}
