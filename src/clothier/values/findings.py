"""What is wrong with a data set: findings, each with its pictures, what to do, and the commands that do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clothier.values.wording import counted


@dataclass(frozen=True)
class Sight:
    """A picture of a finding: its id, split and class, its row counted through all splits, and what is said of it."""

    id: str
    split: str
    label: str
    row: int
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "split": self.split, "label": self.label, "note": self.note}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `kind` is a word for programs; `title` says what and how many; `words` say why it
    matters and how it was told. `count` is the number of pictures, or of classes or pairs of them where `noun` says so.

    `groups` hold the pictures: those that belong together in one group, else each in its own; the plainest first.
    `advice` says what to do and `commands` do it. `facts` are the numbers behind it, by name, as JSON holds them.
    `rows` under `columns` are a table of what is no picture.
    """

    kind: str
    title: str
    words: str
    count: int
    advice: str
    noun: str = "pictures"
    groups: tuple[tuple[Sight, ...], ...] = ()
    commands: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "title": self.title,
            "words": self.words,
            "count": self.count,
            "noun": self.noun,
            "advice": self.advice,
            "commands": list(self.commands),
            "facts": dict(self.facts),
            "groups": [[sight.as_json() for sight in group] for group in self.groups],
        }


@dataclass(frozen=True, eq=False)
class Findings:
    """All that is wrong with the data called `source`. `counts` are the pictures of each split, `features` says what
    neighbours and labels were judged by.

    `passed` names what was looked for and not found, and `left_out` says of each thing that was not looked for why.
    """

    source: str
    counts: Mapping[str, int]
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    features: str
    found: tuple[Finding, ...]
    passed: tuple[str, ...]
    left_out: Mapping[str, str]
    seconds: float
    notice: str = ""

    def __iter__(self) -> Any:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def summary(self) -> str:
        """One sentence: how many things are wrong, of how many pictures."""
        pictures = counted(sum(self.counts.values()), "picture")
        if not self.found:
            return f"Nothing wrong was found in {pictures}."
        return f"{counted(len(self.found), 'thing')} to look at in {pictures}."

    def of(self, kind: str) -> Finding | None:
        """The finding of that kind; None where there is none."""
        return next((finding for finding in self.found if finding.kind == kind), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "notice": self.notice,
            "images": dict(self.counts),
            "classes": list(self.class_names),
            "image_shape": list(self.image_shape),
            "features": self.features,
            "findings": [finding.as_json() for finding in self.found],
            "passed": list(self.passed),
            "left_out": dict(self.left_out),
            "seconds": round(self.seconds, 1),
        }

    def __repr__(self) -> str:
        lines = [f"<Findings in {self.source}: {self.summary[:-1]}>"]
        return "\n".join([*lines, *(f"  {finding.title}" for finding in self.found)])


def listed_groups(groups: Sequence[Sequence[Sight]], most: int) -> tuple[list[list[Sight]], int]:
    """(the first groups, with `most` pictures in all, and how many pictures are left out).

    >>> one, two = Sight("a", "train", "hat", 0), Sight("b", "train", "hat", 1)
    >>> [[sight.id for sight in group] for group in listed_groups([[one, two], [two]], 2)[0]]
    [['a', 'b']]
    """
    shown: list[list[Sight]] = []
    room = most
    for group in groups:
        if not room:
            break
        shown.append(list(group[:room]))
        room -= len(shown[-1])
    return shown, sum(map(len, groups)) - sum(map(len, shown))
