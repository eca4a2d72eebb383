"""Damage to the files of a run, from a seed: a value put in another's place or taken away, bytes cut or changed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        1.5,
        1e308,
        -1e308,
        10**400,
        2**63,
        2**64,
        10**6,
        "nan",
        "1e999",
        "9" * 5000,
    ),
    *(
        "",
        "x",
        "\x00",
        "\x1b[2J",
        "\ud800",
        "../../etc",
        "a\nb",
        "x" * 300,
        "cnn1",
        "float32",
        "$x^2$",
        "<b>",
    ),
    *([], {}, [[]], [{}], {"a": 1}, [1, 2, 3], [None], ["a", "a"]),
]
_GONE = object()


def damaged(dice: random.Random, name: str, data: bytes) -> bytes:
    """The bytes of a file of that name with one thing wrong."""
    if dice.random() < 0.8 and name.endswith(".json"):
        return _json(dice, data)
    if dice.random() < 0.8 and name.endswith(".csv"):
        return _csv(dice, data)
    start = dice.randrange(len(data) + 1)
    if dice.random() < 0.3:
        return data[:start]
    return data[:start] + dice.randbytes(dice.randrange(8)) + data[start + dice.randrange(8) :]


def _json(dice: random.Random, data: bytes) -> bytes:
    content = json.loads(data)
    place, key = dice.choice(list(_places(content)))
    value = dice.choice([_GONE, *VALUES])
    if value is _GONE:
        del place[key]
    else:
        place[key] = value
    return json.dumps(content).encode()


def _places(content: Any) -> Any:
    """Each (group or list, key) in it; of a list the first four."""
    pairs = content.items() if isinstance(content, dict) else list(enumerate(content))[:4]
    for key, value in pairs:
        yield content, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _csv(dice: random.Random, data: bytes) -> bytes:
    lines = data.decode().split("\n")
    line = dice.randrange(len(lines))
    cells = lines[line].split(",")
    words = [value for value in VALUES if not isinstance(value, dict | list)]
    cells[dice.randrange(len(cells))] = str(dice.choice(words))
    lines[line] = ",".join(cells)
    return "\n".join(lines).encode(errors="replace")


def faults(
    path: Path, read: Callable[[], object], expected: type[Exception], num: int, seed: int
) -> list[str]:
    """What `read` does wrong with `num` damaged forms of the file: errors that are not expected, or not one short line
    without control characters. The file is then as it was."""
    dice, data, found = random.Random(seed), path.read_bytes(), list[str]()
    try:
        for number in range(num):
            path.write_bytes(damaged(dice, path.name, data))
            try:
                read()
            except expected as error:
                said = str(error)
                if len(said) > 1000 or not said.isprintable():
                    found.append(f"{number}: {said[:300]!r}")
            except Exception as error:
                found.append(f"{number}: {type(error).__name__}: {str(error)[:300]}")
    finally:
        path.write_bytes(data)
    return found
