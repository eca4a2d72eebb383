"""`clothier train cnn1_dropout`: the R tutorial's network, 20 epochs at batch 32 on all training images.

No validation data are held out, so validation columns stay empty and the best weights are the last.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(
    name="cnn1_dropout",
    model="cnn1_dropout",
    validation="none",
    epochs=20,
    augmented_epochs=0,
    batch_size=32,
)
