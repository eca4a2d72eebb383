"""Outcomes of the tutorials' rows -> the lines of the tables, and what a reader must be told of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from clothier.recipes.published import ARTICLE, PLAIN_KERAS, R_TUTORIAL
from clothier.reproduce import chance
from clothier.reproduce.chance import Comparison
from clothier.reproduce.outcomes import Filled, RowResult, Sample
from clothier.reproduce.rows import OFFICIAL, OTHER
from clothier.values.wording import counted

HARMLESS = ("precision",)  # a change that leaves the recipe the tutorial's
# Where our runs are not what the article did.
DIFFERENCES = (
    "Test images: the article used 10,000 from Kaggle's table, which divides all 70,000 images anew. Which ones is not "
    "known without that table, so the rows marked re-split test on further draws of the same kind. Each draw takes "
    "1,000 images of each class, as the table does, and a fifth of the others validates, as in the article.",
    "Validation images: in the augmented phase the article moves its validation images as it moves those it trains on. "
    "Ours stay as they are, so validation figures of that phase are not comparable. They decide nothing.",
    "Steps: an augmented epoch of the article has 187 steps of 256 images. Ours has 188, with the last 128 images.",
    "Batch normalization (cnn4): Keras's moving averages begin with mean 0 and variance 1, ours with the first batch. "
    "Training does not read them, and after ten epochs nothing of the start is left.",
    "Keras: the article used Keras 2, and ours is Keras 3. Seeds draw other weights and other dropout there.",
    "Precision: layers compute in bfloat16 where a short probe finds that faster, and otherwise in float32 as the "
    "article's did, so it differs by machine. The table of runs names it. --set precision=float32 forces float32.",
    "VGG19: vgg19_article repeats the article's pixels in [0, 1], and its enlargement by nearest neighbour, which was "
    "Pillow's default before version 7. vgg19 gives VGG19 the pixels it was trained on.",
)
COLUMNS = ["row", "images", "published", "ours", "one more run", "seeds", "result"]


@dataclass(frozen=True, eq=False)
class Line:
    """One published figure beside ours: an accuracy or a loss, on the images that `images` names. `comparison` is None
    where there are no runs, or where they cannot be compared."""

    row: RowResult
    measure: str  # accuracy or loss
    images: str  # re-split, official or other test images, or training
    like_for_like: bool
    published: float
    ours: tuple[float, ...]
    comparison: Comparison | None

    @property
    def mean(self) -> float:
        return sum(self.ours) / len(self.ours)

    @property
    def words(self) -> str:
        """Whether the figure is reached, and whether the difference is more than chance."""
        if not self.ours:
            return self.row.note or "not run yet"
        if self.comparison is None:
            differs = self.row.row.published.differs
            return f"not compared: {differs}" if differs else "not comparable"
        found, seeds = self.comparison, " (one seed)" if len(self.ours) == 1 else ""
        far = f"{100 * found.short:.2f} points" if self.measure == "accuracy" else f"{found.short:.4f}"
        where = "below" if self.measure == "accuracy" else "above"
        return {
            "reached": "reached",
            "within chance": f"within chance, {far} {where}",
            "missed": f"missed by {far}",
            "unclear": f"{far} {where}, with unknown noise",
        }[found.verdict] + seeds

    @property
    def cells(self) -> list[str]:
        """As COLUMNS has them."""
        mark = " (like for like)" if self.like_for_like else ""
        interval = self.comparison.interval if self.comparison else None
        return [
            self.row.row.name,
            f"{self.images}{mark}",
            _number(self.published),
            _ours(self.ours),
            f"{interval[0]:.4f} to {interval[1]:.4f}" if interval else _number(None),
            str(len(self.ours)),
            self.words,
        ]


@dataclass(frozen=True, eq=False)
class Reproduction:
    """Outcomes, and what the reader must be told of how they came about. `changes` are those made to the recipes,
    `source` the data, and `is_table` says that these are divided anew themselves, as Kaggle's table is."""

    table: str
    command: str
    outcomes: Sequence[RowResult]
    source: str = "fashion-mnist"
    is_table: bool = False
    changes: tuple[str, ...] = ()
    notice: str = ""

    @property
    def is_fashion_mnist(self) -> bool:
        """Whether the images are Fashion-MNIST's, told by their contents."""
        return not any(sample.test == OTHER for outcome in self.outcomes for sample in outcome.samples)

    @property
    def comparable(self) -> bool:
        """Whether the published figures stand beside ours as equals."""
        changed = [change for change in self.changes if change.partition("=")[0] not in HARMLESS]
        return self.is_fashion_mnist and not changed

    @property
    def filled(self) -> list[Filled]:
        """Every run, once for each phase that fills a row."""
        return [filled for outcome in self.outcomes for filled in outcome.filled]

    @cached_property
    def lines(self) -> list[Line]:
        """Every published figure beside ours, accuracies first."""
        return [
            line
            for measure in ("accuracy", "loss")
            for outcome in self.outcomes
            for line in self._of(outcome, measure)
        ]

    def table_of(self, measure: str) -> list[list[str]]:
        return [line.cells for line in self.lines if line.measure == measure]

    def _of(self, outcome: RowResult, measure: str) -> Iterator[Line]:
        published = outcome.row.published
        on_test = published.test_accuracy if measure == "accuracy" else published.test_loss
        for sample in outcome.samples or (Sample(OFFICIAL, (), False, False),):
            if on_test is not None:
                ours = tuple(getattr(filled.test, measure) for filled in sample.filled)
                yield self._line(outcome, measure, sample, sample.test, on_test, ours)
            if measure == "accuracy" and published.train_accuracy is not None and sample.like_for_like:
                ours = tuple(filled.phase.train.accuracy for filled in sample.filled)
                yield self._line(outcome, measure, sample, "training", published.train_accuracy, ours)

    def _line(
        self,
        outcome: RowResult,
        measure: str,
        sample: Sample,
        images: str,
        published: float,
        ours: tuple[float, ...],
    ) -> Line:
        comparison = None
        if ours and self.comparable and not outcome.row.published.differs:
            test = sample.filled[0].test if images != "training" else sample.filled[0].phase.train
            comparison = chance.compare(
                published,
                ours,
                alike=sample.alike,
                num_images=int(test.confusion.sum()) if measure == "accuracy" else 0,
                smaller_is_better=measure == "loss",
            )
        like_for_like = sample.like_for_like and not outcome.row.published.differs
        return Line(outcome, measure, images, like_for_like, published, ours, comparison)


def summary(reproduction: Reproduction) -> str:
    """How many rows reach the published accuracy like for like, on the official test images, and which have no runs."""
    names = [outcome.row.name for outcome in reproduction.outcomes]
    empty = [outcome.row.name for outcome in reproduction.outcomes if not outcome.filled]
    if not reproduction.comparable:
        count = len(names) - len(empty)
        have = f"{count} of {counted(len(names), 'row')} {'has' if count == 1 else 'have'} runs"
        return f"{have}, which are not comparable with the published figures."
    on_test = [
        line for line in reproduction.lines if line.measure == "accuracy" and line.images != "training"
    ]
    sentences = [
        _verdicts("Like for like", [line for line in on_test if line.like_for_like]),
        _verdicts(
            "On the official test images, which the article did not use",
            [line for line in on_test if line.images == OFFICIAL and not line.like_for_like],
        ),
    ]
    no_like = [
        outcome.row.name
        for outcome in reproduction.outcomes
        if outcome.filled and any(one.like_for_like and not one.filled for one in outcome.samples)
    ]
    if no_like:
        sentences.append(f"Without runs like for like: {'; '.join(no_like)}.")
    if empty:
        sentences.append(f"Without runs: {'; '.join(empty)}.")
    return " ".join(sentence for sentence in sentences if sentence)


def _verdicts(where: str, lines: Sequence[Line]) -> str:
    """Such as "Like for like, 1 of 2 rows reaches the published accuracy. Missed by more than chance: cnn3 (by 1.10
    points)."; "" where nothing is compared."""
    judged = [(line, line.comparison) for line in lines if line.comparison]
    if not judged:
        return ""
    by_verdict: dict[str, list[str]] = {"reached": [], "within chance": [], "missed": []}
    for line, comparison in judged:
        far = f"{line.row.row.name} (by {100 * comparison.short:.2f} points)"
        by_verdict[comparison.verdict].append(far)
    reached = len(by_verdict["reached"])
    reach = "reaches" if 1 in (reached, len(judged)) else "reach"
    sentences = [f"{where}, {reached} of {counted(len(judged), 'row')} {reach} the published accuracy."]
    if by_verdict["within chance"]:
        sentences.append(f"Missed within chance: {'; '.join(by_verdict['within chance'])}.")
    if by_verdict["missed"]:
        sentences.append(f"Missed by more than chance: {'; '.join(by_verdict['missed'])}.")
    return " ".join(sentences)


def differences(reproduction: Reproduction) -> list[str]:
    """Where our runs are not what the article did; nothing where none of its rows is there."""
    tutorials = {outcome.row.published.tutorial for outcome in reproduction.outcomes}
    if ARTICLE not in tutorials or not reproduction.comparable:
        return []
    return list(DIFFERENCES[1:] if reproduction.is_table else DIFFERENCES)


def explanation(reproduction: Reproduction) -> list[str]:
    """What the reader must know to read the table."""
    sentences = [
        "The published figures come from single runs. Ours come from the last weights of each phase, evaluated once on "
        "the test images. With several seeds, the table shows their mean, with the range in brackets. No seed was "
        "selected: every finished run of a row's recipe in the runs folder counts, one for each seed.",
    ]
    if reproduction.comparable:
        sentences += _how_compared(reproduction)
    elif not reproduction.is_fashion_mnist:
        sentences.append(
            f"The published figures were measured on Fashion-MNIST, and ours on {reproduction.source}, so they cannot "
            "be compared."
        )
    if reproduction.changes:
        sentences.append(f"The tutorial's recipes were changed: {', '.join(reproduction.changes)}.")
    return sentences


def _how_compared(reproduction: Reproduction) -> list[str]:
    tutorials = {outcome.row.published.tutorial for outcome in reproduction.outcomes}
    sentences = []
    if ARTICLE in tutorials and reproduction.is_table:
        sentences.append(
            "The article's test images are from Kaggle's table, which divides all 70,000 images anew. These data are "
            "divided anew too. Every seed is tested on the same 10,000 of their images. If the data are that table, "
            "these are the article's, and the intervals are somewhat wide."
        )
    elif ARTICLE in tutorials:
        sentences.append(
            "The article's test images are from Kaggle's table, which divides all 70,000 images anew. Rows marked "
            "re-split repeat that: each seed draws its own 10,000 test images, 1,000 of each class. The official test "
            "images are others, and harder."
        )
    if R_TUTORIAL in tutorials:
        sentences.append("The R tutorial was tested on the official test images.")
    sentences.append(
        "One more run is the 95% prediction interval for the figure of one further run, from the mean and the spread "
        "of our seeds by Student's t (G. J. Hahn and W. Q. Meeker, Statistical Intervals, 1991, chapter 4). Where the "
        "published figure is of other test images than those that our runs share, the interval contains the binomial "
        "noise of both test sets. With one seed it contains nothing else, and is too narrow. A figure within the "
        "interval is within chance. By chance alone, one published figure in forty would lie above its interval."
    )
    official = {
        f"{outcome.row.recipe} {keras:.4f}"
        for outcome in reproduction.outcomes
        if (keras := PLAIN_KERAS.get((outcome.row.recipe, outcome.row.phase)))
    }
    if official:
        sentences.append(
            "The tutorial's own code in plain Keras 3, without clothier, has this mean accuracy on the official test "
            f"images after 10 epochs: {', '.join(sorted(official))} (ten seeds of cnn1, twenty of cnn3, forty of cnn4)."
        )
    return sentences


def _ours(values: Sequence[float]) -> str:
    if len(values) < 2:
        return _number(values[0] if values else None)
    return f"{sum(values) / len(values):.4f} ({min(values):.4f} to {max(values):.4f})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"  # noqa: RUF001  # a dash in a table
