"""What is said of pictures of a data set that could not be read, or not to their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clothier.errors import DataError
from clothier.values.wording import counted

_SHOWN = 5  # pictures that are named


def tell(
    data: str,
    left_out: Mapping[str, str],
    truncated: Mapping[str, str],
    say: Callable[[str], None],
    *,
    skip_bad: bool,
) -> None:
    """Say which pictures were left out, and which were read as far as possible. Raises DataError where pictures could
    not be read and are not to be left out.

    `left_out` is the reason for each picture that could not be read, by name, and `truncated` what is missing of each
    that was cut short.
    """
    if left_out:
        listed = f"{counted(len(left_out), 'unreadable picture')}: {describe(left_out)}"
        if not skip_bad:
            raise DataError(f"{data} has {listed}; replace them, or leave them out with --skip-bad")
        say(f"left out {listed}")
    if truncated:
        missing = describe({name: f"({what})" for name, what in truncated.items()})
        say(f"read {counted(len(truncated), 'picture')} only in part: {missing}")


def describe(reasons: Mapping[str, str]) -> str:
    """The first five pictures with what is said of each, and how many more there are."""
    named = "; ".join(f"{name} {reason}" for name, reason in list(reasons.items())[:_SHOWN])
    return named + (f"; and {len(reasons) - _SHOWN:,} more" if len(reasons) > _SHOWN else "")
