"""What a network predicts for one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clothier.errors import InputError
from clothier.values import markup
from clothier.values.arrays import Floats, softmax
from clothier.values.verdicts import SURE, UNREADABLE, verdict

_TOP = 10  # classes that a notebook shows


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """What a network predicts for one image.

    `logits` are float32 (num_classes,). `temperature` is that of Predictions. `status` is one of STATUSES, or empty if
    it was not computed. `set_size` is the number of classes that are possible, 0 if unknown. `strangeness` is in
    standard deviations, or None if unknown. `reason` says why the picture could not be read, and `warnings` are those
    of the photo doctor.
    """

    logits: Floats
    class_names: tuple[str, ...]
    temperature: float | None = None
    status: str = ""
    strangeness: float | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    filename: str = ""
    set_size: int = 0

    @property
    def label(self) -> int:
        """The most probable class; -1 if the picture could not be read."""
        return -1 if self.status == UNREADABLE else int(self.logits.argmax())

    @property
    def class_name(self) -> str | None:
        """The name of that class; None if the picture could not be read."""
        return None if self.status == UNREADABLE else self.class_names[self.label]

    @property
    def probabilities(self) -> Floats:
        """Calibrated probabilities, float32 (num_classes,). Raises InputError without a temperature."""
        return self._softmax(fitted(self.temperature))

    @property
    def uncalibrated_probabilities(self) -> Floats:
        """Softmax of the logits without calibration, float32 (num_classes,)."""
        return self._softmax(1.0)

    @property
    def probability_name(self) -> str:
        """ "probability", or "uncalibrated probability": what `classes` holds."""
        return probability_name(self.temperature)

    @property
    def classes(self) -> tuple[tuple[str, float], ...]:
        """(class name, probability) for each class, the most probable first; empty if the picture could not be read.

        `probability_name` says whether the probabilities are calibrated.
        """
        if self.status == UNREADABLE:
            return ()
        shares = self._softmax(self.temperature or 1.0)
        order = np.argsort(-shares, kind="stable").tolist()
        return tuple((self.class_names[label], float(shares[label])) for label in order)

    @property
    def possible(self) -> tuple[str, ...]:
        """The names of the classes that are possible, the most probable first: of 95 in 100 known images, the true
        class is among them. Empty if unknown."""
        return tuple(name for name, _ in self.classes[: self.set_size])

    @property
    def verdict(self) -> str:
        """The answer in words, such as "Shirt (97 %)", or why the picture could not be read."""
        words = verdict(self.status, self.classes, self.set_size, is_calibrated=self.temperature is not None)
        return words or self.reason

    @property
    def doubt(self) -> str:
        """The verdict if it is not a plain answer, which "sure" and "" are; else empty."""
        return "" if self.status in (SURE, "") else self.verdict

    def _softmax(self, temperature: float) -> Floats:
        probabilities: Floats = softmax(self.logits[np.newaxis], temperature)[0]
        return probabilities

    def __repr__(self) -> str:
        filename = f"{self.filename}: " if self.filename else ""
        answer = UNREADABLE if self.status == UNREADABLE else self.verdict
        remarks = "; ".join(filter(None, (self.reason, *self.warnings)))
        return f"<Prediction {filename}{answer}{f' ({remarks})' if remarks else ''}>"

    def _repr_html_(self) -> str:
        rows = [(name, f"{share:.4f}") for name, share in self.classes[:_TOP]]
        remarks = "; ".join((self.verdict, *self.warnings))
        return markup.table(self.filename or self.verdict, ("class", self.probability_name), rows, remarks)


def probability_name(temperature: float | None) -> str:
    """The name of probabilities with that temperature."""
    return "uncalibrated probability" if temperature is None else "probability"


def fitted(temperature: float | None) -> float:
    """The temperature. Raises InputError if it is None."""
    if temperature is None:
        raise InputError(
            "these predictions are not calibrated: no temperature was fitted to the weights; wanted those that a "
            "finished phase was judged by; or take .uncalibrated_probabilities"
        )
    return temperature
