"""A model file and images or photos -> what its network makes of them, by ONNX Runtime. No Keras here."""

from clothier.predict import box
from clothier.predict.engines import ENGINES
from clothier.predict.opening import MODELS, file_of, opened, read, run_of
from clothier.predict.photos import find, name, predict_photos
from clothier.predict.predictor import Predictor, uncalibrated, unmeasured

__all__ = [
    "ENGINES",
    "MODELS",
    "Predictor",
    "box",
    "file_of",
    "find",
    "name",
    "opened",
    "predict_photos",
    "read",
    "run_of",
    "uncalibrated",
    "unmeasured",
]
