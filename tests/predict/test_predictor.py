from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from support import linear_network

from clothier import calibrate
from clothier.errors import BundleError, InputError, MissingExtraError
from clothier.predict import Predictor


@pytest.mark.parametrize(
    ("engine", "threads", "bound"), [("onnxruntime", 1, 1e-4), ("onnxruntime", 3, 1e-4), ("openvino", 0, 0.2)]
)
def test_outputs_agree_with_numpy_however_many(engine: str, threads: int, bound: float) -> None:
    if engine == "openvino":
        pytest.importorskip("openvino")
    predictor = Predictor(linear_network.graph(), threads, engine)
    for count in (1, 16, 17, 100, 300):
        images = linear_network.pictures(count)
        wanted_logits, wanted_features = linear_network.outputs(images)
        logits, features = predictor.outputs(images)
        np.testing.assert_allclose(logits, wanted_logits, atol=bound)
        np.testing.assert_allclose(features, wanted_features, atol=bound)
    assert (logits.dtype.name, features.dtype.name) == ("float32", "float32")


def test_an_unknown_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        InputError,
        match=r"^unknown engine 'onnx'; known: onnxruntime, openvino; did you mean 'onnxruntime'\?$",
    ):
        Predictor(linear_network.graph(), engine="onnx")
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(
        MissingExtraError, match=r"^the engine openvino needs the package 'openvino', which is not"
    ):
        Predictor(linear_network.graph(), engine="openvino")


def test_images_may_be_a_view_of_others() -> None:
    images = linear_network.pictures(100)
    predictor = Predictor(linear_network.graph())
    backwards, _ = predictor.outputs(images[::-1, :, ::-1])
    copied, _ = predictor.outputs(np.ascontiguousarray(images[::-1, :, ::-1]))
    np.testing.assert_array_equal(backwards, copied)


@pytest.mark.parametrize("count", [1, 100, 1500])
def test_predictions_are_the_calibrations_of_the_outputs(count: int) -> None:
    images, predictor = linear_network.pictures(count, seed=1), Predictor(linear_network.bundle())
    logits, features = linear_network.outputs(images)
    wanted = linear_network.calibration().judge(logits, features, images)
    predictions = predictor.predict(images, keep_features=True)
    np.testing.assert_allclose(predictions.probabilities, wanted.probabilities, atol=1e-4)
    np.testing.assert_allclose(predictions.strangeness, wanted.strangeness, atol=1e-2)
    assert np.mean(predictions.statuses == wanted.statuses) > 0.98
    np.testing.assert_allclose(predictions.features, features, atol=1e-4)
    assert predictions.class_names == linear_network.CLASSES
    assert predictor.predict(images).features.shape == (count, 0)


def test_noise_is_unlike_what_the_network_knows() -> None:
    noise = np.random.default_rng(0).integers(
        0, 256, (50, linear_network.SIDE, linear_network.SIDE, 1), dtype=np.uint8
    )
    assert set(Predictor(linear_network.bundle()).predict(noise).statuses) == {"unlike"}


def test_a_graph_alone_has_no_names_and_no_doubts() -> None:
    predictor, images = Predictor(linear_network.graph()), linear_network.pictures(5)
    assert (predictor.class_names, predictor.photos) == (("0", "1", "2"), "pad")
    assert predictor.probability_name == "uncalibrated probability"
    with pytest.raises(InputError, match=r"^these predictions are not calibrated: "):
        _ = predictor.predict(images).probabilities
    assert set(predictor.predict(images).statuses) == {""}
    np.testing.assert_allclose(
        predictor.predict(images).uncalibrated_probabilities,
        calibrate.softmax(linear_network.outputs(images)[0]),
        atol=1e-5,
    )


def test_no_images_give_no_rows() -> None:
    predictor = Predictor(linear_network.bundle())
    assert predictor.outputs(linear_network.pictures(0))[0].shape == (0, 3)
    assert predictor.predict(linear_network.pictures(0)).statuses.shape == (0,)


def test_images_of_another_shape_or_kind_are_refused() -> None:
    predictor = Predictor(linear_network.graph())
    with pytest.raises(InputError, match=r"^images are uint8 \(2, 4, 8, 1\); wanted uint8 \(n, 8, 8, 1\)$"):
        predictor.outputs(linear_network.pictures(2)[:, ::2])
    with pytest.raises(InputError, match=r"^images are float32 \(2, 8, 8, 1\); wanted uint8 \(n, 8, 8, 1\)$"):
        predictor.predict(linear_network.pictures(2).astype(np.float32))


def test_statistics_of_another_network_are_refused() -> None:
    held = linear_network.bundle()
    shorter = {name: tensor[:3] for name, tensor in held.statistics.items() if name in ("centre", "axes")}
    with pytest.raises(
        BundleError, match=r"^the model file's statistics are of another network than one with 4 fe"
    ):
        Predictor(replace(held, statistics={**held.statistics, **shorter}))


def test_weights_that_overflow_are_refused_when_a_model_is_read() -> None:
    head = np.full_like(linear_network.HEAD, 1e38)
    with pytest.raises(
        BundleError, match=r"^the network of the model file gives no numbers for 1 image, because its"
    ):
        Predictor(linear_network.graph(weights=np.abs(linear_network.WEIGHTS), head=head))


def test_neither_keras_nor_what_trains_is_loaded() -> None:
    import subprocess

    script = (
        "import sys, clothier.predict, clothier.cli\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'scipy', 'sklearn', 'matplotlib', 'pandas', 'numba'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
