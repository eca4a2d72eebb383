"""The trials of a sweep as rows: for the screen, for pages and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clothier.sweeping.outcomes import Outcome
from clothier.sweeping.space import Space
from clothier.values import csvtext
from clothier.values.wording import duration


def columns(space: Space) -> list[str]:
    return [*space, "validation accuracy", "95% interval", "validation loss", "epochs", "time", "trial"]


def rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """A row a trial, as `columns`; where there is no accuracy, what became of it."""
    made = []
    for outcome in outcomes:
        accuracy, interval, loss = outcome.status, "", ""
        if outcome.judged:
            low, high = outcome.judged.interval
            accuracy, interval = f"{outcome.judged.mean:.4f}", f"{low:.4f} to {high:.4f}"
            loss = f"{outcome.loss:.4f}"
        values = [str(value) for value in outcome.configuration.values()]
        time = duration(outcome.seconds)
        made.append([*values, accuracy, interval, loss, str(outcome.epochs), time, str(outcome.number)])
    return made


def csv(outcomes: Sequence[Outcome]) -> str:
    """A row a trial, numbers in full."""
    found = [facts(outcome) for outcome in outcomes]
    return csvtext.table([found[0], *(row.values() for row in found)]) if found else ""


def facts(outcome: Outcome) -> dict[str, Any]:
    low, high = outcome.judged.interval if outcome.judged else (None, None)
    return {
        "trial": outcome.number,
        **outcome.configuration,
        "status": outcome.status,
        "validation_accuracy": outcome.accuracy,
        "validation_accuracy_low": low,
        "validation_accuracy_high": high,
        "validation_loss": outcome.loss,
        "seeds": len(outcome.judged.accuracies) if outcome.judged else 0,
        "epochs": outcome.epochs,
        "seconds": round(outcome.seconds, 3),
        "runs": " ".join(run.name for run in outcome.runs),
        "reason": outcome.reason,
    }
