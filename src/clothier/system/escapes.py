"""What a file or its name says, as a terminal may show it."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """One line: control characters, which a file's name may hold, as escapes, so that none moves the cursor.

    >>> plain("a\\x1b[2J")
    'a\\\\x1b[2J'
    """
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)
