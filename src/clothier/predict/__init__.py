"""A model file and images or photos -> what its network makes of them, by ONNX Runtime. No Keras here."""

from clothier.predict.engines import ENGINES
from clothier.predict.opening import file_of, in_the_box, opened, read
from clothier.predict.photos import find, predict_photos
from clothier.predict.predictor import Predictor, uncalibrated

__all__ = [
    "ENGINES",
    "Predictor",
    "file_of",
    "find",
    "in_the_box",
    "opened",
    "predict_photos",
    "read",
    "uncalibrated",
]
