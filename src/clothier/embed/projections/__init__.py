"""Vectors -> few coordinates."""

from clothier.embed.projections.axes import Axes, custom_axes
from clothier.embed.projections.principal import Pca, pca
from clothier.embed.projections.stochastic import Tsne, tsne

__all__ = ["Axes", "Pca", "Tsne", "custom_axes", "pca", "tsne"]
