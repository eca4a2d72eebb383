"""What a network gives for images that have labels: what thresholds are learned from and tested on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.values import Floats, Images, Labels


@dataclass(frozen=True, eq=False)
class Outputs:
    """`logits` float32 (n, num_classes) and `features` float32 (n, d) of `images` uint8 (n, h, w, c) with `labels`
    int64 (n,). `photos` int64 (n,) says of which photo each image is a view; by default each is of its own. Raises
    DataError where counts differ or n is 0."""

    logits: Floats
    features: Floats
    images: Images
    labels: Labels
    photos: Labels = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.photos):
            object.__setattr__(self, "photos", np.arange(len(self.labels)))
        counts = {len(self.logits), len(self.features), len(self.images), len(self.labels), len(self.photos)}
        if len(counts) > 1 or not len(self.labels):
            raise DataError(
                f"counts differ: {len(self.logits)} logits, {len(self.features)} features, {len(self.images)} images, "
                f"{len(self.labels)} labels; wanted one of each an image, and at least one image"
            )

    @property
    def num_photos(self) -> int:
        return len(np.unique(self.photos))

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """float64 (n,): the views of a photo weigh 1 together."""
        _, places, counts = np.unique(self.photos, return_inverse=True, return_counts=True)
        return np.asarray(1 / counts[places])

    def at(self, rows: npt.NDArray[np.bool_]) -> Outputs:
        """Those rows."""
        return Outputs(
            self.logits[rows], self.features[rows], self.images[rows], self.labels[rows], self.photos[rows]
        )

    @classmethod
    def join(cls, parts: list[Outputs]) -> Outputs:
        """The rows of all, where equal numbers of `photos` are the same photo."""
        names = ("logits", "features", "images", "labels", "photos")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
