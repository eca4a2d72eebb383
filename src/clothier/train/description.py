"""What a run's recipe.json says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from clothier import backend
from clothier.data.fingerprint import by_split

if TYPE_CHECKING:
    from clothier.train.loop import Training


def describe(training: Training, command: str) -> dict[str, Any]:
    """What recipe.json holds, so that a run can be repeated and resumed; `command` is the one that began it."""
    dataset = training.dataset
    content = {
        "recipe": training.recipe.as_json(),
        "data": {
            "name": dataset.name,
            "source": dataset.reading.source,
            "options": dict(dataset.reading.options),
            "fingerprint": dataset.fingerprint,
            "fingerprints": by_split(dataset.splits(), dataset.class_names),
            "class_names": list(dataset.class_names),
            "image_shape": list(dataset.image_shape),
            "counts": {name: len(split) for name, split in dataset.splits().items()},
            "notice": dataset.notice,
        },
        "model": _count_parameters(training),
        "precision": training.recipe.precision,
        "threads": training.threads,
        "backend": backend.name(),
        "device": backend.device(),
        "versions": backend.versions(),
        "machine": backend.machine(),
        "command": command,
    }
    if training.base is not None:
        content["network"] = training.plan.as_json()
        content["base"] = training.base.as_json()
    return content


def _count_parameters(training: Training) -> dict[str, int]:
    """Of the whole network, and those that move; a frozen base stands still until it is fine-tuned."""
    model = training.stage.model
    frozen = sum(value.size for value in training.base.weights.values()) if training.base else 0
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    return {"parameters": model.count_params() + frozen, "trainable": trainable}
