"""What the verdicts promise, tested on held-out photos that the tested thresholds were not learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from clothier.calibrate import thresholds
from clothier.calibrate.calibration import Calibration, fit_thresholds
from clothier.calibrate.outputs import Outputs
from clothier.calibrate.thresholds import RIGHT
from clothier.values import SURE, UNLIKE, Floats, Images

FOLDS = 5


@dataclass(frozen=True)
class Promises:
    """Shares in [0, 1] of the known `photos`: of the plain answers that are `right`, None without any; of photos that
    are answered `plainly`; that the set of classes holds the true one (`covered`), with its mean size `classes`; and
    that are called `unlike`, None where nothing is. `others` pictures of other things are told from known photos with
    that `auroc`, and this share of them is `caught`; None without any."""

    photos: int
    right: float | None
    plainly: float
    covered: float
    classes: float
    unlike: float | None
    others: int = 0
    auroc: float | None = None
    caught: float | None = None

    def as_scores(self) -> dict[str, float]:
        """The numbers that are known, as a manifest holds scores."""
        found = {name: float(value) for name, value in asdict(self).items() if value is not None}
        return found if self.others else {name: value for name, value in found.items() if name != "others"}

    @classmethod
    def of_scores(cls, scores: Mapping[str, float]) -> Promises:
        """What `as_scores` wrote."""
        return cls(
            photos=int(scores["photos"]),
            right=scores.get("right"),
            plainly=scores["plainly"],
            covered=scores["covered"],
            classes=scores["classes"],
            unlike=scores.get("unlike"),
            others=int(scores.get("others", 0)),
            auroc=scores.get("auroc"),
            caught=scores.get("caught"),
        )

    def words(self, what: str = "images") -> str:
        """Lines for a model card about the verdicts on `what`."""
        plain = (
            f"{self.plainly:.0%} get a plain answer, and {self.right:.1%} of these are right."
            if self.right is not None
            else f"None gets a plain answer, because they do not show that {RIGHT:.0%} of such answers would be right."
        )
        unlike = "None is ever" if self.unlike is None else f"{self.unlike:.1%} are"
        lines = [
            f"- Verdicts on {what}, tested on {self.photos:,} held-out ones:",
            f"  {plain}",
            f"  Possible classes hold the true one for {self.covered:.1%}; there are {self.classes:.1f} on average.",
            f"  {unlike} called unlike the pictures that the model learned from.",
        ]
        if self.auroc is not None and self.caught is not None:
            lines.append(
                f"  {self.caught:.0%} of {self.others:,} everyday pictures of other things are called so (AUROC "
                f"{self.auroc:.3f})."
            )
        return "\n".join(lines)


def measure(
    held: Outputs, fitted: Calibration, others: tuple[Floats, Floats, Images] | None = None
) -> Promises:
    """How the verdicts do on the first view of each held-out photo.

    Thresholds are learned on four fifths of the photos and tested on the last fifth, five times; the temperature and
    the statistics are those of `fitted`. `others` are (logits, features, images) of pictures of other things, which
    must not have been used to choose anything.
    """
    first = np.zeros(len(held.labels), np.bool_)
    first[np.unique(held.photos, return_index=True)[1]] = True
    photos = np.unique(held.photos)
    folds = np.random.default_rng(0).permutation(len(photos)) % FOLDS
    fold_of = folds[np.searchsorted(photos, held.photos)]
    rows: list[Floats] = []
    for fold in range(min(FOLDS, len(photos))):
        is_tested = fold_of == fold
        known = fit_thresholds(held.at(~is_tested), fitted.statistics, temperature=fitted.temperature)
        rows.append(_judged(known, held.at(is_tested & first)))
    plain, right, covered, sizes, unlike = np.concatenate(rows).T
    answered = plain.sum()
    made = Promises(
        photos=len(photos),
        right=float(right[plain > 0].mean()) if answered else None,
        plainly=float(plain.mean()),
        covered=float(covered.mean()),
        classes=float(sizes.mean()),
        unlike=None if fitted.statistics is None else float(unlike.mean()),
    )
    if others is None or fitted.statistics is None or not len(others[2]):
        return made
    logits, features, images = others
    found = fitted.judge(logits, features, images)
    known_scores = fitted.statistics.strangeness(held.features[first], held.images[first])
    return replace(
        made,
        others=len(images),
        auroc=auroc(known_scores, found.strangeness),
        caught=float((found.statuses == UNLIKE).mean()),
    )


def auroc(known: Floats, others: Floats) -> float:
    """How often a picture of another thing is stranger than a known one; ties count half."""
    known = np.sort(known)
    below, upto = (np.searchsorted(known, others, side) for side in ("left", "right"))
    return float((below + upto).mean() / 2 / len(known))


def _judged(known: Calibration, tested: Outputs) -> Floats:
    """float64 (n, 5): whether the answer is plain, whether it is right, whether the set holds the true class, the set's
    size, whether the photo is called unlike."""
    found = known.judge(tested.logits, tested.features, tested.images)
    shares = found.probabilities
    true = shares[np.arange(len(tested.labels)), tested.labels]
    covered = (true >= (known.possible or 0)) | (found.labels == tested.labels)
    columns = (
        found.statuses == SURE,
        found.labels == tested.labels,
        covered,
        thresholds.set_sizes(shares, known.possible or 0),
        found.statuses == UNLIKE,
    )
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)
