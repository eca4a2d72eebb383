"""`clothier train cnn1`: one convolution, 10 epochs as they are, then 50 with augmentation.

Every number is the article's: Adam with Keras's defaults, batch 256, four fifths of the training images.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(name="cnn1", model="cnn1")
