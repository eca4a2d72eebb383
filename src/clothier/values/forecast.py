"""What more images would bring: learning curves, and gains that are read off them, with intervals of 90 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clothier.values.wording import counted

_LEAST = 0.0005  # what is less than 0.1 points when rounded


@dataclass(frozen=True)
class Estimate:
    """A number and the ends of its 90 % interval."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 5) for name, value in vars(self).items()}


@dataclass(frozen=True)
class Curve:
    """Accuracies by number of images that were learnt from. `measured` are those of subsets; `expected` is the fitted
    law at sizes that go on beyond them. `class_name` is "" for the curve of all images; else the images are those of
    that class, whose recall the accuracies are."""

    class_name: str
    measured: tuple[tuple[float, Estimate], ...]
    expected: tuple[tuple[float, Estimate], ...]

    def as_json(self) -> dict[str, Any]:
        def points(given: tuple[tuple[float, Estimate], ...]) -> list[dict[str, float]]:
            return [{"images": round(size, 1), **estimate.as_json()} for size, estimate in given]

        return {
            "class": self.class_name or None,
            "measured": points(self.measured),
            "expected": points(self.expected),
        }


@dataclass(frozen=True)
class Gain:
    """What `more` training images bring, of one class or ("") of all in their present shares: `accuracy` and `recall`
    in points, the latter None for all images. `reason` says why it cannot be told, and is "" where it can."""

    class_name: str
    now: int
    more: int
    accuracy: Estimate | None
    recall: Estimate | None = None
    recall_now: float | None = None
    reason: str = ""

    @property
    def words(self) -> str:
        """Such as "200 more images of shirt: about +1.5 points (0.5 to 2.6)"."""
        of = f" of {self.class_name}" if self.class_name else ""
        images = f"{counted(self.more, 'more image')}{of}"
        if self.accuracy is None:
            return f"{images}: cannot be told, because {self.reason}"
        return f"{images}: about {points(self.accuracy)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "class": self.class_name or None,
            "now": self.now,
            "more": self.more,
            "accuracy": self.accuracy.as_json() if self.accuracy else None,
            "recall": self.recall.as_json() if self.recall else None,
            "recall_now": None if self.recall_now is None else round(self.recall_now, 5),
            "reason": self.reason,
            "words": self.words,
        }


def points(gain: Estimate, unit: str = " points") -> str:
    """A gain of accuracy as a person says it.

    >>> points(Estimate(0.015, 0.005, 0.0263)), points(Estimate(0.0001, 0.0, 0.0003))
    ('+1.5 points (0.5 to 2.6)', '+0.0 points (0.0 to 0.0)')
    """
    value, low, high = (100 * number if abs(number) >= _LEAST else 0.0 for number in vars(gain).values())
    return f"{value:+.1f}{unit} ({low:.1f} to {high:.1f})"


@dataclass(frozen=True, eq=False)
class Forecast:
    """What more images would bring to the data called `source`. `counts` are the training images by class; `features`
    and `learner` say what learnt, and `goal` how many training images in all an accuracy would take."""

    source: str
    counts: Mapping[str, int]
    features: str
    learner: str
    num_scored: int
    curve: Curve
    class_curves: tuple[Curve, ...]
    gains: tuple[Gain, ...]
    class_gains: tuple[Gain, ...]
    goal: Goal | None
    remarks: tuple[str, ...]
    seconds: float
    notice: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "notice": self.notice,
            "training_images": dict(self.counts),
            "features": self.features,
            "learner": self.learner,
            "scored_images": self.num_scored,
            "interval": 0.9,
            "curve": self.curve.as_json(),
            "class_curves": [curve.as_json() for curve in self.class_curves],
            "gains": [gain.as_json() for gain in self.gains],
            "class_gains": [gain.as_json() for gain in self.class_gains],
            "goal": self.goal.as_json() if self.goal else None,
            "remarks": list(self.remarks),
            "seconds": round(self.seconds, 1),
        }

    def __repr__(self) -> str:
        gains = (*self.gains, *self.class_gains)
        return "\n".join([f"<Forecast of {self.source}>", *(f"  {gain.words}" for gain in gains)])


@dataclass(frozen=True)
class Goal:
    """How many training images an accuracy takes in all: `images`, and the ends of its 90 % interval; None where no
    number of images is enough by the law."""

    accuracy: float
    images: int | None
    low: int | None
    high: int | None

    @property
    def words(self) -> str:
        title = f"{100 * self.accuracy:g} % accuracy"
        if self.low is None:
            return f"{title}: more images alone do not bring it, by any of the laws that fit the curve"
        if self.images is None:
            return f"{title}: {self.low:,} images or more, if more images alone bring it at all"
        most = f"to {self.high:,}" if self.high is not None else "or more than can be told"
        return f"{title}: about {self.images:,} training images ({self.low:,} {most})"

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "words": self.words}
