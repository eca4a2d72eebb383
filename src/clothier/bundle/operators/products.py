"""Operators that multiply matrices."""

from __future__ import annotations

import re

from clothier.bundle.operators.table import Made, Operator, names
from clothier.bundle.steps import Shape, Step, Tensor, positive

_FOLLOWS = "its dimensions are dimensions of its inputs"


def _gemm(step: Step) -> Tensor:
    left, right, added = step.input(0), step.input(1), step.optional(2)
    step.floats(0, 1, 2)
    step.wanted(len(left.shape) == len(right.shape) == 2, "two matrices")
    rows, inner = _turned(left.shape, step.flag("transA", 0))
    other, columns = _turned(right.shape, step.flag("transB", 0))
    step.wanted(inner == other and inner > 0, "a kernel that fits")
    made = Tensor((rows, columns), left.kind)
    step.wanted(added is None or step.spread([made.shape, added.shape]) == made.shape, "a bias that fits")
    return made


def _turned(shape: Shape, turn: bool) -> Shape:
    return shape[::-1] if turn else shape


def _product(left: Shape, right: Shape, step: Step) -> Shape:
    """That of NumPy's matmul."""
    step.wanted(len(left) > 0 and len(right) > 0, "matrices")
    rows = left if len(left) > 1 else (1, *left)
    columns = right if len(right) > 1 else (*right, 1)
    step.wanted(rows[-1] == columns[-2] and rows[-1] > 0, "a matrix that fits")
    before = step.spread([rows[:-2], columns[:-2]]) if len(rows) + len(columns) > 4 else ()
    return (*before, *(rows[-2:-1] if len(left) > 1 else ()), *(columns[-1:] if len(right) > 1 else ()))


def _matmul(step: Step) -> Tensor:
    left, right = step.input(0), step.input(1)
    step.wanted(len(step.inputs) == 2 and left.kind == right.kind, "two of one type")
    return Tensor(_product(left.shape, right.shape, step), left.kind)


def _matmul_of_bytes(step: Step) -> Tensor:
    left, right = step.input(0), step.input(1)
    step.wanted({left.kind, right.kind} <= {"int8", "uint8"}, "bytes")
    step.wanted(all(len(tensor.shape) <= 1 for tensor in step.tensors[2:]), "one zero for all or each row")
    return Tensor(_product(left.shape, right.shape, step), "int32")


def _quantized_matmul(step: Step) -> Tensor:
    left, right = step.input(0), step.input(3)
    step.wanted({left.kind, right.kind} <= {"int8", "uint8"}, "bytes")
    step.wanted(
        all(len(step.input(place).shape) <= 1 for place in (1, 2, 4, 5, 6, 7)),
        "one scale for all or each column",
    )
    return Tensor(_product(left.shape, right.shape, step), step.input(7).kind)


def _gemm_work(step: Step, made: Made) -> int:
    return made[0].size * _turned(step.input(0).shape, bool(step.attributes.get("transA", 0)))[1]


def _matmul_work(step: Step, made: Made) -> int:
    return made[0].size * abs(step.input(0).shape[-1])


_LETTERS = re.compile("([a-zA-Z]+)(?:,([a-zA-Z]+))?->([a-zA-Z]*)")


def _einsum(step: Step) -> Tensor:
    """Of one tensor or two: of more of them the runtime may make larger ones on the way."""
    sides, output = _sides(step)
    return Tensor(tuple(sides[letter] for letter in output), step.input(0).kind)


def _sides(step: Step) -> tuple[dict[str, int], str]:
    """The side that each letter stands for, and the letters of the output."""
    found = _LETTERS.fullmatch(str(step.attributes.get("equation", "")).replace(" ", ""))
    terms = [term for term in found.groups()[:2] if term] if found else []
    if found is None or len(terms) != len(step.inputs):
        step.refuse("an equation such as 'bij,bjk->bik' of one or two tensors")
    output, sides = found.group(3), dict[str, int]()
    for term, tensor in zip(terms, step.tensors, strict=True):
        step.wanted(len(term) == len(tensor.shape) == len(set(term)), "a letter for each axis, each once")
        for letter, side in zip(term, tensor.shape, strict=True):
            step.wanted(sides.setdefault(letter, side) == side, "shapes that fit")
    step.wanted(
        len(set(output)) == len(output) and set(output) <= set(sides), "letters of the inputs, each once"
    )
    step.wanted(
        all(side > 0 or letter in output for letter, side in sides.items()), "a sum within each image"
    )
    return sides, output


def _einsum_work(step: Step, made: Made) -> int:
    return positive(tuple(_sides(step)[0].values()))


def _determinant(step: Step) -> Tensor:
    x = step.input(0)
    step.wanted(len(x.shape) > 1 and x.shape[-1] == x.shape[-2] > 0, "square matrices")
    return Tensor(x.shape[:-2], x.kind)


def _determinant_work(step: Step, made: Made) -> int:
    return step.input(0).size * step.input(0).shape[-1]


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
