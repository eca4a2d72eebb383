"""What long work tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[str, int, int], None]  # (what is done, how many are, of how many)
Tell = Callable[[str], None]  # a sentence that the person should read
