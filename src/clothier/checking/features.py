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
    classes that a model gives them, as the data number them, -1 where the data lack its class; None without a model."""

    values: Floats
    words: str
    predicted: Labels | None = None
    of_network: bool = True


def has_base() -> bool:
    """Whether the weights of the base are on this machine."""
    return places.packaged(BASE) is not None


def fits_base(dataset: Dataset) -> bool:
    """Whether the images are photos, large enough for the base, which is at hand."""
    is_photos = all(split.files for split in dataset.splits().values())
    return is_photos and min(dataset.image_shape[:2]) >= LEAST_SIDE and has_base()


def of_model(dataset: Dataset, predictor: Predictor, name: str, report: Report) -> Vectors:
    """Features and predictions of a model, whose images have the shape of these."""
    features, labels = [], []
    names = {word: number for number, word in enumerate(dataset.class_names)}
    numbers = np.array([names.get(word, -1) for word in predictor.class_names], np.int64)
    total, done = sum(map(len, dataset.splits().values())), 0
    for images in _blocks(dataset):
        made = predictor.predict(images, keep_features=True)
        assert made.features is not None
        features.append(made.features)
        labels.append(numbers[made.labels])
        done += len(images)
        report("computing features", done, total)
    return Vectors(_reduced(np.concatenate(features), MOST), f"features of {name}", np.concatenate(labels))


def of_base(dataset: Dataset, report: Report, tell: Tell) -> Vectors:
    """Features of the base with ImageNet's weights, kept in the cache of features."""
    recipe = recipes.change(recipes.get("photos"), {"model": BASE, "base": "imagenet"})
    base = pretrained.fetch(recipe)
    assert base is not None
    plan = Plan.of(recipe, dataset.image_shape, dataset.num_classes)
    below = models.build_base(plan, base.precision)
    below.set_weights(list(base.weights.values()))
    engine = extractor.fastest(below, base.precision)
    key = of_bases.key(plan, base.sha256, base.precision, dataset.fingerprint, extractor=engine.name)
    made = of_bases.extract(below, dataset, key, report=report, warn=tell, extractor=engine)
    title = models.bases.BASES[BASE].title
    return Vectors(_reduced(made.rows, MOST), f"features of {title}, trained on ImageNet")


def of_pixels(small: Images) -> Vectors:
    """The first components of small copies of the pictures, uint8 (n, side, side, channels)."""
    vectors = _reduced(small.reshape(len(small), -1), OF_PIXELS)
    return Vectors(vectors, f"pixels, {vectors.shape[1]} components", of_network=False)


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
