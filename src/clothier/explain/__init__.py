"""A network and one image -> what its layers give, and where it looked."""

from clothier.explain.layers import Explanation, FeatureMaps, explain, grad_cam

__all__ = ["Explanation", "FeatureMaps", "explain", "grad_cam"]
