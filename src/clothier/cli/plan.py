"""`clothier plan SOURCE`: what more images would bring, on the screen, as a figure and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import completion, options, screen
from clothier.data import LoadOptions
from clothier.system.files import slug
from clothier.values import Forecast, Gain
from clothier.values.forecast import points
from clothier.values.wording import counted, duration


def plan(
    source: Annotated[
        str,
        typer.Argument(
            help="A source such as fashion-mnist, folder:FOLDER or csv:FILE.",
            metavar="SOURCE",
            autocompletion=completion.source,
            show_default=False,
        ),
    ],
    more: Annotated[
        int | None,
        typer.Option(
            help="How many more training images, of all and of each class.",
            metavar="N",
            min=1,
            show_default="a tenth of those there are",
            rich_help_panel="What to foretell",
        ),
    ] = None,
    goal: Annotated[
        float | None,
        typer.Option(
            help="An accuracy in (0, 1): say how many images it takes.",
            metavar="ACCURACY",
            show_default=False,
            rich_help_panel="What to foretell",
        ),
    ] = None,
    data_dir: options.DataDir = None,
    validation: options.Validation = None,
    image_size: Annotated[
        str | None,
        typer.Option(
            help="Side in pixels, or HEIGHTxWIDTH, for folders of photos.",
            metavar="SIZE",
            show_default="that of the base, or 64",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    labels: options.Labels = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for plan.json and learning_curves.png.",
            metavar="FOLDER",
            show_default="plan/SOURCE",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Foretell what more images would bring, from learning curves.

    A quick classifier learns from parts of the images. Test images are not looked at.
    """
    folder = out or Path("plan") / (slug(source) or "data")
    options.check_out(folder=folder if out else Path("plan"))
    from clothier import planning
    from clothier.reports import plan_files

    planning.check(more, goal)
    read = options.as_options(data_dir, validation, image_size, crop, skip_bad, labels=labels)
    with screen.counting() as progress:
        load_options = LoadOptions.from_json(read, progress=progress, warn=screen.notice)
        dataset = planning.read(source, load_options)
        screen.notice(dataset.notice)
        found = planning.forecast(dataset, more=more, goal=goal, report=progress, tell=screen.notice)
    paths = plan_files.write(found, folder)
    if json:
        screen.print_json({**found.as_json(), "written": [str(path) for path in paths]})
        return
    _say(found)
    screen.say("\nwritten  " + "\n         ".join(map(str, paths)))


def _say(found: Forecast) -> None:
    total = sum(found.counts.values())
    screen.say(
        f"{found.source}: {counted(total, 'training image')} of {counted(len(found.counts), 'class', 'classes')}; "
        f"{found.learner}, on {found.features}; {counted(found.num_scored, 'image')} scored, in "
        f"{duration(found.seconds)}",
        wrap=True,
    )
    screen.say()
    rows = [
        (f"{size:,.0f}", f"{one.value:.1%}", f"{one.low:.1%} to {one.high:.1%}")
        for size, one in found.curve.measured
    ]
    screen.print_table(("images learnt from", "accuracy", "90 % interval"), rows)
    screen.say()
    for gain in found.gains:
        screen.say(f"{gain.words}", wrap=True)
    if found.goal:
        screen.say(found.goal.words, wrap=True)
    if found.class_gains:
        screen.say()
        more = found.class_gains[0].more
        columns = ("class", "images", "recall", f"accuracy with {more:,} more of it", "its recall then")
        screen.print_table(columns, [_row(gain) for gain in found.class_gains], words=columns[3:])
    screen.say()
    for remark in found.remarks:
        screen.say(remark, wrap=True)


def _row(gain: Gain) -> tuple[str, ...]:
    told = "cannot be told"
    accuracy = points(gain.accuracy, "") if gain.accuracy else told
    recall = points(gain.recall, "") if gain.recall else told
    recall_now = "" if gain.recall_now is None else f"{gain.recall_now:.1%}"
    return (gain.class_name, f"{gain.now:,}", recall_now, accuracy, recall)
