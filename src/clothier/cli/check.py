"""`clothier check SOURCE`: what is wrong with a data set, on the screen, as a page and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import browser, completion, naming, options, screen
from clothier.data import LoadOptions
from clothier.predict import opened
from clothier.system.files import slug
from clothier.values import Finding, Findings, Sight
from clothier.values.wording import duration, listed

_SHOWN = 3  # pictures of a finding that the screen names


def check(
    source: Annotated[
        str,
        typer.Argument(
            help="A source such as fashion-mnist, folder:FOLDER or csv:FILE.",
            metavar="SOURCE",
            autocompletion=completion.source,
            show_default=False,
        ),
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            help="A run folder, a model file, or a model that comes with clothier, such as fashion-mnist. "
            "Pictures are compared by its features, and copies across splits are scored with it.",
            metavar="MODEL",
            parser=naming.parse,
            autocompletion=naming.complete,
            show_default="a pretrained base where it is installed, or pixels",
            rich_help_panel=options.MODEL,
        ),
    ] = None,
    data_dir: options.DataDir = None,
    validation: options.Validation = None,
    image_size: Annotated[
        str | None,
        typer.Option(
            help="Side in pixels, or HEIGHTxWIDTH, for folders of photos.",
            metavar="SIZE",
            show_default="that of the model or base, or 64",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    labels: options.Labels = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for check.html and check.json.",
            metavar="FOLDER",
            show_default="check/SOURCE",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    open_: browser.Open = False,
    json: options.Json = False,
) -> None:
    """Find what is wrong with a data set: copies, wrong labels, shortcuts, bad pictures.

    Splits are made as training makes them. Nothing is changed.
    """
    folder = out or Path("check") / (slug(source) or "data")
    options.check_out(folder=folder if out else Path("check"))
    from clothier import checking
    from clothier.reports import check_page

    predictor = None if model is None else opened(model)
    name = "" if model is None else Path(naming.word(model)).stem
    read = options.as_options(data_dir, validation, image_size, crop, skip_bad, labels=labels)
    with screen.counting() as progress:
        load_options = LoadOptions.from_json(read, progress=progress, warn=screen.notice)
        dataset = checking.read(source, load_options, predictor)
        screen.notice(dataset.notice)
        found = checking.check(dataset, predictor, name, report=progress, tell=screen.notice)
    paths = check_page.write(found, dataset, folder)
    if json:
        screen.print_json({**found.as_json(), "written": [str(path) for path in paths]})
    else:
        _say(found)
        screen.say("\nwritten  " + "\n         ".join(map(str, paths)))
    if open_:
        browser.show(paths[0])


def _say(found: Findings) -> None:
    counts = ", ".join(f"{count:,} {name}" for name, count in found.counts.items())
    screen.say(
        f"{found.source}: {counts}; compared by {found.features}, in {duration(found.seconds)}", wrap=True
    )
    for number, finding in enumerate(found, start=1):
        screen.say()
        _say_finding(number, finding)
    screen.say()
    screen.say(found.summary, wrap=True)
    if found.passed:
        screen.say(f"Not found: {'; '.join(found.passed)}.", wrap=True)
    for words, reason in found.left_out.items():
        screen.say(f"Not checked: {words}, because {reason}.", wrap=True)


def _say_finding(number: int, finding: Finding) -> None:
    screen.say(f"{number}. {finding.title}", wrap=True)
    if finding.rows:
        screen.print_table(finding.columns, finding.rows[:10])
        if len(finding.rows) > 10:
            screen.say(f"and {len(finding.rows) - 10:,} more")
    if finding.groups:
        screen.say(f"   {listed([_named(group) for group in finding.groups], _SHOWN)}", wrap=True)
    screen.say(f"   {finding.advice}", wrap=True)
    for command in finding.commands:
        screen.say(f"   {command}")


def _named(group: tuple[Sight, ...]) -> str:
    return " = ".join(f"{sight.id} ({sight.note or sight.label})" for sight in group[:3])
