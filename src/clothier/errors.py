"""Every exception clothier raises on purpose, as one tree; each has its exit code.

A message is one line: what came, what was wanted, what to do.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

# What neither a terminal nor a pair of quotes passes on unchanged; the last are bytes of names that are not UTF-8.
_MOST_RECOGNISED = 80  # characters
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\udc80-\udcff]")


class ClothierError(Exception):
    """The root: an error whose message is meant for the person at the keyboard."""

    exit_code = 2


class InputError(ClothierError):
    """Wrong words on the command line, or a wrong value given to a function."""


class InputTypeError(InputError, TypeError):
    """A value of a type that a function does not take."""


class DataError(InputError):
    """A data set that is missing, damaged or inconsistent."""


class OwnValidationError(DataError):
    """A way of holding out validation data was chosen for data that bring validation images of their own."""


class RunError(InputError):
    """A run folder that is missing, damaged, or does not fit what is asked of it."""


class DivergedError(RunError):
    """Training whose loss or weights stopped being finite numbers."""


class DamagedCheckpointError(RunError):
    """A checkpoint that is not what was written; `reason` says how that is known."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{path} is damaged ({reason}); wanted a checkpoint; train the recipe again")


class BundleError(InputError):
    """A model file that is missing, damaged, or holds what a model file must not hold."""


class ExportError(InputError):
    """A network that cannot be exported, or whose exported file does not predict what the network does."""


class DamagedError(ClothierError):
    """What is kept on disk at `path` is not what was written there; whatever was kept is then made anew."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} is damaged ({reason})")


class MissingExtraError(InputError):
    """A command that needs packages the light base install leaves out."""


class NeedsNetworkError(InputError):
    """Something that had to be downloaded, and could not be."""


class RefusedError(ClothierError):
    """A request that is answered with an error: `status` as in HTTP, and `code`, a word for programs.

    `retry_after` is in seconds, where trying again may help.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after


class WriteError(ClothierError):
    """A file that could not be written; the file that was there before is untouched."""

    exit_code = 74

    def __init__(self, path: Path, cause: OSError, advice: str = "make room or choose another place") -> None:
        self.path, self.cause, self.reason = path, cause, cause.strerror or str(cause)
        super().__init__(f"cannot write {path}: {self.reason}; earlier files are untouched; {advice}")


class InterruptedRunError(ClothierError):
    """Training stopped by Ctrl-C; the message holds the command that goes on."""

    exit_code = 130


def unknown_name(kind: str, name: str, known: Iterable[str]) -> InputError:
    """An InputError that lists the known names and, where one is near, suggests it.

    >>> str(unknown_name("model", "cnn2", ["cnn1", "cnn3"]))
    "unknown model 'cnn2'; known: cnn1, cnn3; did you mean 'cnn3'?"
    """
    name = recognised(name)
    names = sorted(known)
    small = {known_name.casefold(): known_name for known_name in names}
    near = difflib.get_close_matches(name.casefold(), small, n=1, cutoff=0.5)
    hint = f"; did you mean '{small[near[0]]}'?" if near else ""
    return InputError(f"unknown {kind} '{name}'; known: {', '.join(names)}{hint}")


def recognised(text: str) -> str:
    """The text on one line, cut so that it can be recognised: what a file says may be of any length, and hold what
    moves a terminal's cursor.

    >>> recognised("cnn1\\x1b[2J")
    'cnn1\\\\x1b[2J'
    """
    cut = text if len(text) <= _MOST_RECOGNISED else f"{text[: _MOST_RECOGNISED - 3]}..."
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in cut)


def command(*words: str | Path) -> str:
    """A `clothier` command line that a shell reads back as exactly these words: messages offer it to be pasted.

    A path that begins with - gets ./ before it, so that it is not taken for an option.

    >>> command("train", "--resume", Path("my runs/cnn1-1"))
    "clothier train --resume 'my runs/cnn1-1'"
    """
    return " ".join(["clothier", *map(_quoted, words)])


def _quoted(word: str | Path) -> str:
    text = str(word)
    if isinstance(word, Path) and text.startswith("-"):
        text = f"./{text}"
    if not _UNPRINTABLE.search(text):
        return shlex.quote(text)
    escaped = re.sub(r"['\\]", r"\\\g<0>", text)
    return f"$'{_UNPRINTABLE.sub(_as_bytes, escaped)}'"  # bash, zsh, ksh and POSIX from 2024 on read this


def _as_bytes(letter: re.Match[str]) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(letter[0]))
