"""A sweep as a whole: which configuration is the best, what that is worth, and what the reader must be told of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

from clothier.errors import InputError
from clothier.runs import Run
from clothier.sweeping import chance, table
from clothier.sweeping.chance import Difference, Judged
from clothier.sweeping.outcomes import FAILED, FINISHED, STOPPED, UNFINISHED, Outcome
from clothier.sweeping.request import Request
from clothier.values import markup
from clothier.values.wording import counted, listed


@dataclass(frozen=True, eq=False)
class Sweep:
    """The outcomes of a sweep as `outcomes` orders them, the best first. `shortage` says why it ended before its last
    trial, if it did."""

    path: Path
    request: Request
    outcomes: tuple[Outcome, ...]
    data: str
    shortage: str = ""

    @property
    def finished(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.judged]

    @property
    def best(self) -> Outcome:
        """Raises InputError where no trial is finished."""
        if self.finished:
            return self.finished[0]
        reasons = [f"{outcome.name}: {outcome.reason}" for outcome in self.outcomes if outcome.reason]
        raise InputError(
            f"no trial of {self.path} is finished{f' ({reasons[0]})' if reasons else ''}; wanted one or more; change "
            "what is swept, or run the same command again"
        )

    @property
    def run(self) -> Run:
        """The best configuration's run with the first seed: to take the seed that did best would be one more choice on
        the same images."""
        return self.best.runs[0]

    @property
    def num_chosen_from(self) -> int:
        """Configurations of which the best was chosen, those among them that were stopped early."""
        return sum(outcome.status in (FINISHED, STOPPED) for outcome in self.outcomes)

    @cached_property
    def noise(self) -> float:
        """The standard error by which accuracies move against each other, in [0, 1]."""
        return chance.noise([outcome.judged for outcome in self.finished if outcome.judged])

    @cached_property
    def inflation(self) -> float:
        """By how much the best validation accuracy is too high on average, because it was chosen, in [0, 1]."""
        means = [outcome.judged.mean for outcome in self.finished if outcome.judged]
        return chance.inflation(means, self.noise)

    @cached_property
    def most_inflation(self) -> float:
        """The same if all configurations that were tried are equally good."""
        return chance.inflation([0.0] * self.num_chosen_from, self.noise)

    @cached_property
    def lead(self) -> Difference | None:
        """Of the best over the second; None where there is no second."""
        judged = [outcome.judged for outcome in self.finished[:2] if outcome.judged]
        return chance.difference(*judged) if len(judged) == 2 else None

    @cached_property
    def test(self) -> tuple[Judged | None, int]:
        """The test accuracies of the best, which chose nothing, and the number of images; (None, 0) without test
        images. They are read here and nowhere else."""
        scores = [run.read_scores()[-1].test for run in self.best.runs]
        found = [each for each in scores if each is not None]
        if not found:
            return None, 0
        number = int(found[0].confusion.sum())
        return Judged(tuple(each.accuracy for each in found), number), number

    @property
    def sentences(self) -> list[str]:
        """What the table does not say by itself."""
        return [sentence for sentence in self._sentences() if sentence]

    def _sentences(self) -> list[str]:
        if not self.finished:
            return [self._left_out(), self.shortage]
        best = self.best
        assert best.judged is not None
        low, high = best.judged.interval
        seeds = counted(len(best.judged.accuracies), "seed")
        return [
            f"Best by validation accuracy: {best.name}, {best.judged.mean:.4f} (95% interval {low:.4f} to {high:.4f}, "
            f"{seeds}, {best.judged.num_images:,} images).",
            self._warning(),
            self._against_second(),
            self._on_test(),
            self._left_out(),
            self.shortage,
        ]

    def _warning(self) -> str:
        number = self.num_chosen_from
        if number < 2:
            return ""
        if len(self.finished) < 2:
            return f"It is the best of {number}, so its validation accuracy is too high; by how much cannot be told."
        return (
            f"Warning: this accuracy is too high by about {_points(self.inflation)} on average, because it is the best "
            f"of {number} chosen on the same validation images (up to {_points(self.most_inflation)} if all are "
            "equally good)."
        )

    def _against_second(self) -> str:
        if self.lead is None:
            return ""
        second, lead = self.finished[1], self.lead
        how = f"is {_points(lead.ahead)} ahead of the second ({second.name}, p = {lead.chance:.2g})"
        if lead.is_real:
            return f"It {how}: more than chance."
        return (
            f"It cannot be told from the second: it {how}. More seeds or more validation images would tell."
        )

    def _on_test(self) -> str:
        judged, number = self.test
        if judged is None:
            return "There are no test images, so how good it is on new images is not known."
        low, high = judged.interval
        return (
            f"On the {number:,} test images, which chose nothing: {judged.mean:.4f} (95% interval {low:.4f} to "
            f"{high:.4f})."
        )

    def _left_out(self) -> str:
        parts = []
        if stopped := [outcome for outcome in self.outcomes if outcome.status == STOPPED]:
            epochs = sorted({outcome.epochs for outcome in stopped})
            verb = "was" if len(stopped) == 1 else "were"
            where = f"{'epoch' if len(epochs) == 1 else 'epochs'} {listed([str(each) for each in epochs], 5)}"
            parts.append(
                f"{counted(len(stopped), 'trial')} {verb} stopped early, after {where}, because others were better by "
                "then."
            )
        if failed := [outcome for outcome in self.outcomes if outcome.status == FAILED]:
            parts.append(
                f"{counted(len(failed), 'trial')} failed, such as {failed[0].name}: {failed[0].reason}."
            )
        if begun := [outcome for outcome in self.outcomes if outcome.status == UNFINISHED]:
            verbs = "was begun and is" if len(begun) == 1 else "were begun and are"
            parts.append(f"{counted(len(begun), 'trial')} {verbs} not finished.")
        return " ".join(parts)

    def __repr__(self) -> str:
        return "\n".join(
            [f"Sweep '{self.path}': {counted(len(self.finished), 'finished trial')}", *self.sentences]
        )

    def _repr_html_(self) -> str:
        title = f"{self.request.start.name} on {self.data}: {counted(len(self.finished), 'finished trial')}"
        return markup.table(title, table.columns(self.request.space), table.rows(self.outcomes)) + "".join(
            f"<p>{escape(sentence)}</p>" for sentence in self.sentences
        )


def _points(share: float) -> str:
    """In words; a share of 0.01 is a point."""
    return f"{100 * share:.2f} points" if share >= 5e-5 or share == 0 else "less than 0.01 points"
