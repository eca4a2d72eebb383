"""Forecast -> plan.json and a figure of its learning curves."""

from __future__ import annotations

import json
from pathlib import Path

from clothier import plots
from clothier.system.files import write_atomic
from clothier.values import Forecast


def write(found: Forecast, folder: Path) -> list[Path]:
    """plan.json and learning_curves.png in that folder; their paths. Raises WriteError."""
    title = f"Accuracy by training images, {found.source}"
    figure = plots.learning_curves(found.curve, found.class_curves, title, found.notice)
    write_atomic(folder / "plan.json", json.dumps(found.as_json(), indent=2) + "\n")
    write_atomic(folder / "learning_curves.png", plots.render(figure))
    return [folder / "plan.json", folder / "learning_curves.png"]
