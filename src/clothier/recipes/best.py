"""`clothier train best`: a wide residual network, 200 epochs, augmented from the first. For a GPU.

Network, batch, rate, momentum and epochs are those of Zagoruyko and Komodakis, "Wide Residual Networks", 2016, section
3. Their weight decay of 0.0005 is a penalty in the loss, which momentum multiplies by 10; the optimiser here shrinks
weights apart from it. A cosine stands for their three drops of the rate. What it gives is not measured yet.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(
    name="best",
    model="wrn16_8",
    epochs=0,
    augmented_epochs=200,
    augment="crop-flip+erase+cutmix",
    batch_size=128,
    optimizer="nesterov",
    learning_rate=0.1,
    momentum=0.9,
    weight_decay=0.005,
    schedule="cosine",
    warmup=0.02,  # four epochs
    label_smoothing=0.1,
    average_decay=0.999,  # a mean over about two epochs
)
