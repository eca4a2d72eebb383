"""A network and one image -> what its layers give, and what mattered for its prediction."""

from clothier.explain.explanation import GRAD_CAM, OCCLUSION, Explanation, shares
from clothier.explain.layers import FeatureMaps, GradCam, explain, grad_cam, has_convolutions

__all__ = [
    "GRAD_CAM",
    "OCCLUSION",
    "Explanation",
    "FeatureMaps",
    "GradCam",
    "explain",
    "grad_cam",
    "has_convolutions",
    "shares",
]
