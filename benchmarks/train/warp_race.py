"""Which tool warps uint8 images fastest, and how exactly? One thread each, the article's matrices.

    pip install --target cv opencv-python-headless    # for this trial only; left out where it is missing
    PYTHONPATH=cv python -m benchmarks.train.warp_race

Printed: images/s (best of 15 turns taken in turn: other work on the machine only ever slows one down), and the
largest distance of a pixel from the same resampling in float64, in grey levels; rounding alone makes it 0.5.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from benchmarks import common
from benchmarks.common import Row
from clothier import backend
from clothier.augment import article
from clothier.augment.affine import Matrices, warp
from clothier.values import Images

Tools = dict[str, Callable[[Images, Matrices], Images]]


def exact(images: Images, matrices: Matrices) -> npt.NDArray[np.float64]:
    positions = np.indices((*images.shape[1:3],)).reshape(2, -1)
    warped = np.empty(images.shape)
    for image, matrix, out in zip(images, matrices, warped, strict=True):
        places = matrix @ np.vstack([positions, np.ones(positions.shape[1])])
        for c in range(images.shape[3]):
            plane = ndimage.map_coordinates(image[:, :, c].astype(float), places, order=1, mode="nearest")
            out[:, :, c] = plane.reshape(images.shape[1:3])
    return warped


def tensorflow(images: Images, matrices: Matrices) -> Images:
    import tensorflow as tf

    transforms = np.zeros((len(images), 8), np.float32)
    transforms[:, :6] = matrices[:, ::-1, [1, 0, 2]].reshape(-1, 6)  # (x, y) in place of (row, column)
    warped: Images = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=images.shape[1:3],
        interpolation="BILINEAR",
        fill_mode="NEAREST",
        fill_value=0.0,
    ).numpy()
    return warped


def opencv(cv2: Any) -> Callable[[Images, Matrices], Images]:
    cv2.setNumThreads(1)

    def warped(images: Images, matrices: Matrices) -> Images:
        out = np.empty_like(images)
        side = (images.shape[2], images.shape[1])
        how = {"flags": cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, "borderMode": cv2.BORDER_REPLICATE}
        for image, matrix, target in zip(images, matrices[:, ::-1, [1, 0, 2]].copy(), out, strict=True):
            cv2.warpAffine(image, matrix, side, dst=target, **how)
        return out

    return warped


def contest(shape: tuple[int, int, int, int], tools: Tools, turns: int) -> list[Row]:
    """Ours against each of the others."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, shape, dtype=np.uint8)
    matrices = article.matrices(article.throw(rng, images), *shape[1:3])
    right = exact(images, matrices)
    off = {name: np.abs(tool(images, matrices) - right).max() for name, tool in tools.items()}
    best = dict.fromkeys(tools, np.inf)
    for _ in range(turns):
        for name, tool in tools.items():
            began = time.perf_counter()
            tool(images, matrices)
            best[name] = min(best[name], time.perf_counter() - began)
    size = "x".join(map(str, shape[1:]))
    rates = {name: shape[0] / seconds for name, seconds in best.items()}
    for name, rate in rates.items():
        print(f"{size}  {name:14} {rate:10,.0f} images/s  off by {off[name]:.4f}")
    mine, *others = rates
    return [
        Row(
            f"{size} / {name}",
            f"{rates[mine]:,.0f} images/s",
            f"{rates[name]:,.0f} images/s",
            rates[mine] / rates[name],
        )
        for name in others
    ]


def main() -> None:
    words = common.parser(__doc__).parse_args()
    backend.start(1)
    tools: Tools = {"ours (Numba)": warp, "TensorFlow": tensorflow}
    with common.reporting(words.json) as rows:
        try:
            cv2 = importlib.import_module("cv2")
            tools[f"OpenCV {cv2.__version__}"] = opencv(cv2)
        except ModuleNotFoundError:
            rows.append(Row("OpenCV", "", "not installed: see the top of the race", None))
        for shape in ((256, 28, 28, 1), (256, 64, 64, 3)):
            rows += contest(shape, tools, 5 if words.quick else 15)


if __name__ == "__main__":
    main()
