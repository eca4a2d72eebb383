"""The commands by name, and the group that imports a command's module only when it is called."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple  # contexts and formatters are Typer's own, of types it does not export

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from clothier.cli import layout, usage


class Entry(NamedTuple):
    """The module in this room that holds the function of the command's name; one sentence; where help lists it."""

    module: str
    summary: str
    panel: str


COMMANDS = {
    "data": Entry("data", "Look at a data set and draw its pictures.", "Train"),
    "check": Entry("check", "Find what is wrong with a data set.", "Train"),
    "label": Entry("label", "Repair wrong labels on a local page.", "Train"),
    "plan": Entry("plan", "Foretell what more images would bring.", "Train"),
    "models": Entry("models", "List the network architectures.", "Train"),
    "bases": Entry("bases", "List the pretrained networks.", "Train"),
    "recipes": Entry("recipes", "List the recipes, or show one of them.", "Train"),
    "summary": Entry("summary", "List the layers of a network.", "Train"),
    "train": Entry("train", "Train a network and write a report.", "Train"),
    "sweep": Entry("sweep", "Try values of a recipe and choose the best.", "Train"),
    "cache": Entry("cache", "List or clear the caches on disk.", "Train"),
    "predict": Entry("predict", "Classify photos and give probabilities.", "Use"),
    "doctor": Entry("doctor", "Show how photos are preprocessed.", "Use"),
    "export": Entry("export", "Export a network for other programs.", "Use"),
    "serve": Entry("serve", "Serve a model over HTTP.", "Use"),
    "baseline": Entry("baseline", "Classify without a network, to compare with.", "Examine"),
    "evaluate": Entry("evaluate", "Evaluate a model on labelled images.", "Examine"),
    "runs": Entry("runs", "List the runs in a folder.", "Examine"),
    "plot": Entry("plot", "Draw the figures of a run again.", "Examine"),
    "explain": Entry("explain", "Draw what mattered in an image.", "Examine"),
    "compare": Entry("compare", "Compare runs on the same images.", "Examine"),
    "reproduce": Entry("reproduce", "Reproduce the tables of the tutorials.", "Examine"),
    "embed": Entry("embed", "Write the vectors of images to a file.", "Explore"),
    "explore": Entry("explore", "Write a page that shows images on maps.", "Explore"),
    "projector": Entry("projector", "Show images in TensorBoard's projector.", "Explore"),
}


def load(name: str) -> Command:
    """The command, whose module is imported by now."""
    module = importlib.import_module(f"clothier.cli.{COMMANDS[name].module}")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=Command)(getattr(module, name))
    command = get_command(app)
    assert isinstance(command, Command)
    return command


class Command(TyperCommand):
    """A command whose help is in panels and whose wrong words get one sentence."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["[OPTIONS]", *layout.arguments(self)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        layout.write_parameters(self.get_params(ctx), formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True  # they are refused below, in our words
        with usage.explained(self, ctx):
            rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise usage.too_many(self, ctx, rest[0])
        return rest


class Commands(TyperGroup):
    """All commands, of which `self.commands` holds only name, summary and panel."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, entry in COMMANDS.items():
            panels.setdefault(entry.panel, []).append((name, entry.summary))
        layout.write_panels(panels, formatter)
        layout.write_parameters(self.get_params(ctx), formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with usage.explained(self, ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        name, *rest = args
        if name in COMMANDS:
            return name, load(name), rest
        if ctx.resilient_parsing:
            return None, None, rest
        raise usage.unknown_command(name, COMMANDS)


def register(app: typer.Typer) -> None:
    """Make the commands known to the app by name, summary and panel."""
    for name, entry in COMMANDS.items():
        app.command(name, short_help=entry.summary, rich_help_panel=entry.panel)(_not_loaded)


def _not_loaded() -> None:
    raise AssertionError("a command was called that is not loaded")
