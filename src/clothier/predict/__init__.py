"""A model file and images or photos -> what its network makes of them, by ONNX Runtime. No Keras here."""

from clothier.predict.engines import ENGINES
from clothier.predict.opening import in_the_box, opened
from clothier.predict.photos import Answer, answers, find
from clothier.predict.predictor import Outputs, Predictor

__all__ = ["ENGINES", "Answer", "Outputs", "Predictor", "answers", "find", "in_the_box", "opened"]
