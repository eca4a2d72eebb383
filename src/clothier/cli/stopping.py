"""How a command that trains several runs ends on Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clothier.errors import InterruptedRunError


@contextmanager
def continued_by(command: str) -> Iterator[None]:
    """Make Ctrl-C end with this command, which continues all of it, in place of the command for a single run."""
    try:
        yield
    except InterruptedRunError as error:
        done = str(error).partition("; continue with: ")[0]
        raise InterruptedRunError(f"{done}; continue with: {command}") from None
    except KeyboardInterrupt:
        raise InterruptedRunError(f"stopped; continue with: {command}") from None
