"""Embeddings and their maps -> one self-contained HTML page that shows them and needs nothing else."""

from clothier.explorer.page import Space, Suspects, render

__all__ = ["Space", "Suspects", "render"]
