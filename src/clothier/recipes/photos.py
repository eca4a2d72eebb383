"""`clothier train photos --data folder:DIR`: some hundred or thousand photos, on a network that knows photos already.

EfficientNet-Lite1 with ImageNet's weights looks once at each photo and at five other views of it. A head is trained on
its features, then the last six blocks and the head together on the maps below them. docs/photos.md says what that
brings.
"""

from clothier.recipes.recipe import Recipe

RECIPE = Recipe(
    name="photos",
    model="efficientnet_lite1",
    validation="default",
    epochs=20,
    augmented_epochs=0,
    batch_size=32,
    optimizer="adamw",
    learning_rate=3e-3,
    weight_decay=0.02,
    schedule="cosine",
    warmup=0.1,
    label_smoothing=0.1,
    base="imagenet",
    base_views=6,
    head_units=0,
    head_dropout=0.3,
    fine_tune_epochs=12,
    fine_tune_part="last",
    fine_tune_rate=5e-4,
)
