"""What a run's recipe.json says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clothier import backend
from clothier.runs import CustomParts, DataDescription, Description, Machine, Parameters
from clothier.values.fingerprint import by_split

if TYPE_CHECKING:
    from clothier.training.loop import Training
    from clothier.values import Dataset


def describe(training: Training, command: str, custom: CustomParts) -> Description:
    """What recipe.json holds, so that a run can be repeated and resumed; `command` is the one that began it, and
    `custom` names what it was given from Python."""
    base = training.base
    return Description(
        recipe=training.recipe,
        data=_data(training.dataset),
        model=_count_parameters(training),
        precision=training.recipe.precision,
        threads=training.threads,
        backend=backend.name(),
        device=backend.device(),
        versions=backend.versions(),
        machine=Machine(**backend.machine()),
        command=command,
        network=training.plan if base is not None or training.plan.architecture else None,
        base=base.description if base is not None else None,
        custom=custom,
    )


def _data(dataset: Dataset) -> DataDescription:
    return DataDescription(
        name=dataset.name,
        reading=dataset.reading,
        fingerprint=dataset.fingerprint,
        fingerprints=by_split(dataset.splits(), dataset.class_names),
        class_names=dataset.class_names,
        image_shape=dataset.image_shape,
        counts={name: len(split) for name, split in dataset.splits().items()},
        notice=dataset.notice,
    )


def _count_parameters(training: Training) -> Parameters:
    """A frozen base stands still until it is fine-tuned."""
    model = training.stage.model
    frozen = sum(value.size for value in training.base.weights.values()) if training.base else 0
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    return Parameters(model.count_params() + frozen, trainable)
