"""`clothier train fastnet_95`: fastnet at full resolution, in about eight minutes. Test accuracy 0.950 (4 seeds)."""

from dataclasses import replace

from clothier.recipes import fastnet

RECIPE = replace(
    fastnet.RECIPE,
    name="fastnet_95",
    model="fastnet_large",
)
