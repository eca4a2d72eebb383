"""What a training will do and take, in two lines, before its first batch."""

from __future__ import annotations

from clothier.augment import Policy
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.training import pace, room
from clothier.training.transfer.features import MakeExtractor, in_keras
from clothier.training.transfer.pretrained import Base
from clothier.values import Dataset
from clothier.values.wording import counted, duration


def outlook(
    recipe: Recipe,
    plan: Plan,
    dataset: Dataset,
    threads: int | None,
    policy: Policy | None = None,
    epochs_done: int = 0,
    base: Base | None = None,
    make_extractor: MakeExtractor = in_keras,
) -> tuple[str, str]:
    """(what will happen, what it will take), measured on a few batches of a network that is thrown away."""
    memory = f"{room.needed(recipe, plan, len(dataset.train)) / 1e9:.1f} GB of memory"
    if base is not None:
        seconds = pace.on_base(recipe, plan, dataset, base.precision, make_extractor, epochs_done)
        if seconds is None:
            took = f"it takes about {memory}, and the time is known once the features are extracted"
        else:
            took = (
                f"it takes about {duration(max(1, seconds))}, less if the features are kept from an earlier run, and "
                f"{memory}, measured on a few images"
            )
    else:
        measured = pace.measure(recipe, dataset, threads, plan=plan, policy=policy)
        seconds = measured.remaining(recipe, epochs_done)
        took = f"it takes about {duration(max(1, seconds))} and {memory}, measured on a few batches"
    return _what(recipe, dataset, epochs_done), took


def _what(recipe: Recipe, dataset: Dataset, epochs_done: int) -> str:
    parts, before = [], epochs_done
    for phase, epochs in recipe.phases():
        left = epochs - min(before, epochs)
        before -= epochs - left
        if left:
            how = f" with augmentation ({recipe.augment})" if phase == "augmented" else ""
            if phase == "fine-tuned":
                last = recipe.fine_tune_part == "last"
                how = " of the base's last layers and the head" if last else " of base and head"
            parts.append(f"{counted(left, 'epoch')}{how}")
    images = f"{counted(len(dataset.train), 'training image')}, {recipe.batch_size} at a time"
    return f"{', then '.join(parts) or 'no epoch'}; {images}"
