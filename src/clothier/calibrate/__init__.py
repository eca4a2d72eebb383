"""Logits and features -> probabilities that mean what they say, and two doubts: "unsure" and "unlike". NumPy only.

`fit` reads held-out images that have labels; the Calibration that it returns judges new ones.
"""

from clothier.calibrate.calibration import Calibration, fit
from clothier.calibrate.reliability import reliability
from clothier.calibrate.temperature import fit_temperature
from clothier.values import softmax

__all__ = [
    "Calibration",
    "fit",
    "fit_temperature",
    "reliability",
    "softmax",
]
