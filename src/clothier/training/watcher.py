"""What is told of a run while it trains."""

from __future__ import annotations

from clothier import backend
from clothier.values import EpochRow


class Watcher:
    """What is told of a run while it trains. This one stays silent; the command line draws."""

    def note(self, sentence: str) -> None:
        """Something was decided that the person should know of."""

    def progress(self, what: str, done: int, total: int) -> None:
        """So much of long work before the first epoch is done, such as the extraction of features."""

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        """Epoch 1..total begins, over that many images."""

    def batch(self, num_images: int, trainer: backend.Trainer) -> None:
        """That many images were just trained on; the trainer knows the means so far."""

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        """An epoch ended and its checkpoint is on disk; the seconds leave validation and saving out."""

    def judging(self, phase: str) -> None:
        """The weights at the end of a phase are about to be scored."""
