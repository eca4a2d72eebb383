"""The rows of the tutorials' tables, and the images that each was tested on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clothier.data import recognition
from clothier.errors import InputError, unknown_name
from clothier.recipes.published import ARTICLE, PUBLISHED, R_TUTORIAL, Published
from clothier.values import Dataset

TABLES: dict[str, tuple[str, ...]] = {
    "article": (ARTICLE,),
    "r-tutorial": (R_TUTORIAL,),
    "all": (ARTICLE, R_TUTORIAL),
}
# What a run is tested on: images drawn anew from all 70,000, the official 10,000, or those of other data.
RESPLIT, OFFICIAL, OTHER = "re-split", "official", "other"


@dataclass(frozen=True)
class Row:
    """One row of a tutorial's table: the end of a phase of a recipe."""

    recipe: str
    phase: str
    published: Published

    @property
    def name(self) -> str:
        if self.phase == "plain":
            return f"{self.recipe}, {self.published.epochs} epochs"
        before = PUBLISHED[self.recipe, "plain"].epochs
        return f"{self.recipe}, +{self.published.epochs - before} {self.phase}"

    @property
    def tested_on(self) -> str:
        """The test images of the tutorial."""
        return RESPLIT if self.published.is_resplit else OFFICIAL

    def tests(self, there: Sequence[str]) -> tuple[str, ...]:
        """Those of the test images that are there that the row is judged on, like for like first. The official images
        are judged on too where the tutorial had others."""
        return tuple(test for test in dict.fromkeys((self.tested_on, OFFICIAL, OTHER)) if test in there)


def rows(table: str, names: Sequence[str] | None = None) -> tuple[Row, ...]:
    """The rows of a tutorial's table, or those of the recipes named.

    Raises InputError for a table or a recipe that it does not have, naming the nearest.
    """
    if table not in TABLES:
        raise unknown_name("tutorial", table, TABLES)
    there = [
        Row(recipe, phase, published)
        for (recipe, phase), published in PUBLISHED.items()
        if published.tutorial in TABLES[table]
    ]
    known = {row.recipe for row in there}
    for name in names or ():
        if name not in known:
            raise unknown_name(f"row of {table}", name, known)
    return tuple(row for row in there if names is None or row.recipe in names)


def tests_of(dataset: Dataset, source: str, chosen: str = "both") -> tuple[tuple[str, ...], bool]:
    """The test images to judge on that a source has, told by its contents, and whether the source itself is a re-split.

    The official files can be divided anew. Raises InputError where the source does not have the images that were
    chosen, by name.
    """
    own = recognition.test_images(dataset)
    there = {"official": (RESPLIT, OFFICIAL), "redrawn": (RESPLIT,), "": (OTHER,)}[own]
    if chosen != "both" and chosen not in there:
        what = "does not say which images are official" if own else "is not Fashion-MNIST"
        raise InputError(
            f"--test-images {chosen} does not apply to {source}, which {what}; wanted the official files; leave it "
            "out, or take --data fashion-mnist"
        )
    return (there if chosen == "both" else (chosen,)), own == "redrawn"
