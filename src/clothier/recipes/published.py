"""What the two tutorials report for each recipe and phase, to be set beside what a run gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A tutorial's own figures on its test images (one seed); None where it gives none. `differs` says in what the
    recipe is not the tutorial's, so that the figures only stand beside ours."""

    tutorial: str
    epochs: int  # from the start of the run
    test_loss: float | None
    test_accuracy: float
    train_accuracy: float | None = None
    differs: str = ""

    @property
    def is_resplit(self) -> bool:
        """Whether the test images were drawn anew from all 70,000, as in Kaggle's table, and are not the official
        ones."""
        return self.tutorial == ARTICLE


ARTICLE = "the article of the four networks"
R_TUTORIAL = "the classifier in R"

# (recipe, phase) -> figures
PUBLISHED: dict[tuple[str, str], Published] = {
    ("cnn1", "plain"): Published(ARTICLE, 10, 0.2485, 0.9104),
    ("cnn1", "augmented"): Published(ARTICLE, 60, 0.2210, 0.9229),
    ("cnn3", "plain"): Published(ARTICLE, 10, 0.2496, 0.9079),
    ("cnn3", "augmented"): Published(ARTICLE, 60, 0.2291, 0.9117),
    ("cnn4", "plain"): Published(ARTICLE, 10, 0.2657, 0.9052),
    ("cnn4", "augmented"): Published(ARTICLE, 60, 0.1777, 0.9352),
    ("vgg19_article", "plain"): Published(ARTICLE, 50, 0.6238, 0.7664),
    ("vgg19", "plain"): Published(ARTICLE, 50, 0.6238, 0.7664, differs="pixels as VGG19 was trained on"),
    ("cnn1_dropout", "plain"): Published(R_TUTORIAL, 20, None, 0.916, train_accuracy=0.9736),
}

# (recipe, phase) -> test accuracy of the tutorial's own lines run in plain Keras 3 on TensorFlow, by
# benchmarks/train/parity.py: for cnn1 the mean of ten seeds (0.8991 to 0.9097), for cnn3 of twenty (0.8905 to
# 0.9001), for cnn4 of forty (0.8835 to 0.9215), all from 13 on.
PLAIN_KERAS: dict[tuple[str, str], float] = {
    ("cnn1", "plain"): 0.9057,
    ("cnn3", "plain"): 0.8968,
    ("cnn4", "plain"): 0.9105,
}
