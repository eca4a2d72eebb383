"""`clothier train fastnet_95`: a wider fastnet for longer, meant to reach 95 %; neither tuned nor measured yet."""

from dataclasses import replace

from clothier.recipes import fastnet

RECIPE = replace(
    fastnet.RECIPE,
    name="fastnet_95",
    model="fastnet_wide",
    augmented_epochs=24,
    augment="alternate-flip+shift",
    skip=0.5,
    skip_from=4,
    skip_to=20,
)
