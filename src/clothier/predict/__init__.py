"""A model file and images or photos -> what its network makes of them, by ONNX Runtime. No Keras here."""

from clothier.predict.engines import ENGINES
from clothier.predict.opening import BOX, file_of, in_the_box, opened, read, run_of
from clothier.predict.photos import find, name, predict_photos
from clothier.predict.predictor import Predictor, uncalibrated

__all__ = [
    "BOX",
    "ENGINES",
    "Predictor",
    "file_of",
    "find",
    "in_the_box",
    "name",
    "opened",
    "predict_photos",
    "read",
    "run_of",
    "uncalibrated",
]
