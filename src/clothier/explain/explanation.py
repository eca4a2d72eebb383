"""A prediction with what mattered for it, as a figure and as a picture."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from clothier import plots
from clothier.explain import occlusion
from clothier.explain.layers import FeatureMaps
from clothier.system.files import as_path, check_folder_of, write_atomic
from clothier.values import Floats, Images, Prediction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRAD_CAM, OCCLUSION = "Grad-CAM", "occlusion"
_SIDE = 280  # pixels of the longer edge of a picture


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """A prediction and what mattered for one of its classes.

    `image` uint8 (height, width, channels) as the network took it; `class_name` is the class that `heat` is of; `heat`
    float32 (height, width) in [0, 1]: how much each pixel speaks for that class, as a share of the highest; `method`
    "Grad-CAM" or "occlusion"; `layers`, the feature maps of each convolution and pooling layer, none with occlusion.
    """

    prediction: Prediction
    image: Images
    class_name: str
    heat: Floats
    method: str
    layers: tuple[FeatureMaps, ...] = ()

    def figure(self, notice: str = "") -> Figure:
        """The image, and beside it the image under the heat; the notice, such as that of a data set, below. Raises
        MissingExtraError without matplotlib."""
        return plots.heat_overlay(self.image, self.heat, self._title(), notice)

    def to_png(self, path: str | Path) -> None:
        """Write the image, and beside it the image under the heat, as a PNG file. Raises WriteError, also where its
        folder does not exist."""
        path = as_path(path, "path")
        check_folder_of(path)
        write_atomic(path, self._repr_png_())

    def __repr__(self) -> str:
        return f"<Explanation of {self._title()} by {self.method}>"

    def _title(self) -> str:
        share = dict(self.prediction.classes)[self.class_name]
        return f"{self.class_name}, {self.prediction.probability_name} {share:.3f}"

    def _repr_png_(self) -> bytes:
        height, width = self.heat.shape
        scale = _SIDE / max(height, width)
        size = max(1, round(scale * width)), max(1, round(scale * height))
        pixels = self.image if self.image.shape[2] == 3 else self.image[..., 0]
        plain = Image.fromarray(pixels).convert("RGB").resize(size, Image.Resampling.NEAREST)
        colours = Image.fromarray(occlusion.overlay(self.heat)).resize(size, Image.Resampling.NEAREST)
        both = Image.new("RGB", (2 * size[0] + 8, size[1]), "white")
        both.paste(plain, (0, 0))
        both.paste(Image.alpha_composite(plain.convert("RGBA"), colours).convert("RGB"), (size[0] + 8, 0))
        file = io.BytesIO()
        both.save(file, "PNG")
        return file.getvalue()


def shares(falls: Floats) -> Floats:
    """What `occlusion.heat` gives as shares of the highest, in [0, 1]; 0 where it is below 0."""
    heat = np.maximum(falls, 0)
    return np.asarray(heat / heat.max() if heat.max() > 0 else heat, np.float32)
