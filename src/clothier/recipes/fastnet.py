"""`clothier train fastnet`: fastnet on all training images, in under a minute on two cores.

Chosen on a validation split of the training images; docs/performance.md says what each choice brings.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(
    name="fastnet",
    model="fastnet",
    split="none",
    epochs=0,
    augmented_epochs=6,
    augment="alternate-flip",
    batch_size=500,
    optimizer="muon",
    learning_rate=0.06,
    momentum=0.8,
    schedule="linear",
    label_smoothing=0.1,
    mirror=True,
    precision="auto",
)
