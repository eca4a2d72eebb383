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
        named = os.environ.get("MODEL")
        self._predictor = predict.opened(Path(named) if named else None, threads=1)

    def prepare(self, content: bytes | Path) -> npt.NDArray[np.uint8]:
        """The image of a photo, uint8 (height, width, channels)."""
        height, width, channels = self._predictor.image_shape
        return doctor.prepare(content, self._predictor.photos, (height, width), channels)

    def answers(self, images: Sequence[npt.NDArray[np.uint8]]) -> list[dict[str, Any]]:
        """What is said of each image."""
        verdicts = self._predictor.judge(np.stack(images))
        made = []
        for row in range(len(images)):
            said = predict.of_verdicts("", self._predictor.class_names, verdicts, row)
            shares = {name: round(share, 6) for name, share in said.classes}
            made.append({"status": said.status, "label": said.classes[0][0], "probabilities": shares})
        return made
