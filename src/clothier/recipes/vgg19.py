"""`clothier train vgg19`: a head on the features of a frozen VGG19, 50 epochs.

The article's: images enlarged to 150x150x3, Adam with Keras's defaults, batch 256, a head of 512 units with half of
them dropped. Its mistake, pixels in [0, 1] where VGG19 was trained on [0, 255], is in the recipe `vgg19_article`.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(
    name="vgg19",
    model="vgg19",
    base="imagenet",
    epochs=50,
    augmented_epochs=0,
    precision="float32",  # the head is small: what takes time is the base, which has a precision of its own
)
