"""`clothier label SOURCE`: a page on this machine on which wrong labels are repaired."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from clothier.cli import browser, completion, naming, options, screen
from clothier.data import LoadOptions
from clothier.values.wording import counted

OrderName = Literal["suspects", "unsure", "unlabelled", "given"]


def label(
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
            "Pictures are compared by its features, and --order unsure goes by it.",
            metavar="MODEL",
            parser=naming.parse,
            autocompletion=naming.complete,
            show_default="a pretrained base where it is installed, or pixels",
            rich_help_panel=options.MODEL,
        ),
    ] = None,
    labels: Annotated[
        Path,
        typer.Option(
            help="The file of decisions, to which rows are added.",
            metavar="FILE",
            rich_help_panel=options.OUTPUT,
        ),
    ] = Path("labels.csv"),
    order: Annotated[
        OrderName | None,
        typer.Option(
            help="Which images come first: suspected labels, those the model is least sure of, unlabelled photos, or "
            "those that --ids lists.",
            show_default="suspects, or as --ids or --unlabelled say",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    ids: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file with the column id, such as the explorer's download of a selection.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=options.DATA,
        ),
    ] = None,
    unlabelled: Annotated[
        Path | None,
        typer.Option(
            help="A folder of photos without labels, to be added to the training images.",
            metavar="FOLDER",
            show_default=False,
            rich_help_panel=options.DATA,
        ),
    ] = None,
    split: options.WhichSplit = "train",
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
    port: Annotated[
        int,
        typer.Option(
            help="Port to listen on; 0 takes a free one.", min=0, max=65535, rich_help_panel=options.OUTPUT
        ),
    ] = 0,
    open_: browser.Open = False,
) -> None:
    """Repair wrong labels on a local page, one decision a row in labels.csv.

    No photo is changed. `--labels labels.csv` makes train and other commands use the decisions. Ctrl-C ends it.
    """
    from clothier.api import label as labelling

    labelling.check_serving()
    options.check_out(file=labels)
    read = options.as_options(data_dir, validation, image_size, crop, skip_bad)
    with screen.counting() as progress:
        made = labelling.session(
            source,
            options=LoadOptions.from_json(read, progress=progress, warn=screen.notice),
            model=model,
            model_name="" if model is None else Path(naming.word(model)).stem,
            labels=labels,
            order=order,
            ids=ids,
            unlabelled=unlabelled,
            split=split,
            report=progress,
            tell=screen.notice,
        )
        screen.notice(made.board.dataset.notice)

    def begin(address: str) -> None:
        state = made.state()
        screen.say(
            f"{counted(state['undecided'], 'image')} to look at ({made.orders[made.order]}); decisions go into {labels}"
        )
        screen.say(f"{address}\npress Ctrl-C to stop")
        if open_:
            browser.show(address)

    labelling.serve(made, port, begin)
    count = len(made.log.refresh().current)
    screen.say(f"\n{counted(max(0, made.num_decided), 'decision')} made, {count:,} in {labels}")
    if count:
        screen.say(f"to train with {'it' if count == 1 else 'them'}: {made.command()}", wrap=False)
