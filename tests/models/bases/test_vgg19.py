"""VGG19 against keras.applications called literally, with weights that let the picture through to the last layer."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from clothier import backend, models, recipes
from clothier.models.bases import vgg19
from clothier.models.plan import Plan

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def literal() -> keras.Model:
    """He's initial weights keep the size of the signal through 16 layers."""
    keras.utils.set_random_seed(3)
    model = keras.applications.VGG19(weights=None, include_top=False, input_shape=(150, 150, 3))
    rng = np.random.default_rng(1)
    model.set_weights(
        [
            rng.normal(0, np.sqrt(2 / np.prod(w.shape[:-1])) if w.ndim == 4 else 5, w.shape).astype(
                np.float32
            )
            for w in model.get_weights()
        ]
    )
    return model


def _theirs(literal: keras.Model, scale: float = 1.0, resize: str = "bilinear") -> np.ndarray:
    colour = np.repeat(IMAGES, 3, axis=3).astype(np.float32) * scale
    large = keras.ops.image.resize(colour, (150, 150), interpolation=resize)
    ready = keras.applications.vgg19.preprocess_input(keras.ops.convert_to_numpy(large).copy())
    return np.asarray(literal(ready, training=False)).reshape(len(IMAGES), -1)


def _ours(literal: keras.Model, dtype: str = "float32", **options: str) -> keras.Model:
    recipe = recipes.change(recipes.get("vgg19"), options)
    base = models.build_base(Plan.of(recipe, (28, 28, 1), 10), dtype)
    base.set_weights(literal.get_weights())
    return base


def _error(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Length of the difference over the length of theirs."""
    return float(np.linalg.norm(ours.astype(np.float64) - theirs) / np.linalg.norm(theirs))


@pytest.mark.parametrize("resize", ["bilinear", "nearest"])
def test_features_are_those_of_keras_applications(literal: keras.Model, resize: str) -> None:
    base = _ours(literal, resize=resize)
    theirs = _theirs(literal, resize=resize)
    features = np.asarray(base(IMAGES, training=False))
    assert features.shape == (3, 8192)
    assert _error(features, theirs) < 1e-4
    # Half a unit in the last place of float16 is 2 ** -11.
    assert _error(backend.Extractor(base).features(IMAGES), theirs) < 2**-11


def test_features_in_bfloat16_keep_their_direction(literal: keras.Model) -> None:
    """Eight bits of mantissa, rounded in each of 16 layers: about 16 ** 0.5 * 2 ** -9, and never 3 %."""
    halves = backend.Extractor(_ours(literal, "bfloat16")).features(IMAGES)
    assert halves.dtype == np.float16
    assert 1e-4 < _error(halves, _theirs(literal)) < 0.03


def test_the_articles_mistake_hides_the_picture(literal: keras.Model) -> None:
    wrong = np.asarray(_ours(literal, base_pixels="article_mistake")(IMAGES, training=False))
    assert _error(wrong, _theirs(literal, scale=1 / 255)) < 1e-4
    right = _theirs(literal)

    def spread(features: np.ndarray) -> float:
        return float(features.std(axis=0).mean() / features.mean())

    assert spread(wrong) < 0.05 * spread(right)


def test_weights_above_what_float16_holds_do_not_become_infinite(literal: keras.Model) -> None:
    base = _ours(literal)
    base.get_layer("block5_conv4").set_weights(
        [1e6 * weight for weight in base.get_layer("block5_conv4").get_weights()]
    )
    features = backend.Extractor(base).features(IMAGES)
    assert features.max() == 65504


def test_the_table_of_shapes_is_the_networks() -> None:
    base = models.build_base(Plan("vgg19", (32, 32, 3), 2))
    shapes = [shape for _, kernel, bias in vgg19.weight_shapes() for shape in (kernel, bias)]
    assert [tuple(weight.shape) for weight in base.weights] == shapes
    assert base.count_params() == 20_024_384
