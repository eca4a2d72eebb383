"""What all peers share: clothier's own model file, photo doctor and calibration, so that a race is between services.

The model file is named by the environment variable MODEL; without, it is the one in the box.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier import predict
from clothier.photo import doctor


class Network:
    """The network in ONNX Runtime, on one thread, as clothier's service has it."""

    def __init__(self) -> None:
        self._predictor = predict.opened(os.environ.get("MODEL"), threads=1)

    def prepare(self, content: bytes | Path) -> npt.NDArray[np.uint8]:
        """The image of a photo, uint8 (height, width, channels)."""
        height, width, channels = self._predictor.image_shape
        return doctor.prepare(content, self._predictor.photos, (height, width), channels)

    def answers(self, images: Sequence[npt.NDArray[np.uint8]]) -> list[dict[str, Any]]:
        """The prediction for each image."""
        return [
            {
                "status": prediction.status,
                "label": prediction.class_name,
                "probabilities": {name: round(share, 6) for name, share in prediction.classes},
            }
            for prediction in self._predictor.predict(np.stack(images))
        ]
