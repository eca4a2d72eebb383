"""An embedding -> the views of it that are worth a bookmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clothier import embed
from clothier.embed import Search
from clothier.projector.bookmarks import AXES, PCA, TSNE, View
from clothier.values import Embedding, Report

TSNE_ROWS = 4  # the least it works with


def views(
    embedding: Embedding,
    searches: Sequence[tuple[Search, Search]] = (),
    *,
    dimensions: int = 2,
    seed: int = 13,
    report: Report | None = None,
    warn: Callable[[str], None] | None = None,
) -> list[View]:
    """PCA; t-SNE in 2 or 3 dimensions, or none with 0; and the axes of the searches, where there are any.

    PCA and t-SNE are kept in the user's cache; `report` is told (what, done, total), and `warn` where they cannot be.
    Errors as the projections.
    """
    components = embed.cached(embedding, "pca", warn=warn)
    share = components.explained[:3].sum()
    made = [View(PCA, f"PCA, exact, {share:.1%} of the variance", components.coordinates)]
    if dimensions and len(embedding) >= TSNE_ROWS:
        chosen = {"dimensions": dimensions, "seed": seed}
        points = embed.cached(embedding, "tsne", chosen, report=report, warn=warn)
        made.append(View(TSNE, f"t-SNE, openTSNE, seed {seed}", points.coordinates))
    if searches:
        axes = embed.projections.custom_axes(embedding, searches)
        words = "; ".join(f"{left.text} to {right.text}" for left, right in searches)
        made.append(View(AXES, f"axes: {words}", axes.coordinates))
    return made
