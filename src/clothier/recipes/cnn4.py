"""`clothier train cnn4`: four convolutions with batch normalisation, 10 epochs plain, then 50 augmented.

Every number is the article's: Adam with Keras's defaults, batch 256, four fifths of the training images.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(name="cnn4", model="cnn4")
