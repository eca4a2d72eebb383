"""`clothier plot RUN`: a run's figures, in the format and size one wants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import options, screen
from clothier.errors import InputError, command


def plot(
    run: options.RunFolder,
    format: options.Format = "png",  # noqa: A002 - the word on the command line
    dpi: options.Dpi = 150,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the figures.", show_default="RUN/figures")
    ] = None,
    data_dir: options.DataDir = None,
) -> None:
    """Draw a run's curves, confusion matrix, bars per class and grids of predictions; renew its report."""
    options.check_format(format)
    from clothier.files import write_atomic
    from clothier.runs import Run

    opened = Run.open(run)
    if not opened.read_history():
        raise InputError(
            f"{run} has no finished epoch; wanted at least one; `{command('train', '--resume', run)}` goes on with it"
        )
    judged = None
    if opened.read_scores():
        dataset = options.load_run_data(opened, data_dir)
        judged = dataset.split(dataset.judged)
    else:
        screen.notice("no phase is finished yet, so there are curves alone")
    from clothier import report

    drawings = report.draw(opened, judged)
    for path in report.write_figures(opened, drawings, format=format, dpi=dpi, folder=out):
        screen.say(str(path))
    if out is None and format == "png":
        write_atomic(opened.report_file, report.render(opened, drawings))
        screen.say(str(opened.report_file))
