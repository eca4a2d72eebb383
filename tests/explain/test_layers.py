"""Grad-CAM against its closed form and against finite differences; feature maps against Keras's own models."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import layers

from clothier import backend, explain, models
from clothier.errors import InputError
from clothier.models import parts

IMAGE: npt.NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (12, 10, 1), dtype=np.uint8)


def averaging(activation: str = "relu") -> keras.Model:
    """Convolution, global average pooling, dense: the network whose class activation map is a formula."""
    keras.utils.set_random_seed(3)
    images, x = parts.pixels((12, 10, 1))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(5, 3, activation=activation, name="conv2")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(images, parts.logits(x, 3), name="averaging")


def output_of(model: keras.Model, name: str) -> npt.NDArray[np.float32]:
    part = keras.Model(model.input, model.get_layer(name).output)
    given: npt.NDArray[np.float32] = np.asarray(part(IMAGE[np.newaxis], training=False))[0]
    return given


def test_after_global_average_pooling_the_map_is_the_class_activation_map() -> None:
    """Source: Zhou et al., "Learning Deep Features for Discriminative Localization", 2016: channels weighted by the
    dense layer. Grad-CAM is that, up to a factor of the number of places."""
    model = averaging()
    kernel = np.asarray(model.get_layer("logits").kernel)  # (channels, classes)
    for label in range(3):
        outputs, slopes = backend.trace(
            model, [model.get_layer("conv2")], IMAGE[np.newaxis], np.array([label])
        )
        wanted = np.maximum(output_of(model, "conv2") @ kernel[:, label], 0) / slopes[0][0, ..., 0].size
        np.testing.assert_allclose(
            explain.grad_cam(outputs[0][0], slopes[0][0]), wanted, rtol=1e-4, atol=1e-7
        )


@pytest.mark.parametrize("name", ["cnn1", "cnn4"])
def test_slopes_are_finite_differences(name: str) -> None:
    """In float64: the rest of the network after its last convolution, layer by layer, on outputs nudged at one place
    each. At a corner (a ReLU at 0, a tie in a pooling window) the slope is that of one side."""
    keras.utils.set_random_seed(4)
    model = models.build(name, (28, 28, 1), 3, dtype="float64")
    last = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)][-1]
    rest = model.layers[model.layers.index(last) + 1 : -1]  # the very last makes it float32
    image = np.random.default_rng(2).integers(0, 256, (1, 28, 28, 1), dtype=np.uint8)
    (outputs,), (slopes,) = backend.trace(model, [last], image, np.array([1]))
    assert outputs.dtype == np.float64

    def logit(tensor: Any) -> npt.NDArray[np.float64]:
        for layer in rest:
            tensor = layer(tensor, training=False)
        return np.asarray(tensor, np.float64)[:, 1]

    num_places, step = 60, 1e-6
    places = np.random.default_rng(1).permutation(outputs.size)[:num_places]
    nudges = np.zeros((num_places, outputs.size))
    nudges[np.arange(num_places), places] = step
    nudges = nudges.reshape(num_places, *outputs.shape[1:])
    here, there, back = logit(outputs), logit(outputs + nudges), logit(outputs - nudges)
    errors = np.abs(np.stack([there - here, here - back]) / step - slopes.ravel()[places])
    assert errors.min(axis=0).max() < 1e-5 * np.abs(slopes).max()
    assert np.count_nonzero(slopes.ravel()[places]) > 5


def test_each_of_two_pooling_layers_shows_its_own_maps() -> None:
    model = models.build("cnn4", (28, 28, 1), 10)
    image = np.random.default_rng(2).integers(0, 256, (28, 28, 1), dtype=np.uint8)
    shown = {layer.layer: layer.maps for layer in explain.explain(model, image).layers}
    for name in ("pool1", "pool2"):
        part = keras.Model(model.input, model.get_layer(name).output)
        np.testing.assert_allclose(shown[name], np.asarray(part(image[np.newaxis]))[0], rtol=1e-5, atol=1e-6)


def test_every_convolution_and_pooling_layer_is_shown_in_order() -> None:
    model = models.build("cnn4", (28, 28, 1), 3)
    image = np.random.default_rng(2).integers(0, 256, (28, 28, 1), dtype=np.uint8)
    explanation = explain.explain(model, image)
    assert [layer.layer for layer in explanation.layers] == [
        "conv1", "conv2", "pool1", "conv3", "conv4", "pool2",
    ]  # fmt: skip
    assert [layer.maps.shape for layer in explanation.layers][-2:] == [(8, 8, 128), (4, 4, 128)]
    logits = np.asarray(model(image[np.newaxis], training=False))
    assert explanation.label == logits.argmax()


def test_feature_maps_are_what_keras_says_the_layers_give() -> None:
    model = averaging()
    explanation = explain.explain(model, IMAGE)
    assert [layer.layer for layer in explanation.layers] == ["conv1", "pool1", "conv2"]
    for layer in explanation.layers:
        np.testing.assert_allclose(layer.maps, output_of(model, layer.layer), rtol=1e-5, atol=1e-6)


def test_heat_has_the_images_size_and_reaches_one() -> None:
    for label in range(3):
        explanation = explain.explain(averaging(), IMAGE, label)
        assert explanation.label == label
        assert explanation.heat.shape == (12, 10)
        assert explanation.heat.min() >= 0
        assert explanation.heat.max() == pytest.approx(1) or not explanation.heat.any()


def test_where_nothing_speaks_for_the_class_the_heat_is_nil() -> None:
    model = averaging()
    head = model.get_layer("logits")
    head.kernel.assign(-np.ones(head.kernel.shape))
    assert not explain.explain(model, IMAGE).heat.any()


def test_frozen_networks_inside_networks_are_looked_into() -> None:
    whole = averaging()
    trunk = keras.Model(whole.input, whole.get_layer("average").output, name="trunk")
    trunk.trainable = False
    images = keras.Input((12, 10, 1), dtype="uint8")
    nested = keras.Model(images, whole.get_layer("logits")(trunk(images)), name="nested")
    inner, outer = explain.explain(nested, IMAGE, 2), explain.explain(whole, IMAGE, 2)
    assert [layer.layer for layer in inner.layers] == ["conv1", "pool1", "conv2"]
    np.testing.assert_allclose(inner.heat, outer.heat, rtol=1e-5, atol=1e-6)


def test_listening_leaves_the_network_as_it_was() -> None:
    model = averaging()
    before = np.asarray(model(IMAGE[np.newaxis], training=False))
    explain.explain(model, IMAGE)
    assert not any("call" in vars(layer) for layer in model.layers)
    assert np.array_equal(before, np.asarray(model(IMAGE[np.newaxis], training=False)))


def test_what_cannot_be_explained_is_refused() -> None:
    with pytest.raises(InputError, match=r"^the image is \(10, 12, 1\); wanted \(12, 10, 1\)$"):
        explain.explain(averaging(), IMAGE.transpose(1, 0, 2))
    with pytest.raises(InputError, match=r"^label is 3; wanted 0 to 2$"):
        explain.explain(averaging(), IMAGE, 3)
    images, x = parts.pixels((12, 10, 1))
    flat = keras.Model(images, parts.logits(layers.Flatten()(x), 3), name="flat")
    with pytest.raises(
        InputError,
        match=r"^flat has no convolution, which Grad-CAM needs; wanted one or more; use occlusion\.heat$",
    ):
        explain.explain(flat, IMAGE)
