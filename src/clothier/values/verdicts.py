"""The four verdicts in words: the only place where they are spoken."""

from __future__ import annotations

from collections.abc import Sequence

SURE, LIKELY, UNSURE, UNLIKE, UNREADABLE = "sure", "likely", "unsure", "unlike", "unreadable"
STATUSES = (SURE, LIKELY, UNSURE, UNLIKE, UNREADABLE)


def verdict(
    status: str, classes: Sequence[tuple[str, float]], set_size: int = 0, *, is_calibrated: bool = True
) -> str:
    """Such as "Shirt (97 %)" or "Probably shirt, perhaps t-shirt"; "" for what could not be read.

    `classes` are (name, probability), the most probable first, of which the first `set_size` are possible.
    """
    if status == UNREADABLE or not classes:
        return ""
    (name, share), *others = classes
    start = f"{name[:1].upper()}{name[1:]}"
    if status == LIKELY:
        perhaps = " or ".join(other for other, _ in others[: max(set_size - 1, 0)])
        return f"Probably {name}, perhaps {perhaps}" if perhaps else f"Probably {name}"
    if status == UNSURE:
        return f"Could be many things ({name} {percent(share)})"
    if status == UNLIKE:
        return f"{start}? This does not look like the pictures I learned from"
    return f"{start} ({percent(share)}{'' if is_calibrated else ', not calibrated'})"


def percent(share: float) -> str:
    """Such as "97 %"; 100 % and 0 % only for what is that exactly."""
    whole = round(100 * share)
    if whole == 100 and share < 1:
        return "over 99 %"
    return "under 1 %" if whole == 0 and share > 0 else f"{whole} %"


def lowered(status: str) -> str:
    """The verdict where something speaks against the picture: a plain answer becomes a likely one."""
    return LIKELY if status == SURE else status
