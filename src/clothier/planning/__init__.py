"""What more images would bring, foretold from learning curves of a quick classifier on cached features."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from clothier import checking
from clothier.checking.folds import FOLDS
from clothier.errors import InputError
from clothier.planning import discriminant, draws, odds_law, power_law
from clothier.planning.discriminant import Sums
from clothier.planning.draws import Draw, Points
from clothier.planning.material import Material
from clothier.planning.odds_law import OddsLaws
from clothier.planning.power_law import Laws
from clothier.values import Curve, Dataset, Estimate, Forecast, Gain, Goal, Labels, Report, Tell

__all__ = [
    "LEARNER",
    "AnyLaws",
    "Material",
    "check",
    "curve_of",
    "estimate",
    "forecast",
    "foretold",
    "foretold_recall",
    "gained",
    "read",
]

read = checking.read
LEARNER = "linear discriminant analysis"
REPLICATES = 400
LEAST_SCORED = 30  # images, of which a curve is more than chance
FARTHEST = 4.0  # times the images that were learnt from, up to where a law is followed
MOST_CLASSES = 30
# Standard deviation of a gain from what the law says, as a part of it: of ten classes of Fashion-MNIST, with
# thousands of images each, gains were up to 1.7 times as large, and accuracies gained as little as a tenth.
_MISFIT = 0.5
_WIDEST = 0.1  # of an interval that tells something
_SEED = 13
_ENDS = (0.05, 0.95)
Numbers = npt.NDArray[np.float64]
AnyLaws = Laws | OddsLaws


def check(more: int | None, goal: float | None) -> None:
    """InputError for numbers out of range."""
    if more is not None and more < 1:
        raise InputError(f"more is {more}; wanted the number of further images, 1 or greater")
    if goal is not None and not 0 < goal < 1:
        raise InputError(f"goal is {goal:g}; wanted an accuracy between 0 and 1, such as 0.95")


def forecast(
    dataset: Dataset,
    *,
    more: int | None = None,
    goal: float | None = None,
    report: Report | None = None,
    tell: Tell | None = None,
) -> Forecast:
    """What `more` training images of all and of each class would bring, and how many images the accuracy `goal` takes.
    Test images are not looked at."""
    began = time.monotonic()
    report, tell = report or (lambda what, done, total: None), tell or (lambda sentence: None)
    seen = Material.of(dataset, report, tell)
    counts = np.bincount(dataset.train.labels, minlength=dataset.num_classes)
    more = more or _usual_more(len(dataset.train))
    rng = np.random.default_rng(_SEED)
    points = draws.of_all(seen.vectors, seen.labels, seen.group_of, dataset.num_classes, report)
    laws = foretold(points, rng)
    now = len(dataset.train)
    gains = tuple(_gain("", now, number, points, laws, rng) for number in dict.fromkeys((more, now)))
    class_curves, class_gains = _of_classes(seen, dataset, counts, more, rng, report)
    remarks = [
        "With more images of one class, the others stay as they are, and the mix of the scored images too: the recall "
        "of that class rises, and that of others may fall."
    ]
    if not seen.of_network:
        remarks.append(
            "The curves are those of a quick classifier of pixels. A network that is trained on these data gets "
            "more right, and its curve may be another."
        )
    return Forecast(
        source=dataset.name,
        counts=dict(zip(dataset.class_names, counts.tolist(), strict=True)),
        features=seen.words,
        learner=LEARNER,
        num_scored=len(seen.labels),
        curve=curve_of("", points, laws, now, rng),
        class_curves=class_curves,
        gains=gains,
        class_gains=class_gains,
        goal=None if goal is None else _goal(goal, points, laws),
        remarks=tuple(remarks),
        seconds=time.monotonic() - began,
        notice=dataset.notice,
    )


def foretold(points: Points, rng: np.random.Generator, of_part: bool = False) -> Laws | None:
    """Laws of replicates of the points; None where these are too few. `of_part` is as in `power_law.replicates`."""
    if points.held.any(axis=0).sum() < LEAST_SCORED:
        return None
    return power_law.replicates(points.sizes, points.replicates(REPLICATES, rng), rng, of_part)


def foretold_recall(own: Points, rng: np.random.Generator) -> OddsLaws | None:
    """The same of points of one class, which are those of its own images, by its number of images."""
    if own.held.any(axis=0).sum() < LEAST_SCORED:
        return None
    return odds_law.replicates(own.sizes, own.replicates(REPLICATES, rng), rng)


def gained(laws: AnyLaws, points: Points, now: float, more: float, rng: np.random.Generator) -> Estimate:
    """By how much the errors fall from `now` images to `more` further ones, as it would be measured."""
    errors = laws.errors(np.array([now, now + more], np.float64))
    fallen = errors[:, 0] - errors[:, 1]
    noise = points.step_noise() * np.sqrt(np.log2((now + more) / now))
    spread = np.hypot(noise, _MISFIT * np.median(fallen))
    return estimate(fallen + spread * rng.standard_normal(len(fallen)))


def estimate(values: Numbers) -> Estimate:
    """The median and the ends of the interval."""
    low, high = np.quantile(values, _ENDS)
    return Estimate(float(np.median(values)), float(low), float(high))


def curve_of(
    class_name: str, points: Points, laws: AnyLaws | None, now: int, rng: np.random.Generator
) -> Curve:
    """The points and the law through them, up to twice the images there are."""
    measured = 1 - points.replicates(REPLICATES, rng)
    expected: list[tuple[float, Estimate]] = []
    if laws is not None:
        sizes = np.geomspace(points.sizes[0], max(2.0 * now, points.sizes[-1]), 25)
        accuracies = 1 - laws.errors(sizes)
        expected = [(float(size), estimate(column)) for size, column in zip(sizes, accuracies.T, strict=True)]
    middles = 1 - points.errors()
    found = []
    for size, middle, column in zip(points.sizes.tolist(), middles.tolist(), measured.T, strict=True):
        around = estimate(column)
        found.append((size, Estimate(middle, min(around.low, middle), max(around.high, middle))))
    return Curve(class_name, tuple(found), tuple(expected))


def _gain(
    name: str, now: int, more: int, points: Points, laws: Laws | None, rng: np.random.Generator
) -> Gain:
    if reason := _untold(now + more, points, laws):
        return Gain(name, now, more, None, reason=reason)
    assert laws is not None
    found = gained(laws, points, now, more, rng)
    if found.high - found.low > _WIDEST:
        return Gain(name, now, more, None, reason=_too_wide(found))
    return Gain(name, now, more, found)


def _too_wide(found: Estimate) -> str:
    return f"it may be anything from {100 * found.low:.0f} to {100 * found.high:.0f} points"


def _untold(size: float, points: Points, laws: Laws | None) -> str:
    if laws is None:
        scored = int(points.held.any(axis=0).sum())
        return f"{scored} images are too few to learn from and to score"
    if size > FARTHEST * points.sizes[-1]:
        return f"that is more than {FARTHEST:g} times the {points.sizes[-1]:,.0f} images that the curve is of"
    return ""


def _goal(accuracy: float, points: Points, laws: Laws | None) -> Goal | None:
    if laws is None:
        return None
    sizes = laws.sizes_for(1 - accuracy)
    most = FARTHEST * 25 * points.sizes[-1]  # beyond a hundred times as many a number would mean nothing

    def number(share: float) -> int | None:
        size = float(np.quantile(sizes, share, method="nearest"))
        return round(size) if size <= most else None

    return Goal(accuracy, number(0.5), number(_ENDS[0]), number(_ENDS[1]))


def _usual_more(now: int) -> int:
    """A tenth of what there is, as a round number."""
    unit = int(10 ** max(1, len(str(now)) - 2))
    return max(20, round(now / 10 / unit) * unit)


def _of_classes(
    seen: Material,
    dataset: Dataset,
    counts: Labels,
    more: int,
    rng: np.random.Generator,
    report: Report,
) -> tuple[tuple[Curve, ...], tuple[Gain, ...]]:
    """Curves and gains of each class, the greatest gain first; of many classes, those with the fewest images."""
    chosen = np.argsort(counts, kind="stable")[:MOST_CLASSES].tolist()
    some = list(Draw.all(seen.labels, seen.group_of))[:FOLDS]
    whole = []
    for draw in some:
        sums = Sums.of(seen.vectors, seen.labels, draw.train, dataset.num_classes)
        whole.append((sums, discriminant.fit(sums).penalty))
    curves, gains = [], []
    for done, label in enumerate(chosen, start=1):
        name, now = dataset.class_names[label], int(counts[label])
        points = draws.of_class(label, seen.vectors, seen.labels, some, whole)
        own = points.of(seen.labels == label)
        of_own = foretold_recall(own, rng)
        curves.append(curve_of(name, own, of_own, now, rng))
        if of_own is None:
            gain = _gain(name, now, more, own, None, rng)
        else:
            gain = _gain(name, now, more, points, foretold(points, rng, of_part=True), rng)
        if gain.accuracy is not None and of_own is not None:
            gain = replace(gain, recall=gained(of_own, own, now, more, rng))
        gains.append(replace(gain, recall_now=float(1 - own.errors()[-1])))
        report("learning from parts of each class", done, len(chosen))
    gains.sort(key=lambda gain: -gain.accuracy.value if gain.accuracy else 1.0)
    return tuple(curves), tuple(gains)
