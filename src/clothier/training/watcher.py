"""What is told of a run while it trains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from clothier import backend
from clothier.values import EpochRow


class Watcher:
    """What is told of a run while it trains. This one stays silent; the command line draws."""

    def note(self, sentence: str) -> None:
        """Something was decided that the person should know of."""

    def doing(self, what: str) -> None:
        """Something begins that may take seconds, such as loading TensorFlow."""

    def plan(self, outlook: Callable[[], tuple[str, str]]) -> None:
        """Training is about to begin. The outlook says in two lines what will happen; to ask it takes seconds, in which
        a few batches are trained."""

    def end(self) -> None:
        """Nothing follows, be it because of an error."""

    def progress(self, what: str, done: int, total: int) -> None:
        """So much of long work before the first epoch is done, such as the extraction of features."""

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        """Epoch 1..total begins, over that many images."""

    def batch(self, num_images: int, trainer: backend.Trainer) -> None:
        """That many images were just trained on; the trainer knows the means so far."""

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        """An epoch ended and its checkpoint is on disk; the seconds leave validation and saving out."""

    def judging(self, phase: str, num_images: int) -> None:
        """The weights at the end of a phase are about to be scored on that many images."""

    def judged_validation(self, phase: str, right: npt.NDArray[np.bool_]) -> None:
        """The phase's weights were scored, and nothing of it is on disk yet: which validation images they classify
        correctly, bool (n,)."""
