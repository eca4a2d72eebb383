"""A model file and images or photos -> what its network makes of them, by ONNX Runtime. No Keras here."""

from clothier.predict.engines import ENGINES
from clothier.predict.opening import file_of, in_the_box, opened, read
from clothier.predict.photos import UNREADABLE, Answer, answers, find, of_probabilities, of_verdicts
from clothier.predict.predictor import Outputs, Predictor, uncalibrated

__all__ = [
    "ENGINES",
    "UNREADABLE",
    "Answer",
    "Outputs",
    "Predictor",
    "answers",
    "file_of",
    "find",
    "in_the_box",
    "of_probabilities",
    "of_verdicts",
    "opened",
    "read",
    "uncalibrated",
]
