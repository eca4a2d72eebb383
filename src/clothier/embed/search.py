"""A search for images by the name of their label or by their id."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clothier.errors import InputError
from clothier.values import Embedding


@dataclass(frozen=True)
class Search:
    """`text` is looked for anywhere in an image's label or id, upper or lower case; with `regex` it is a regular
    expression. Raises InputError where it is empty or no expression."""

    text: str
    regex: bool = False

    def __post_init__(self) -> None:
        if not self.text:
            raise InputError("a search is empty; wanted part of a label or an id, such as Sneaker")
        try:
            self._matcher()
        except re.error as error:
            raise InputError(
                f"search '{self.text}' is not a regular expression ({error}); wanted one such as ^Sneaker$; "
                "correct it, or search for plain text"
            ) from error

    def rows(self, embedding: Embedding) -> npt.NDArray[np.bool_]:
        """Which images match, bool (n,)."""
        found = self._matcher()
        # The last is that of images without a label, whose number is -1.
        names = np.array([*map(found, embedding.class_names), False])[embedding.labels]
        ids = np.array([*map(found, embedding.ids)], bool)
        rows: npt.NDArray[np.bool_] = names | ids
        return rows

    def _matcher(self) -> Callable[[str], bool]:
        if self.regex:
            expression = re.compile(self.text, re.IGNORECASE)
            return lambda words: expression.search(words) is not None
        wanted = self.text.lower()
        return lambda words: wanted in words.lower()
