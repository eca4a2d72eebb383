"""The arrays, by what they hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]  # (n, height, width, channels), channels 1 or 3
Labels = npt.NDArray[np.int64]  # (n,)
Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]
Halves = npt.NDArray[np.float16]
