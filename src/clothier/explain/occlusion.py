"""Which parts of an image speak for its class: each is covered in turn, and the class's probability falls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from clothier.values import Floats, Images, Predictions

Mask = npt.NDArray[np.bool_]

PARTS = 7  # places of the cover along each edge; it is two of them long
ORANGE, BLUE = (230, 97, 0), (26, 93, 200)  # told apart by colour-blind eyes as well


def passes(image_shape: tuple[int, int, int]) -> int:
    """Of the network, for an image of that (height, width, channels): its own, and one for each cover."""
    height, width, _ = image_shape
    return 1 + min(PARTS, height) * min(PARTS, width)


def heat(predict: Callable[[Images], Predictions], image: Images, label: int) -> Floats:
    """float32 (height, width): how far the label's probability falls where a pixel is covered, on the mean of all
    covers that hide it. `image` is uint8 (height, width, channels).

    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014, section 4.2.
    """
    return falls(predict(covered(image)), image, label)


def falls(predictions: Predictions, image: Images, label: int) -> Floats:
    """What `heat` gives, from the predictions for `covered(image)`."""
    shares = predictions.named_probabilities[1][:, label]
    rows, columns = _spans(image.shape[0]), _spans(image.shape[1])
    steps = (shares[0] - shares[1:]).reshape(len(rows), len(columns))
    num_covers = np.outer(rows.sum(axis=0), columns.sum(axis=0))  # that hide each pixel
    return np.asarray(rows.T @ steps @ columns / num_covers, np.float32)


def overlay(falls: Floats) -> Images:
    """uint8 (height, width, 4), to be laid over the image: orange where a pixel speaks for the class, blue where it
    speaks against it, clear where it does not matter."""
    most = max(float(np.abs(falls).max()), 0.02)  # what hardly matters anywhere is left clear
    colours = np.where((falls > 0)[..., np.newaxis], ORANGE, BLUE).astype(np.uint8)
    alpha = np.asarray(np.abs(falls) / most * 200, np.uint8)
    return np.concatenate([colours, alpha[..., np.newaxis]], axis=2)


def covered(image: Images) -> Images:
    """uint8 (1 + covers, height, width, channels): the image, and the image under each of overlapping boxes, which
    together hide all."""
    rows, columns = _spans(image.shape[0]), _spans(image.shape[1])
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    ground = np.median(edge, axis=0).astype(np.uint8)
    boxes = rows[:, np.newaxis, :, np.newaxis] & columns[np.newaxis, :, np.newaxis, :]
    covered = np.where(boxes[..., np.newaxis], ground, image).reshape(-1, *image.shape)
    return np.concatenate([image[np.newaxis], covered])


def _spans(length: int) -> Mask:
    """bool (parts, length): the pixels of each cover along an edge of `length` pixels."""
    parts = min(PARTS, length)
    edges = np.linspace(0, length, parts + 1)
    places = np.arange(length) + 0.5
    starts, ends = edges[:-1, np.newaxis], np.append(edges[2:], length)[:, np.newaxis]
    return np.asarray((places > starts) & (places < ends))
