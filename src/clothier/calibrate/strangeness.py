"""How unlike the known images is this one? Three simple measures, each in standard deviations of known images.

- `features`: the distance of an image's features from the nearest class, less that from all classes together: what is
  far from everything in the same way as known images are, is not strange. Source: J. Ren et al., "A Simple Fix to
  Mahalanobis Distance for Improving Near-OOD Detection", 2021.
- `pixels`: what the principal pictures of a 7 x 7 thumbnail leave unexplained; a check in input space, which catches
  what the network squeezes into its classes: noise, negatives, slopes.
- `share`: the same, for the thumbnail's own brightness; it catches what is too faint or too thin for `pixels`.

Chosen by measurement: benchmarks/predict/strangers.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from clothier.values import Floats, Images, Labels

_SIDE = 7  # of a thumbnail
_PICTURES = 20  # principal ones
_RIDGE = 1e-3  # of the mean variance, added to each: features that are always 0 have none
_FAINT = 0.05  # brightness, of 1, below which `share` grows no further


@dataclass(frozen=True, eq=False)
class Statistics:
    """What is remembered of known images, all float32: of features (d,) and thumbnails (t,).

    `curve` (d, d) and `slopes`, `heights` (classes, d), (classes,) make up the difference of two squared distances;
    `thumbnail` (t,) is the mean one, `pictures` (t, at most 20) orthonormal columns; `means` and `deviations` (3,) are
    of the measures.
    """

    centre: Floats
    curve: Floats
    slopes: Floats
    heights: Floats
    thumbnail: Floats
    pictures: Floats
    means: Floats
    deviations: Floats

    def as_tensors(self) -> dict[str, Floats]:
        return asdict(self)

    def fits(self, num_features: int, image_shape: tuple[int, int, int]) -> bool:
        """Whether they are of a network with such features and images."""
        height, width, channels = image_shape
        size = min(_SIDE, height) * min(_SIDE, width) * channels
        return (self.centre.size, self.thumbnail.size) == (num_features, size)

    def strangeness(self, features: Floats, images: Images) -> Floats:
        """float32 (n,): the mean of the three measures; `features` float32 (n, d), `images` uint8 (n, h, w, c)."""
        standard = (self.measures(features, images) - self.means) / self.deviations
        return np.asarray(standard.mean(axis=1), np.float32)

    def measures(self, features: Floats, images: Images) -> Floats:
        """float32 (n, 3): the three as they are, not yet in standard deviations."""
        moved = features - self.centre
        distance = ((moved @ self.curve) * moved).sum(axis=1)
        distance += (self.heights - moved @ self.slopes.T).min(axis=1)
        small = thumbnails(images)
        rest = small - self.thumbnail
        rest -= (rest @ self.pictures) @ self.pictures.T
        left, all_of_it = np.sqrt((rest**2).mean(axis=1)), np.sqrt((small**2).mean(axis=1) + _FAINT**2)
        return np.stack([distance, left, left / all_of_it], axis=1)


def learn(features: Floats, images: Images, labels: Labels) -> Statistics:
    """The statistics of known images: distances from the even rows, means and deviations from the odd ones.

    `features` float32 (n, d), `images` uint8 (n, h, w, c), `labels` int64 (n,); at least four rows.
    """
    centre, curve, slopes, heights = _distances(features[::2].astype(np.float64), labels[::2])
    small = thumbnails(images[::2]).astype(np.float64)
    mean = small.mean(axis=0)
    _, _, axes = np.linalg.svd(small - mean, full_matrices=False)
    known = {
        "centre": centre,
        "curve": curve,
        "slopes": slopes,
        "heights": heights,
        "thumbnail": mean,
        "pictures": axes[: min(_PICTURES, small.shape[1] // 2)].T,
    }
    tensors = {name: np.ascontiguousarray(value, np.float32) for name, value in known.items()}
    raw = Statistics(**tensors, means=np.zeros(3, np.float32), deviations=np.ones(3, np.float32))
    measures = raw.measures(features[1::2], images[1::2])
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


def _distances(features: Floats, labels: Labels) -> tuple[Floats, Floats, Floats, Floats]:
    """The centre, and curve, slopes and heights of: squared distance from the nearest class, less that from all.

    With x from the centre, P within classes and Q over all of them: (x - m) P (x - m) - x Q x, least over the class
    means m, is x (P - Q) x + least of (m P m - 2 m P x).
    """
    centre = features.mean(axis=0)
    moved = features - centre
    present = np.unique(labels)
    means = np.stack([moved[labels == label].mean(axis=0) for label in present])
    within = _precision(moved - means[np.searchsorted(present, labels)])
    slopes = 2 * means @ within
    return centre, within - _precision(moved), slopes, (slopes * means).sum(axis=1) / 2


def _precision(moved: Floats) -> Floats:
    """The inverse of the covariance of rows around 0."""
    covariance = moved.T @ moved / len(moved)
    size = len(covariance)
    ridge = _RIDGE * np.trace(covariance) / size + 1e-12
    return np.asarray(np.linalg.inv(covariance + ridge * np.eye(size)))
