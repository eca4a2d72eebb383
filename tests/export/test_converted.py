"""Networks of layers that our own functions do not cover, by Keras's own export, against Keras."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import keras
import numpy as np
import onnx
import pytest
from keras import layers
from keras.src.utils import module_utils

from clothier import models
from clothier.bundle import graphs
from clothier.errors import BundleError, ExportError, MissingExtraError
from clothier.export import bundling, converted, emit
from clothier.export.running import onnx_outputs
from clothier.models.plan import Plan
from clothier.values import Floats, softmax

IMAGES = np.random.default_rng(2).integers(0, 256, (5, 16, 12, 3), dtype=np.uint8)


@keras.saving.register_keras_serializable("clothier-tests")
class Shrug(layers.Layer):  # type: ignore[misc]  # Keras publishes no types
    """A layer of a user's own."""

    def build(self, shape: Any) -> None:
        self.slope = self.add_weight(shape=(shape[-1],), initializer="ones", name="slope")

    def call(self, x: Any) -> Any:
        return keras.ops.where(x > 0, x * self.slope, keras.ops.tanh(x))

    def get_config(self) -> dict[str, Any]:
        return dict(super().get_config())


def _modern(x: Any) -> Any:
    """Depthwise and separable convolutions, layer and group normalisation, squeeze and excitation."""
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Conv2D(8, 4, strides=2, padding="same")(x))
    y = layers.LayerNormalization()(layers.DepthwiseConv2D(5, padding="same")(x))
    y = layers.Dense(8)(layers.Dense(32, activation="gelu")(y))
    x = layers.GroupNormalization(2)(layers.Add()([x, y]))
    x = layers.SeparableConv2D(12, 3, padding="same", activation="silu")(x)
    gate = layers.Dense(12, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
    return layers.GlobalMaxPooling2D()(layers.Multiply()([x, layers.Reshape((1, 1, 12))(gate)]))


def _resized(x: Any) -> Any:
    """What makes images larger, smaller, or longer, and activations that have weights."""
    x = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0])(x)
    x = layers.UpSampling2D(2, interpolation="bilinear")(layers.Conv2D(4, 3, activation="elu")(x))
    x = layers.Cropping2D(1)(layers.ZeroPadding2D(2)(x))
    x = layers.PReLU(shared_axes=[1, 2])(layers.LeakyReLU()(layers.Conv2DTranspose(6, 3, strides=2)(x)))
    x = layers.AveragePooling2D(3, padding="same")(layers.BatchNormalization()(x))
    return layers.Flatten()(layers.Concatenate()([x, Shrug()(layers.UpSampling2D(1)(x))]))


def test_a_network_of_keras_applications_behind_our_own_resizing() -> None:
    """The converter has no operator for a resizing that smooths."""
    model = models.build_plan(Plan("mobilenet_v3_small", (70, 50, 1), 3, base_size=48))
    images = np.random.default_rng(2).integers(0, 256, (3, 70, 50, 1), dtype=np.uint8)
    graph = emit(model)
    (logits,) = onnx_outputs(graph, images, ["logits"])
    theirs = np.asarray(model(images, training=False))
    assert np.abs(logits - theirs).max() <= 1e-5 * np.abs(theirs).max()
    assert graphs.check(graph, (70, 50, 1), 3, 512).multiplications > 10**6


def test_a_convolution_with_a_group_for_each_channel() -> None:
    """As in ConvNeXt; TensorFlow exports it as a function that the converter does not open."""
    model = _network(lambda x: layers.Flatten()(layers.Conv2D(6, 3, groups=6)(layers.Conv2D(6, 3)(x))))
    (logits,) = onnx_outputs(emit(model), IMAGES, ["logits"])
    theirs = np.asarray(model(IMAGES, training=False))
    assert np.abs(logits - theirs).max() <= 1e-5 * np.abs(theirs).max()


def _attentive(x: Any) -> Any:
    x = layers.Reshape((-1, 8))(layers.Conv2D(8, 4, strides=4, use_bias=False)(x))
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
    return layers.GlobalAveragePooling1D()(layers.MaxPooling1D(2)(x))


def _network(body: Any) -> keras.Model:
    keras.utils.set_random_seed(5)
    images = keras.Input(IMAGES.shape[1:])
    x = body(layers.Rescaling(1 / 255)(images))
    x = layers.Dropout(0.5)(layers.Dense(7, activation="tanh", name="embedding")(x))
    return keras.Model(images, layers.Dense(4, name="logits")(x))


def _theirs(model: keras.Model, images: Any) -> tuple[Floats, Floats]:
    both = keras.Model(model.input, [model.output, model.get_layer("embedding").output])
    logits, features = both(images.astype(np.float32), training=False)
    return np.asarray(logits), np.asarray(features)


@pytest.mark.parametrize("body", [_modern, _resized, _attentive])
def test_networks_of_any_layers_agree_with_keras(body: Any) -> None:
    model = _network(body)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph = emit(model)
    for ours, theirs in zip(
        onnx_outputs(graph, IMAGES, ["logits", "features"]), _theirs(model, IMAGES), strict=True
    ):
        assert np.abs(ours - theirs).max() <= 1e-5 * max(1, np.abs(theirs).max())
    cost = graphs.check(graph, IMAGES.shape[1:], 4, 7)  # a model file may hold it
    assert cost.multiplications > 1000
    kinds = {node.op_type for node in onnx.load_from_string(graph).graph.node}
    assert not kinds & {"Shape", "Range", "Erfc", "If", "Loop"}


def test_views_and_temperature() -> None:
    model = _network(lambda x: layers.Flatten()(layers.LeakyReLU()(layers.Conv2D(3, 3)(x))))
    graph = emit(model, views="mirror", temperature=2.0)
    (ours,) = onnx_outputs(graph, IMAGES, ["probabilities"])
    logits: Floats = ((_theirs(model, IMAGES)[0] + _theirs(model, IMAGES[:, :, ::-1])[0]) / 2).astype(
        np.float32
    )
    np.testing.assert_allclose(ours, softmax(logits, 2.0), atol=1e-5)


def test_equal_networks_give_equal_bytes() -> None:
    """Whatever else the process has built."""
    one, other = (_network(lambda x: layers.Flatten()(layers.LeakyReLU()(x))) for _ in range(2))
    assert emit(one) == emit(other)


def test_what_keras_cannot_export_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    model = _network(lambda x: layers.Flatten()(layers.LeakyReLU()(x)))

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("no such\noperator")

    monkeypatch.setattr(keras.Model, "export", refuse)
    with pytest.raises(ExportError) as caught:
        emit(model)
    assert str(caught.value) == (
        "Keras cannot export this network to ONNX (ValueError: no such operator); wanted layers that it can"
    )


def test_what_onnx_runtime_cannot_run_is_refused_in_one_line() -> None:
    with pytest.raises(ExportError) as caught:
        emit(_network(lambda x: layers.Flatten()(layers.RandomFlip()(x))))
    told = str(caught.value)
    assert told.startswith("ONNX Runtime cannot run what Keras exports of this network (")
    assert "StatelessRandomUniformV2" in told
    assert told.endswith("wanted layers without loops and random draws; leave such layers out")
    assert "\n" not in told
    with pytest.raises(ExportError) as caught:
        onnx_outputs(b"no graph", IMAGES, ["logits"])
    assert str(caught.value) == (
        "ONNX Runtime cannot run this network as exported; wanted layers without loops, such as those of recurrent "
        "networks; leave such layers out"
    )


def test_a_recurrent_network_is_exported_but_goes_into_no_model_file() -> None:
    model = _network(lambda x: layers.LSTM(4)(layers.Reshape((16, 36))(x)))
    graph = emit(model)
    (logits,) = onnx_outputs(graph, IMAGES, ["logits"])
    np.testing.assert_allclose(logits, np.asarray(model(IMAGES, training=False)), atol=1e-5)
    with pytest.raises(BundleError, match="wanted sides that do not depend on the number of images"):
        graphs.check(graph, IMAGES.shape[1:], logits.shape[1], 7)


def test_without_the_converter_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = _network(lambda x: layers.Flatten()(layers.LeakyReLU()(x)))
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    monkeypatch.setattr(module_utils.tf2onnx, "module", None)
    with pytest.raises(
        MissingExtraError, match=r"need the package 'tf2onnx'.*pip install 'clothier\[train\]'$"
    ):
        emit(model)


def test_scales_make_the_size_that_is_wanted() -> None:
    for old in range(1, 40):
        for new in range(1, 40):
            assert np.floor(old * converted._scale(new, old)) == new


def test_a_graph_that_predicts_other_than_the_network_is_refused() -> None:
    images = keras.Input(IMAGES.shape[1:])
    x = layers.Dense(7, name="embedding")(layers.Flatten()(layers.Rescaling(1 / 255)(images)))
    model = keras.Model(images, layers.Dense(4, name="logits")(x))
    graph = emit(model)
    bundling._check(graph, model, "image", IMAGES, lambda: None)
    model.set_weights([weight + 0.1 for weight in model.get_weights()[:-1]] + [np.arange(4)])
    with pytest.raises(
        ExportError, match=r"^the ONNX graph differs from the run by .* \(5 images\); wanted 0\.0001"
    ):
        bundling._check(graph, model, "image", IMAGES, lambda: None)
