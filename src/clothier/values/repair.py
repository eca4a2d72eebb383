"""What a file of decisions changed in the labels of a split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from clothier.values.wording import counted


@dataclass(frozen=True)
class Repair:
    """How one split differs from the data as they are: the number of labels `changed` and of photos `added`, and the
    rows that are `left_out`, ascending, as the split counts them without the repair. `before` is the fingerprint of
    that split by itself; two splits with the same one are the same images under labels of their own."""

    changed: int = 0
    left_out: tuple[int, ...] = ()
    added: int = 0
    before: str = ""

    def __bool__(self) -> bool:
        return bool(self.changed or self.left_out or self.added)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "left_out": list(self.left_out)}

    @property
    def words(self) -> str:
        """Such as "12 labels changed, 3 images left out"."""
        said = [f"{counted(self.changed, 'label')} changed"] if self.changed else []
        said += [f"{counted(len(self.left_out), 'image')} left out"] if self.left_out else []
        said += [f"{counted(self.added, 'photo')} added"] if self.added else []
        return ", ".join(said) or "no label changed"

    @property
    def notice(self) -> str:
        """A sentence for where scores on the split are shown; "" where nothing was repaired."""
        return f"Labels were repaired: {self.words}." if self else ""


def sentence(repairs: Mapping[str, Repair], judged: str) -> str:
    """What was repaired in each split, and by which labels the split called `judged` is scored; "" where nothing was.

    >>> sentence({"train": Repair(2), "test": Repair(0, (4,))}, "test")
    'Labels were repaired: 2 labels changed in train; 1 image left out in test. The test labels are the repaired ones.'
    >>> sentence({"train": Repair(2)}, "test")
    'Labels were repaired: 2 labels changed in train. The test labels are as the data have them.'
    """
    there = {part: repair for part, repair in repairs.items() if repair}
    if not there:
        return ""
    parts = "; ".join(f"{repair.words} in {part}" for part, repair in there.items())
    which = "the repaired ones" if judged in there else "as the data have them"
    return f"Labels were repaired: {parts}. The {judged} labels are {which}."
