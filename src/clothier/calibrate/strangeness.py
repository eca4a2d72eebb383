"""How unlike the known images is this one? Up to three measures, each in standard deviations of known images.

- `features`: how far the direction of an image's features is from those of training images. Along their principal axes
  it is the Mahalanobis distance from the nearest class, and beside these axes the squared length of the rest, in units
  of its mean. Sources: H. Wang et al., "ViM: Out-Of-Distribution with Virtual-logit Matching", 2022, for the rest; M.
  Mueller and M. Hein, "Mahalanobis++: Improving OOD Detection via Feature Normalization", 2025, for the unit length.
- `pixels`, of grey images: what the principal pictures of a 7 x 7 thumbnail leave unexplained; a check in input space,
  which catches what the network squeezes into its classes: noise, negatives, slopes.
- `share`, of grey images: the same, for the thumbnail's own brightness; it catches what is too faint or too thin for
  `pixels`.

Chosen by measurement: benchmarks/predict/strangers.py for grey images, benchmarks/photos/verdicts.py for photos, where
both measures of pixels made the answer worse.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from clothier.values import Floats, Images, Labels

_SIDE = 7  # of a thumbnail
_PICTURES = 20  # principal ones
_AXES = 64  # principal ones of the features
_RIDGE = 1e-2  # of the mean variance, added to each: features that are always 0 have none
_LEAST_REST = 1e-3  # of the mean variance: less is what rounding leaves
_FAINT = 0.05  # brightness, of 1, below which `share` grows no further


@dataclass(frozen=True, eq=False)
class Statistics:
    """What is remembered of known images, all float32: of features (d,) and thumbnails (t,), where t is 0 for colour.

    `centre` (d,) is the mean direction of features, `axes` (d, at most 64) are orthonormal columns, `classes` (classes,
    axes) the class means along them, and `precision` (axes, axes) belongs to what varies within classes; `rest` (1,) is
    the mean squared length beside the axes for each number beside them. `thumbnail` (t,) is the mean one, `pictures`
    (t, at most 20) are orthonormal columns; `means` and `deviations` (3,), or (1,) for colour, are of the measures.
    """

    centre: Floats
    axes: Floats
    classes: Floats
    precision: Floats
    rest: Floats
    thumbnail: Floats
    pictures: Floats
    means: Floats
    deviations: Floats

    def as_tensors(self) -> dict[str, Floats]:
        return asdict(self)

    def fits(self, num_features: int, image_shape: tuple[int, int, int]) -> bool:
        """Whether they are of a network with such features and images."""
        height, width, channels = image_shape
        size = min(_SIDE, height) * min(_SIDE, width) if channels == 1 else 0
        return (self.centre.size, self.thumbnail.size) == (num_features, size)

    def strangeness(self, features: Floats, images: Images) -> Floats:
        """float32 (n,): the mean of the measures; `features` float32 (n, d), `images` uint8 (n, h, w, c)."""
        standard = (self.measures(features, images) - self.means) / self.deviations
        return np.asarray(standard.mean(axis=1), np.float32)

    def measures(self, features: Floats, images: Images) -> Floats:
        """float32 (n, 3), or (n, 1) for colour: the measures as they are, not yet in standard deviations."""
        moved = _directions(features) - self.centre
        along = moved @ self.axes
        beside = np.maximum((moved**2).sum(axis=1) - (along**2).sum(axis=1), 0) / self.rest
        away = along[:, np.newaxis] - self.classes
        distance = ((away @ self.precision) * away).sum(axis=2).min(axis=1) + beside
        if not self.thumbnail.size:
            return np.asarray(distance[:, np.newaxis])
        small = thumbnails(images)
        left = small - self.thumbnail
        left -= (left @ self.pictures) @ self.pictures.T
        pixels, all_of_it = np.sqrt((left**2).mean(axis=1)), np.sqrt((small**2).mean(axis=1) + _FAINT**2)
        return np.stack([distance, pixels, pixels / all_of_it], axis=1)


def learn(
    features: Floats, images: Images, labels: Labels, held_features: Floats, held_images: Images
) -> Statistics:
    """The statistics of known images: distances from training images, means and deviations from held-out ones.

    `features` float32 (n, d), `images` uint8 (n, h, w, c), `labels` int64 (n,), at least two rows; those held out have
    the same shapes, with another n.
    """
    tensors = {**_distances(features, labels), **_pictures(images)}
    count = 3 if tensors["thumbnail"].size else 1
    raw = Statistics(**tensors, means=np.zeros(count, np.float32), deviations=np.ones(count, np.float32))
    measures = raw.measures(held_features, held_images)
    deviations = np.maximum(measures.std(axis=0), np.float32(1e-6))
    return Statistics(**tensors, means=measures.mean(axis=0), deviations=deviations)


def thumbnails(images: Images) -> Floats:
    """float32 (n, t) in [0, 1]: the images averaged over at most 7 x 7 equal parts, flattened."""
    count, height, width, channels = images.shape
    rows, columns = _shares(height), _shares(width)
    lower = rows @ images.reshape(count, height, width * channels).astype(np.float32)
    small = columns @ lower.reshape(count, len(rows), width, channels)
    return small.reshape(count, len(rows) * len(columns) * channels) / np.float32(255)


def _shares(length: int) -> Floats:
    """float32 (parts, length): the share that each pixel has in each part; rows sum to 1."""
    parts = min(_SIDE, length)
    edges = np.arange(parts + 1)[:, None] * length / parts
    pixels = np.arange(length)
    overlap = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return np.asarray(np.maximum(overlap, 0) * parts / length, np.float32)


def _directions(features: Floats) -> Floats:
    lengths = np.sqrt((features**2).sum(axis=1, keepdims=True))
    return np.asarray(features / np.maximum(lengths, np.float32(1e-9)))


def _distances(features: Floats, labels: Labels) -> dict[str, Floats]:
    directions = _directions(features).astype(np.float64)
    centre = directions.mean(axis=0)
    moved = directions - centre
    size = moved.shape[1]
    count = min(_AXES, size, len(moved))
    axes = np.linalg.eigh(moved.T @ moved)[1][:, -count:]
    along = moved @ axes
    present, places = np.unique(labels, return_inverse=True)
    classes = np.stack([along[labels == label].mean(axis=0) for label in present])
    within = along - classes[places]
    covariance = within.T @ within / len(within)
    ridge = _RIDGE * np.trace(covariance) / count + 1e-12
    lengths = (moved**2).sum(axis=1).mean()
    beside = (lengths - (along**2).sum(axis=1).mean()) / (size - count) if count < size else 1.0
    return _as_float32(
        {
            "centre": centre,
            "axes": axes,
            "classes": classes,
            "precision": np.linalg.inv(covariance + ridge * np.eye(count)),
            "rest": np.array([max(beside, _LEAST_REST * lengths / size, 1e-12)]),
        }
    )


def _pictures(images: Images) -> dict[str, Floats]:
    if images.shape[3] != 1:
        return _as_float32({"thumbnail": np.empty(0), "pictures": np.empty((0, 0))})
    small = thumbnails(images).astype(np.float64)
    mean = small.mean(axis=0)
    _, _, axes = np.linalg.svd(small - mean, full_matrices=False)
    return _as_float32({"thumbnail": mean, "pictures": axes[: min(_PICTURES, small.shape[1] // 2)].T})


def _as_float32(arrays: dict[str, npt.NDArray[np.float64]]) -> dict[str, Floats]:
    return {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
