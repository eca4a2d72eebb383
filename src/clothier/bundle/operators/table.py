"""What is known of one operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clothier.bundle.node import Node, Tensor

Made = tuple[Tensor, ...]


def plain_work(node: Node, made: Made) -> int:
    """One step for each value that is taken or made."""
    return max(sum(tensor.size for tensor in made), max((tensor.size for tensor in node.tensors), default=0))


def no_scratch(node: Node, made: Made) -> int:
    return 0


@dataclass(frozen=True)
class Operator:
    """The rule that gives the outputs' shapes, or raises BundleError; how many `inputs` there may be, and which of them
    may be left `out`; the `attributes` it may have; the version of ONNX's operators `since` which it means this; its
    `work` in multiplications, and the values of `scratch` that the runtime takes besides. `bound` says what keeps its
    memory within the shapes that the rule gives."""

    rule: Callable[[Node], Tensor | Made]
    inputs: tuple[int, int]
    bound: str
    attributes: frozenset[str] = frozenset()
    since: int = 13
    out: frozenset[int] = frozenset()
    work: Callable[[Node, Made], int] = plain_work
    scratch: Callable[[Node, Made], int] = no_scratch

    def outputs(self, node: Node) -> Made:
        made = self.rule(node)
        return made if isinstance(made, tuple) else (made,)


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())
