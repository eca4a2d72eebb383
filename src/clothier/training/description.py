"""What a run's recipe.json says of it."""

from __future__ import annotations

import math

from clothier import backend, models
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.runs import CustomParts, DataDescription, Description, Machine, Parameters
from clothier.system import hardware
from clothier.training.transfer.pretrained import Base
from clothier.values import Dataset


def describe(
    recipe: Recipe,
    plan: Plan,
    dataset: Dataset,
    base: Base | None,
    threads: int,
    command: str,
    custom: CustomParts,
) -> Description:
    """What recipe.json holds, so that a run can be repeated and resumed; `command` is the one that began it, and
    `custom` names what it was given from Python."""
    return Description(
        recipe=recipe,
        data=DataDescription.of(dataset),
        model=_count_parameters(plan),
        precision=recipe.precision,
        threads=threads,
        backend=backend.name(),
        device=backend.device(),
        versions=backend.versions(),
        machine=Machine(**hardware.machine()),
        command=command,
        network=plan if base is not None or plan.architecture else None,
        base=base.description if base is not None else None,
        custom=custom,
    )


def _count_parameters(plan: Plan) -> Parameters:
    """Count the parameters; those of a frozen base do not train until it is fine-tuned."""

    def count() -> Parameters:
        model, frozen = models.build_plan(plan), 0
        if plan.has_base:
            base = models.build_base(plan)
            frozen = sum(math.prod(variable.shape) for variable in base.trainable_variables)
        trainable = sum(math.prod(variable.shape) for variable in model.trainable_variables)
        return Parameters(model.count_params(), trainable - frozen)

    return models.unfilled(count)
