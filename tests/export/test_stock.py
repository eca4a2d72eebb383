"""The twin of Keras's own layers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from clothier import backend, models
from clothier.errors import ExportError
from clothier.export import stock
from clothier.models.plan import Plan
from clothier.values import Predictions

TRUNK = Plan("cnn3", (19, 18, 1), 4)
PLANS = [
    Plan("fastnet", (9, 8, 1), 3, views="mirror+shift"),
    Plan("cnn4", (16, 17, 3), 3),
    Plan("cnn3", (38, 36, 3), 5, trunk=TRUNK),
]

SCRIPT = """
import sys
sys.modules["clothier"] = None  # it cannot be imported
import keras
import numpy as np
for number in range(int(sys.argv[1])):
    model = keras.models.load_model(f"{number}.keras")
    np.save(f"{number}-theirs.npy", model(np.load(f"{number}.npy"), training=False))
"""


def test_plain_keras_opens_it_without_clothier(tmp_path: Path) -> None:
    ours = []
    for number, plan in enumerate(PLANS):
        model = models.build_plan(plan)
        images = np.random.default_rng(number).integers(0, 256, (4, *plan.image_shape), dtype=np.uint8)
        np.save(tmp_path / f"{number}.npy", images)
        stock.save(stock.twin(model, views=plan.views, temperature=1.5), tmp_path / f"{number}.keras")
        judge = backend.Inference(models.averaged(model, plan.views))
        ours.append(Predictions(judge.logits(model.get_weights(), images), 1.5).probabilities)
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(len(PLANS))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    for number, expected in enumerate(ours):
        assert np.abs(np.load(tmp_path / f"{number}-theirs.npy") - expected).max() < 1e-6


def test_a_layer_that_keras_lacks_is_named() -> None:
    class Odd(keras.layers.Layer):  # type: ignore[misc]  # Keras publishes no types
        def call(self, inputs: Any) -> Any:
            return inputs

    images = keras.Input((4, 4, 1))
    with pytest.raises(
        ExportError, match="layer odd is a Odd, which Keras does not have; wanted a layer of Keras"
    ):
        stock.twin(keras.Model(images, Odd(name="odd")(images)))
