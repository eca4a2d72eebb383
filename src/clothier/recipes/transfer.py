"""`clothier train transfer --base RUN`: a head on the features of an earlier run's network, for other classes.

Model and base are those of the run that is given. The base is small, so it may move faster than VGG19 when it is
fine-tuned.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(
    name="transfer",
    model="cnn3",
    base="runs/cnn3-1",
    epochs=30,
    augmented_epochs=0,
    batch_size=32,
    fine_tune_rate=1e-4,
    precision="float32",  # the head is small: what takes time is the base, which has a precision of its own
)
