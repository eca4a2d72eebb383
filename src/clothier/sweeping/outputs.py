"""A sweep -> sweep.csv and JSON."""

from __future__ import annotations

from typing import Any

from clothier.sweeping import table
from clothier.sweeping.folder import SweepFolder
from clothier.sweeping.result import Sweep
from clothier.system.files import write_atomic


def as_json(sweep: Sweep) -> dict[str, Any]:
    judged, number = sweep.test if sweep.finished else (None, 0)
    return {
        "sweep": str(sweep.path),
        "recipe": sweep.request.start.name,
        "method": sweep.request.method,
        "seeds": list(sweep.request.seeds),
        "trials": [table.facts(outcome) for outcome in sweep.outcomes],
        "best": sweep.best.number if sweep.finished else None,
        "run": str(sweep.run.path) if sweep.finished else None,
        "inflation": sweep.inflation,
        "most_inflation": sweep.most_inflation,
        "lead": vars(sweep.lead) if sweep.lead else None,
        "test": {
            "images": number,
            "accuracy": judged.mean,
            "accuracy_interval": list(judged.interval),
        }
        if judged
        else None,
        "shortage": sweep.shortage,
        "sentences": sweep.sentences,
    }


def write(sweep: Sweep) -> None:
    """The table in the sweep's folder. Raises WriteError."""
    write_atomic(SweepFolder(sweep.path).table_file, table.csv(sweep.outcomes))
