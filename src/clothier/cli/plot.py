"""`clothier plot MODEL`: a run's figures, in the format and size one wants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from clothier import plots
from clothier.cli import browser, naming, options, run_data, screen
from clothier.errors import InputError, RunError, command
from clothier.reports import grids
from clothier.runs import Run
from clothier.system.files import write_atomic


def plot(
    model: naming.Model,
    phase: Annotated[
        Literal["plain", "augmented", "fine-tuned"] | None,
        typer.Option(
            help="Draw only the curves of this phase.", show_default=False, rich_help_panel=options.OUTPUT
        ),
    ] = None,
    format: options.Format = "png",  # noqa: A002 - the word on the command line
    dpi: options.Dpi = 150,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the figures.",
            metavar="FOLDER",
            show_default="RUN/figures",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    open_: browser.Open = False,
    data: run_data.Data = None,
    data_dir: options.DataDir = None,
    image_size: run_data.ImageSize = None,
    crop: run_data.Crop = None,
    skip_bad: options.SkipBad = False,
) -> None:
    """Draw a run's curves, confusion matrix, bars per class and grids of predictions, and write its report again."""
    if open_ and (out is not None or format != "png" or phase is not None):
        raise InputError(
            "--open shows the report, which --out, --phase and --format svg leave as it is; leave one out"
        )
    opened = naming.open_run(
        model,
        "holds no history and no images to draw, though `clothier evaluate` draws how it does on other images",
    )
    options.check_out(folder=out or opened.figure_file("curves").parent)
    if not opened.read_history():
        raise InputError(
            f"{model} has no finished epoch; wanted at least one; "
            f"`{command('train', '--resume', model)}` continues it"
        )
    if phase is not None:
        _plot_phase(opened, phase, format, dpi, out)
        return
    with_grids = _have_samples(opened, run_data.DataOptions(data, data_dir, image_size, crop, skip_bad))
    from clothier.reports import report

    drawings = report.draw(opened, with_grids=with_grids)
    for path in report.write_figures(opened, drawings, format=format, dpi=dpi, folder=out):
        screen.say(str(path))
    if out is None and format == "png":
        write_atomic(opened.report_file, report.render(opened, drawings))
        screen.say(str(opened.report_file))
        if open_:
            browser.show(opened.report_file)


def _plot_phase(run: Run, phase: str, word: str, dpi: int, out: Path | None) -> None:
    """Draw the curves of that phase alone."""
    history = run.read_history()
    rows = [row for row in history if row.phase == phase]
    if not rows:
        known = ", ".join(dict.fromkeys(row.phase for row in history))
        raise InputError(f"{run.path} has no epoch of phase {phase}; wanted one of: {known}")
    notice = run.description().data.notice
    figure = plots.training_curves(rows, f"{run.name}: accuracy and loss, {phase} phase", notice)
    name = f"curves-{phase}"
    path = run.figure_file(name, word) if out is None else out / f"{name}.{word}"
    options.write_figure(path, figure, word, dpi)
    screen.say(str(path))


def _have_samples(run: Run, data_options: run_data.DataOptions) -> bool:
    """Whether grids of images can be drawn, from the images that the run keeps or else from its data. If they cannot,
    a notice says so."""
    if not run.read_scores():
        screen.notice("no phase is finished yet, so only the curves are drawn")
        return False
    why = "the grids of images are left out"
    try:
        if not data_options.are_any and grids.are_kept(run):
            return True
        dataset = run_data.try_load(run, data_options, why)
        if dataset is not None:
            grids.keep(run, dataset.split(dataset.judged))
        return dataset is not None
    except RunError as error:
        if data_options.are_any:
            raise
        screen.notice(f"{why}: {error}")
        return False
