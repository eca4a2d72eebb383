"""Logits and features -> probabilities that mean what they say, and verdicts that keep what they promise. Judging needs
NumPy alone.

`fit` reads held-out images that have labels; the Calibration that it returns judges new ones. `measure` tests on
held-out images what its verdicts promise.
"""

from clothier.calibrate.calibration import Calibration, fit, fit_thresholds
from clothier.calibrate.outputs import Outputs
from clothier.calibrate.promises import Promises, measure
from clothier.calibrate.reliability import reliability
from clothier.calibrate.temperature import fit_temperature
from clothier.calibrate.views import NUM_VIEWS, views
from clothier.values import softmax

__all__ = [
    "NUM_VIEWS",
    "Calibration",
    "Outputs",
    "Promises",
    "fit",
    "fit_temperature",
    "fit_thresholds",
    "measure",
    "reliability",
    "softmax",
    "views",
]
