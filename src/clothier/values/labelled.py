"""Labelled images of one split, to judge a model by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clothier.values.arrays import Images, Labels

WHOLE = ""  # the split of data that bring none


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images with labels int64 (n,): `content` is their files, or uint8 (n, height, width, channels).

    `names` tells the images apart: the file that each came from, else the split and the row. `split` is train,
    validation or test, or WHOLE where the source brings no splits and all of it is here.
    """

    source: str
    split: str
    class_names: tuple[str, ...]
    labels: Labels
    names: tuple[str, ...]
    content: Sequence[Path] | Images
    notice: str = ""

    def __len__(self) -> int:
        return len(self.labels)
