"""What a network predicts for one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clothier.errors import InputError
from clothier.values import markup
from clothier.values.arrays import Floats, softmax

SURE, UNSURE, UNLIKE, UNREADABLE = "sure", "unsure", "unlike", "unreadable"
STATUSES = (SURE, UNSURE, UNLIKE, UNREADABLE)

_TOP = 10  # classes that a notebook shows


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """What a network predicts for one image.

    `logits` are float32 (num_classes,). `temperature` is that of Predictions. `status` is one of STATUSES, or empty if
    it was not computed. `strangeness` is in standard deviations, or None if unknown. `reason` says why the picture
    could not be read, and `warnings` are those of the photo doctor.
    """

    logits: Floats
    class_names: tuple[str, ...]
    temperature: float | None = None
    status: str = ""
    strangeness: float | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    filename: str = ""

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
    def doubt(self) -> str:
        """Why the class should not be trusted; empty if the model is sure."""
        if self.status == UNSURE:
            (label, _), (second, _) = self.classes[:2]
            return f"not sure: {label} or {second}"
        return "not like anything it was trained on" if self.status == UNLIKE else self.reason

    def _softmax(self, temperature: float) -> Floats:
        probabilities: Floats = softmax(self.logits[np.newaxis], temperature)[0]
        return probabilities

    def __repr__(self) -> str:
        filename = f"{self.filename}: " if self.filename else ""
        remarks = "; ".join(filter(None, (self.doubt, *self.warnings)))
        return f"<Prediction {filename}{self._guess()}{f' ({remarks})' if remarks else ''}>"

    def _guess(self) -> str:
        """Such as "Shirt, probability 0.812"."""
        if self.status == UNREADABLE:
            return UNREADABLE
        ((name, share), *_) = self.classes
        return f"{name}, {self.probability_name} {share:.3f}"

    def _repr_html_(self) -> str:
        rows = [(name, f"{share:.4f}") for name, share in self.classes[:_TOP]]
        remarks = "; ".join(filter(None, (self.doubt, *self.warnings)))
        return markup.table(self.filename or self._guess(), ("class", self.probability_name), rows, remarks)


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
