"""`clothier train photos_scratch --data folder:DIR`: a few thousand photos in colour, from scratch.

Small batches, as there are few images; many epochs, each image mirrored every other time, moved and turned a little,
and many with a piece of another pasted in. docs/photos.md says what that brings.
"""

from dataclasses import replace

from clothier.recipes import fastnet

RECIPE = replace(
    fastnet.RECIPE,
    name="photos_scratch",
    model="fastnet_large",
    validation="default",
    augmented_epochs=60,
    augment="alternate-flip+article+cutmix",
    batch_size=128,
    learning_rate=0.03,
    skip=0.0,
)
