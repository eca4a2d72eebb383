"""How help is laid out: panels of names and sentences, which fit any terminal and read well in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

WIDTH = 100  # columns that help takes at most
_ARGUMENTS, _OPTIONS = "Arguments", "Options"
_FEW = 6  # options, beside --help, that need no panels


def write_parameters(parameters: Iterable[Any], formatter: Any) -> None:
    """Arguments, then options, which are in panels where there are more than a few; the rest is the last panel."""
    shown = [parameter for parameter in parameters if not parameter.hidden]
    is_long = sum(isinstance(parameter, TyperOption) for parameter in shown) > _FEW + 1
    panels: dict[str, list[tuple[str, str]]] = {_ARGUMENTS: []}
    rest = []
    for parameter in shown:
        row = (_names(parameter), _help(parameter))
        if isinstance(parameter, TyperArgument):
            panels[_ARGUMENTS].append(row)
        elif is_long and parameter.rich_help_panel:
            panels.setdefault(parameter.rich_help_panel, []).append(row)
        else:
            rest.append(row)
    panels[_OPTIONS] = rest
    write_panels(panels, formatter)


def write_panels(panels: Mapping[str, Sequence[tuple[str, str]]], formatter: Any) -> None:
    """A heading, and under it a line or more for each (name, sentence)."""
    for title, rows in panels.items():
        if not rows:
            continue
        with formatter.section(typer.style(title, bold=True)):
            formatter.write_dl(rows, col_max=max(14, formatter.width // 3))


def arguments(command: TyperCommand | TyperGroup) -> list[str]:
    """The command's arguments as usage lines write them, such as MODEL, [RECIPE] or [PHOTO]..., and the options that
    it needs."""
    pieces = []
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            name = metavar(parameter)
            name = name if parameter.required else f"[{name}]"
            pieces.append(name if parameter.nargs == 1 else f"{name}...")
        elif isinstance(parameter, TyperOption) and parameter.required:
            pieces.append(f"{max(parameter.opts, key=len)} {metavar(parameter)}")
    return pieces


def metavar(parameter: TyperArgument | TyperOption) -> str:
    """What stands for the value: the word that the command chose, its choices, or N for a number."""
    if parameter.metavar:
        return str(parameter.metavar)
    kind = parameter.type_descriptor
    if kind.choices is not None:
        return "|".join(map(str, kind.choices))
    if kind.annotation in (int, float):
        return "N"
    return parameter.name.upper()


def _names(parameter: TyperArgument | TyperOption) -> str:
    if isinstance(parameter, TyperArgument):
        return metavar(parameter)
    names = ", ".join(sorted([*parameter.opts, *parameter.secondary_opts], key=len))
    return names if parameter.is_flag else f"{names} {metavar(parameter)}"


def _help(parameter: TyperArgument | TyperOption) -> str:
    """The help, then in brackets what numbers it takes and what it is by default."""
    remarks = []
    if parameter.min is not None:
        remarks.append(
            f"{parameter.min} to {parameter.max}" if parameter.max is not None else f"{parameter.min} or more"
        )
    if isinstance(parameter.show_default, str):
        remarks.append(f"default: {parameter.show_default}")
    elif parameter.show_default and parameter.default not in (None, False, ""):
        remarks.append(f"default: {parameter.default}")
    return f"{parameter.help or ''} [{'; '.join(remarks)}]" if remarks else parameter.help or ""
