"""clothier trains, evaluates and serves image classifiers on ordinary computers.

The names below are loaded on first use, so importing clothier loads neither Keras nor TensorFlow:

>>> import clothier
>>> data = clothier.load("fashion-mnist")  # doctest: +SKIP
>>> run = clothier.train("cnn1", data, epochs=3)  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from clothier.system.version import __version__

# Without this, set before it is loaded, ONNX Runtime reports each network that it opens to its makers, and keeps an
# identifier of the machine in the user's cache.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from clothier.api.check import check as check
    from clothier.api.model import Model as Model
    from clothier.api.model import open as open  # noqa: A004 - as clothier.open
    from clothier.api.plan import plan as plan
    from clothier.api.train import resume as resume
    from clothier.api.train import train as train
    from clothier.data import LoadOptions as LoadOptions
    from clothier.data import load as load
    from clothier.data import relabel as relabel
    from clothier.errors import ClothierError as ClothierError
    from clothier.recipes import Recipe as Recipe
    from clothier.runs import Run as Run
    from clothier.sweeping import Sweep as Sweep
    from clothier.sweeping import sweep as sweep
    from clothier.values import Dataset as Dataset
    from clothier.values import Findings as Findings
    from clothier.values import Forecast as Forecast
    from clothier.values import Prediction as Prediction
    from clothier.values import Predictions as Predictions
    from clothier.values import Scores as Scores
    from clothier.values import Split as Split

# public name -> the module that holds it
_PUBLIC = {
    "ClothierError": "clothier.errors",
    "Dataset": "clothier.values",
    "Findings": "clothier.values",
    "Forecast": "clothier.values",
    "LoadOptions": "clothier.data",
    "Model": "clothier.api.model",
    "Prediction": "clothier.values",
    "Predictions": "clothier.values",
    "Recipe": "clothier.recipes",
    "Run": "clothier.runs",
    "Scores": "clothier.values",
    "Split": "clothier.values",
    "Sweep": "clothier.sweeping",
    "check": "clothier.api.check",
    "load": "clothier.data",
    "open": "clothier.api.model",
    "plan": "clothier.api.plan",
    "relabel": "clothier.data",
    "resume": "clothier.api.train",
    "sweep": "clothier.sweeping",
    "train": "clothier.api.train",
}

__all__ = [*_PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:
    if name == "sklearn":  # which needs scikit-learn
        return importlib.import_module("clothier.sklearn")
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'clothier' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
