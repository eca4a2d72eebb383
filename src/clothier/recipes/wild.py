"""`clothier train wild`: fastnet for people's photos, which the photo doctor brings into Fashion-MNIST's form.

It sees the things laid down anyhow, in folds and on scraps of background, as `augment=wild` makes them, and so it gives
up some accuracy on Fashion-MNIST for some on photos; docs/photos.md has both. A part of the training images is held out
to calibrate on.
"""

from dataclasses import replace

from clothier.recipes import fastnet

RECIPE = replace(
    fastnet.RECIPE,
    name="wild",
    validation="stratified",
    augmented_epochs=12,
    augment="alternate-flip+wild",
    skip=0.0,  # images that are easy once are not so in the next epoch
)
