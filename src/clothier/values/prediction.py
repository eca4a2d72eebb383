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

    `logits` float32 (num_classes,); `temperature` as of Predictions; `status` one of STATUSES, or empty where nothing
    was judged; `strangeness` in standard deviations, None where it is unknown; `reason` why the picture could not be
    read; `warnings` of the photo doctor.
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
        """The most probable class, -1 where the picture could not be read."""
        return -1 if self.status == UNREADABLE else int(self.logits.argmax())

    @property
    def class_name(self) -> str | None:
        """The name of that class; None where the picture could not be read."""
        return None if self.status == UNREADABLE else self.class_names[self.label]

    @property
    def probabilities(self) -> Floats:
        """Calibrated probabilities, float32 (num_classes,). Raises InputError without a temperature."""
        return self._softmax(fitted(self.temperature))

    @property
    def uncalibrated_probabilities(self) -> Floats:
        """Softmax of the logits as the network gives them, float32 (num_classes,)."""
        return self._softmax(1.0)

    @property
    def probability_name(self) -> str:
        """ "probability", or "uncalibrated probability": what `classes` holds."""
        return probability_name(self.temperature)

    @property
    def classes(self) -> tuple[tuple[str, float], ...]:
        """The class names with the probabilities that `probability_name` names, the most probable first; empty where
        the picture could not be read."""
        if self.status == UNREADABLE:
            return ()
        shares = self._softmax(self.temperature or 1.0)
        order = np.argsort(-shares, kind="stable").tolist()
        return tuple((self.class_names[label], float(shares[label])) for label in order)

    @property
    def doubt(self) -> str:
        """Why its class should not be trusted, in words; empty where the model is sure."""
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
    """What probabilities by that temperature are called."""
    return "uncalibrated probability" if temperature is None else "probability"


def fitted(temperature: float | None) -> float:
    """The temperature; InputError where there is none."""
    if temperature is None:
        raise InputError(
            "these predictions are not calibrated: no temperature was fitted to the weights; wanted those that a "
            "finished phase was judged by; or take .uncalibrated_probabilities"
        )
    return temperature
