"""Vectors -> few coordinates: the table of methods.

To add a method: one file with a function of vectors and keyword parameters, that gives a frozen dataclass of arrays and
numbers with `coordinates`, `seconds` and `quality`; one line in METHODS.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clothier.embed.projections.axes import Axes, custom_axes
from clothier.embed.projections.manifold import Umap, umap
from clothier.embed.projections.principal import Pca, pca
from clothier.embed.projections.stochastic import Tsne, tsne
from clothier.errors import unknown_name

Projection = Pca | Tsne | Umap


@dataclass(frozen=True)
class Method:
    """One entry: the function, what it gives, the packages whose versions decide its bits, and a line about it."""

    project: Callable[..., Any]
    gives: type
    packages: tuple[str, ...]
    description: str


METHODS: dict[str, Method] = {
    "pca": Method(pca, Pca, (), "ten principal components, exact"),
    "tsne": Method(tsne, Tsne, ("openTSNE",), "t-SNE in 2 or 3 dimensions, seeded"),
    "umap": Method(umap, Umap, ("umap-learn",), "UMAP in 2 or 3 dimensions, seeded; wants clothier[umap]"),
}


def get(name: str) -> Method:
    """The method of that name; InputError naming the nearest where there is none."""
    if name not in METHODS:
        raise unknown_name("projection", name, METHODS)
    return METHODS[name]


def seeded(name: str) -> bool:
    """Whether that method knows chance, and so takes a `seed`."""
    return "seed" in inspect.signature(get(name).project).parameters


__all__ = [
    "METHODS",
    "Axes",
    "Method",
    "Pca",
    "Projection",
    "Tsne",
    "Umap",
    "custom_axes",
    "get",
    "pca",
    "seeded",
    "tsne",
    "umap",
]
