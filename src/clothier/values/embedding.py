"""Images as vectors, with what is known of each: what projections, the projector folder and the explorer share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clothier.errors import DataError
from clothier.values.arrays import Floats, Images, Labels

UNKNOWN = -1  # the label of an image that has none


@dataclass(frozen=True, eq=False)
class Embedding:
    """`vectors` float32 (n, d), finite, of `images` uint8 (n, height, width, channels) with channels 1 or 3.

    `labels` are int64 (n,), UNKNOWN where there is none; `predictions` int64 (n,) and `confidence` float32 (n,) in
    [0, 1] are a run's, or None; `calibrated` says whether the confidence is. `ids` name the images, each once: the
    file it came from, or else a split and a row. `source` says what the vectors are. Raises DataError where shapes,
    dtypes or counts are anything else.
    """

    vectors: Floats
    images: Images
    labels: Labels
    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    source: str
    predictions: Labels | None = None
    confidence: Floats | None = None
    calibrated: bool = True

    def __post_init__(self) -> None:
        vectors, rows = self.vectors, len(self.ids)
        if vectors.dtype != np.float32 or vectors.ndim != 2 or not np.isfinite(vectors).all():
            raise DataError(f"vectors are {vectors.dtype} {vectors.shape}; wanted finite float32 (n, d)")
        if self.images.dtype != np.uint8 or self.images.ndim != 4 or self.images.shape[3] not in (1, 3):
            raise DataError(
                f"images are {self.images.dtype} {self.images.shape}; wanted uint8 (n, height, width, 1 or 3)"
            )
        for name, kind in (("labels", "int64"), ("predictions", "int64"), ("confidence", "float32")):
            column = getattr(self, name)
            if column is not None and (column.dtype != kind or column.ndim != 1):
                raise DataError(f"the column {name} is {column.dtype} {column.shape}; wanted {kind} (n,)")
        columns = (vectors, self.images, self.labels, self.predictions, self.confidence)
        counts = [len(column) for column in columns if column is not None]
        if set(counts) != {rows} or len(set(self.ids)) != rows:
            raise DataError(f"{len(set(self.ids))} different ids for columns of {counts}; wanted one a row")
        if (self.predictions is None) != (self.confidence is None):
            raise DataError("predictions without confidence, or the reverse; wanted both or neither")
        for named in (self.labels, self.predictions):
            if named is not None and (
                named.min(initial=0) < UNKNOWN or named.max(initial=UNKNOWN) >= len(self.class_names)
            ):
                raise DataError(
                    f"labels run from {named.min()} to {named.max()}; wanted {UNKNOWN} to {len(self.class_names) - 1}"
                )

    @property
    def confidence_name(self) -> str:
        """What to call the confidence wherever it is shown."""
        return "confidence" if self.calibrated else "uncalibrated confidence"

    def __len__(self) -> int:
        return len(self.ids)
