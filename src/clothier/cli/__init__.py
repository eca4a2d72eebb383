"""Words on the command line -> the verbs of the other rooms; errors -> one line and an exit code.

One file a command. `commands` lists them; a command's file is imported when it is called.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import warnings
from itertools import pairwise
from types import FrameType
from typing import Annotated

import typer

from clothier.cli import commands, layout, screen
from clothier.cli.usage import UsageError
from clothier.errors import ClothierError, InputError
from clothier.system import environment, extras
from clothier.system.version import __version__

_DASHED = "{file} is read as an option, because it begins with a dash; wanted the file as ./{file}"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_CLOSED = {errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP}

app = typer.Typer(
    name="clothier",
    cls=commands.Commands,
    help="Train, examine and ship image classifiers on ordinary machines.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": layout.WIDTH},
)
commands.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clothier {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """The `clothier` command: 0 done, 2 bad input, 74 a file could not be written, 130 Ctrl-C, SIGTERM or SIGHUP."""
    if not sys.warnoptions:  # libraries' warnings are for programmers; ours are printed as notices
        warnings.simplefilter("ignore")
    environment.alone = True
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    # The terminal was closed, or the connection to it lost; under nohup that is ignored, and work goes on.
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _as_ctrl_c)
    sys.exit(run(sys.argv[1:]))


def _as_ctrl_c(_: int, frame: FrameType | None) -> None:
    """What Ctrl-C does now: what is half written goes, and a run in training names the command that goes on."""
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):  # else Ctrl-C is ignored, as of a job in the background of a script
        handler(signal.SIGINT, frame)
    else:
        raise KeyboardInterrupt


def run(words: list[str]) -> int:
    """Carry out one command line; returns its exit code. Errors are one line on stderr."""
    screen.quiet(False)
    try:
        _check_dashes(words)
        code = app(words or ["--help"], prog_name="clothier", standalone_mode=False) or 0
        _advise()
        sys.stdout.flush()  # what cannot be printed is told here, not when the interpreter has ended
    except UsageError as error:
        file = _dashed_file(words)
        return _fail(_DASHED.format(file=file) if file else str(error), error.exit_code)
    except ClothierError as error:
        return _fail(str(error), error.exit_code)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "clothier":
            raise
        hint = extras.missing(missing, "this command")
        return _fail(str(hint), hint.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except BrokenPipeError:
        return _unheard()
    except SystemExit as error:  # what Typer and Rich make of a broken pipe
        if not isinstance(error.__context__, BrokenPipeError):
            raise
        return _unheard()
    except OSError as error:
        return _os_fault(error)
    return _fail("interrupted", 130) if code == 130 else code  # what Typer makes of Ctrl-C


def _advise() -> None:
    """Say which letters no font here has, where the command drew some."""
    fonts = sys.modules.get(
        "clothier.system.fonts"
    )  # which takes time to import, for nothing where none drew
    if fonts is not None:
        screen.notice(fonts.advice())


def _check_dashes(words: list[str]) -> None:
    """InputError for a file that begins with -h, which would be answered with a help page. What follows an option may
    be its value."""
    for before, word in pairwise(["", *words]):
        if before == "--":
            return
        if word.startswith("-h") and len(word) > 2 and not before.startswith("-") and os.path.lexists(word):
            raise InputError(_DASHED.format(file=word))


def _dashed_file(words: list[str]) -> str:
    """The first word that begins as options do and is the name of a file; "" where there is none."""
    before_end = words[: words.index("--")] if "--" in words else words
    return next((word for word in before_end if word.startswith("-") and os.path.lexists(word)), "")


def _os_fault(error: OSError) -> int:
    """Print a line for an OSError of a full disk or a closed path, and return its exit code; others are bugs and are
    raised again."""
    if error.filename is None and error.errno in _FULL:
        _unheard()
        return _fail(f"cannot print: {error.strerror}; make room, or print to another place", 74)
    if error.filename is not None and error.errno in _CLOSED:
        place = os.fsdecode(error.filename)[:300]
        return _fail(f"{place} cannot be used ({error.strerror}); wanted a path that may be; name another", 2)
    raise error


def _unheard() -> int:
    """Print no more: the reader of our output (head, less) has seen enough, or what takes it is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _fail(message: str, exit_code: int) -> int:
    screen.fail(f"clothier: {message}")
    return exit_code
