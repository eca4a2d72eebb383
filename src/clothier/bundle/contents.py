"""What a model file holds, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from clothier.bundle.manifest import Manifest
from clothier.errors import BundleError
from clothier.values import Floats, Images, Labels


@dataclass(frozen=True, eq=False)
class Lookalikes:
    """m training images to show beside a picture: `images` uint8 (m, height, width, channels), their `labels` int64
    (m,), `features` float32 (m, d), and `ids` int64 (m,), their rows in the training split.

    Raises BundleError where these do not fit together.
    """

    images: Images
    labels: Labels
    features: Floats
    ids: Labels

    def __post_init__(self) -> None:
        arrays = self.as_tensors().values()
        kinds = [f"{array.dtype} {array.ndim}" for array in arrays]
        if (
            kinds != ["uint8 4", "int64 1", "float32 2", "int64 1"]
            or len({len(array) for array in arrays}) != 1
        ):
            raise BundleError(
                f"look-alikes have shapes {self.images.shape}, {self.labels.shape}, {self.features.shape} and "
                f"{self.ids.shape}; wanted images, labels, features and ids, as many of each"
            )

    def as_tensors(self) -> dict[str, npt.NDArray[Any]]:
        return {"images": self.images, "labels": self.labels, "features": self.features, "ids": self.ids}


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained network and everything it takes to use it.

    `graph` is its ONNX graph: `images` uint8 (n, height, width, channels) in, `logits` float32 (n, num_classes) and
    `features` float32 (n, d) out, with its weights. `statistics` are float32 or int64 arrays by name.
    """

    manifest: Manifest
    graph: bytes
    statistics: Mapping[str, npt.NDArray[Any]]
    lookalikes: Lookalikes | None = None
