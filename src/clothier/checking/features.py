"""The vectors by which pictures are compared: a model's features, a pretrained base's, or of pixels by PCA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier import models, recipes
from clothier.export import extractor
from clothier.models.bases import places
from clothier.models.plan import Plan
from clothier.predict import Predictor
from clothier.training.transfer import features as of_bases
from clothier.training.transfer import pretrained
from clothier.values import Dataset, Floats, Images, Labels, Report, Tell, release

BASE = "efficientnet_lite0"
LEAST_SIDE = 96  # pixels: a base sees little in smaller pictures
MOST = 256  # components that are kept of features
OF_PIXELS = 64
_FITTED = 5000  # rows that components are found on
_BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Vectors:
    """`values` float32 (n, d), standardised, of all pictures; `words` say what they are. `predicted` int64 (n,) are the
    classes that a model gives them, as the data number them, -1 where the data lack its class; None without a model.
    `probabilities` float32 (n, k) are the model's, where it has the classes of the data. `others` are the vectors of
    more pictures, which the data do not have, and `others_probabilities` what the model says of them."""

    values: Floats
    words: str
    predicted: Labels | None = None
    of_network: bool = True
    probabilities: Floats | None = None
    others: Floats | None = None
    others_probabilities: Floats | None = None


def has_base() -> bool:
    """Whether the weights of the base are on this machine."""
    return places.packaged(BASE) is not None


def fits_base(dataset: Dataset) -> bool:
    """Whether the images are photos, large enough for the base, which is at hand."""
    is_photos = all(split.files for split in dataset.splits().values())
    return is_photos and min(dataset.image_shape[:2]) >= LEAST_SIDE and has_base()


def of_model(
    dataset: Dataset, predictor: Predictor, name: str, report: Report, others: Dataset | None = None
) -> Vectors:
    """Features and predictions of a model, whose images have the shape of these."""
    features, labels, probabilities = [], [], []
    names = {word: number for number, word in enumerate(dataset.class_names)}
    numbers = np.array([names.get(word, -1) for word in predictor.class_names], np.int64)
    count = sum(map(len, dataset.splits().values()))
    total, done = count + (len(others.train) if others else 0), 0
    for images in (block for part in (dataset, others) if part for block in _blocks(part)):
        made = predictor.predict(images, keep_features=True)
        assert made.features is not None
        features.append(made.features)
        labels.append(numbers[made.labels])
        probabilities.append(made.probabilities)
        done += len(images)
        report("computing features", done, total)
    vectors, said = _reduced(np.concatenate(features), MOST), np.concatenate(probabilities)
    fits = sorted(numbers.tolist()) == list(range(dataset.num_classes))
    said = said[:, np.argsort(numbers)] if fits else said
    return Vectors(
        vectors[:count],
        f"features of {name}",
        np.concatenate(labels)[:count],
        probabilities=said[:count] if fits else None,
        others=vectors[count:],
        others_probabilities=said[count:] if fits else None,
    )


def of_base(dataset: Dataset, report: Report, tell: Tell, others: Dataset | None = None) -> Vectors:
    """Features of the base with ImageNet's weights, kept in the cache of features."""
    recipe = recipes.change(recipes.get("photos"), {"model": BASE, "base": "imagenet"})
    base = pretrained.fetch(recipe)
    assert base is not None
    plan = Plan.of(recipe, dataset.image_shape, dataset.num_classes)
    below = models.build_base(plan, base.precision)
    below.set_weights(list(base.weights.values()))
    engine = extractor.fastest(below, base.precision)
    parts = []
    for part in (dataset, others) if others else (dataset,):
        key = of_bases.key(plan, base.sha256, base.precision, part.fingerprint, extractor=engine.name)
        made = of_bases.extract(below, part, key, report=report, warn=tell, extractor=engine)
        parts.append(made.rows)
    vectors = _reduced(np.concatenate(parts) if others else parts[0], MOST)
    title, count = models.bases.BASES[BASE].title, len(parts[0])
    return Vectors(vectors[:count], f"features of {title}, trained on ImageNet", others=vectors[count:])


def of_pixels(small: Images, others: Images | None = None) -> Vectors:
    """The first components of small copies of the pictures, uint8 (n, side, side, channels)."""
    count = len(small)
    pixels = small if others is None else np.concatenate([small, others])
    vectors = _reduced(pixels.reshape(len(pixels), -1), OF_PIXELS)
    words = f"pixels, {vectors.shape[1]} components"
    return Vectors(vectors[:count], words, of_network=False, others=vectors[count:])


def _reduced(rows: npt.NDArray[Any], most: int) -> Floats:
    """float32 (n, at most `most`): principal components, found on some of the rows, and scaled together, so that their
    mean square length is 1."""
    from sklearn.decomposition import PCA

    count, width = rows.shape
    chosen = np.sort(np.random.default_rng(0).permutation(count)[:_FITTED])
    number = min(most, width, len(chosen) - 1)
    pca = PCA(number, svd_solver="full" if width <= 2 * number else "randomized", random_state=0)
    pca.fit(np.asarray(rows[chosen], np.float32))
    parts = [
        pca.transform(np.asarray(rows[start : start + _BLOCK], np.float32))
        for start in range(0, count, _BLOCK)
    ]
    vectors = np.concatenate(parts).astype(np.float32)
    length = float(np.sqrt(np.square(vectors).sum(axis=1).mean()))
    return vectors / np.float32(length or 1.0)


def _blocks(dataset: Dataset) -> Iterator[Images]:
    for split in dataset.splits().values():
        for start in range(0, len(split), _BLOCK):
            yield split.images[start : start + _BLOCK]
            release(split.images)
