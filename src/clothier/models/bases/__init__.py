"""Pretrained networks as bases: the table of them, and the layers of each, one file a base or a family.

To add one: an entry in BASES (table.py) and, unless keras.applications has the network, one file here with
`features(x, plan)` and `weights(base, path)`. No Keras is loaded until a network is built.
"""

from clothier.models.bases.table import BASES, Pretrained, advice, chosen, input_shape, native_side

__all__ = ["BASES", "Pretrained", "advice", "chosen", "input_shape", "native_side"]
