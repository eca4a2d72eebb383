"""`clothier train photos_quick --data folder:DIR`: as `photos`, in a fraction of the time and a little less accurate.

It looks at two views of each photo and trains the head alone, which is also told where in the photo things are.
docs/photos.md says what that brings, and that it wants some hundred photos.
"""

from dataclasses import replace

from clothier.recipes import photos

RECIPE = replace(
    photos.RECIPE,
    name="photos_quick",
    learning_rate=1e-3,
    base_features="places",
    base_views=2,
    head_dropout=0.8,
    fine_tune_epochs=0,
    fine_tune_part="all",
)
