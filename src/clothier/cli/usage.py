"""Wrong words on the command line as one sentence: what came, what was wanted, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from clothier.cli import layout
from clothier.errors import InputError


class UsageError(InputError):
    """Words that the command does not take."""


@contextmanager
def explained(command: TyperCommand | TyperGroup, ctx: Any) -> Iterator[None]:
    """UsageError in place of whatever Typer raises while it parses the words of that command."""
    try:
        yield
    except TyperException as error:
        explain: Callable[[Any, Any, Any], UsageError] = _KINDS.get(type(error).__name__, _other)
        raise explain(error, command, ctx) from error


def unknown_command(name: str, known: Iterable[str]) -> UsageError:
    return UsageError(f"unknown command '{name}'; {_nearest(name, known) or '`clothier --help` lists them'}")


def too_many(command: TyperCommand, ctx: Any, word: str) -> UsageError:
    return UsageError(f"'{word}' is one argument too many; wanted `{_form(command, ctx)}`")


def _unknown_option(error: Any, command: TyperCommand | TyperGroup, ctx: Any) -> UsageError:
    option = error.option_name
    known = [name for one in command.params for name in one.opts if name.startswith("-")]
    if option == "--model" and any("MODEL" in piece for piece in layout.arguments(command)):
        return UsageError(
            f"{ctx.command_path} takes its model without --model; wanted `{_form(command, ctx)}`"
        )
    return UsageError(
        f"unknown option '{option}'; {_nearest(option, known) or f'`{ctx.command_path} --help` lists them'}"
    )


def _wrong_use(error: Any, command: TyperCommand | TyperGroup, ctx: Any) -> UsageError:
    """The error for an option without its value, or for a value given to an option that takes none."""
    option = error.option_name
    parameter = next((one for one in command.params if option in (*one.opts, *one.secondary_opts)), None)
    if not isinstance(parameter, TyperOption) or parameter.is_flag:
        return UsageError(f"{option} takes no value; leave out what follows the =")
    return UsageError(f"{option} has no value; wanted {_wanted(parameter)}")


def _missing(error: Any, command: TyperCommand | TyperGroup, ctx: Any) -> UsageError:
    parameter = error.param
    return UsageError(f"no {_called(parameter)} is given; wanted `{_form(command, ctx)}`")


def _wrong_value(error: Any, command: TyperCommand | TyperGroup, ctx: Any) -> UsageError:
    parameter = error.param
    value = error.__cause__.errors()[0]["input"]
    choices = parameter.type_descriptor.choices
    near = _nearest(str(value), map(str, choices)) if choices is not None else ""
    return UsageError(
        f"{_called(parameter)} is '{value}'; wanted {_wanted(parameter)}{f'; {near}' if near else ''}"
    )


def _other(error: TyperException, command: TyperCommand | TyperGroup, ctx: Any) -> UsageError:
    message = " ".join(error.format_message().split()).rstrip(".?")
    return UsageError(f"{message[0].lower()}{message[1:]}; see `{ctx.command_path} --help`")


_KINDS = {
    "NoSuchOption": _unknown_option,
    "BadOptionUsage": _wrong_use,
    "MissingParameter": _missing,
    "BadParameter": _wrong_value,
}


def _called(parameter: TyperArgument | TyperOption) -> str:
    """What to call a parameter: an option by its name, an argument by its word in the usage line."""
    if isinstance(parameter, TyperOption):
        return max(parameter.opts, key=len)
    return parameter.metavar or parameter.name.upper()


def _wanted(parameter: TyperArgument | TyperOption) -> str:
    """What the parameter takes, such as "a whole number of 0 or more", "png or svg", or "SOURCE"."""
    kind = parameter.type_descriptor
    if kind.choices is not None:
        *others, last = map(str, kind.choices)
        return f"{', '.join(others)} or {last}" if others else last
    if kind.annotation not in (int, float):
        return f"{max(parameter.opts, key=len)} {layout.metavar(parameter)}"
    number = "a whole number" if kind.annotation is int else "a number"
    if parameter.min is None:
        return number
    return (
        f"{number} of {parameter.min} or more"
        if parameter.max is None
        else (f"{number} from {parameter.min} to {parameter.max}")
    )


def _form(command: Any, ctx: Any) -> str:
    return " ".join([ctx.command_path, *layout.arguments(command)])


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else ""
