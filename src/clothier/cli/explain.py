"""`clothier explain MODEL IMAGE`: what each layer sees in one image, and where the network looked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clothier import explain as explaining
from clothier import photo, plots, predict
from clothier.cli import judging, naming, options, run_data, screen
from clothier.errors import DataError, InputError, unknown_name
from clothier.explain import GradCam
from clothier.files import slug
from clothier.photo import doctor
from clothier.runs import Run, trained
from clothier.values import Images, Prediction

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class _Shown:
    """The image as the network takes it, what to call it, its file and its true class in the data set where it is of
    one, and what the photo doctor warns of."""

    pixels: Images
    what: str
    file: str = ""
    truth: str | None = None
    warnings: tuple[str, ...] = ()


def explain(
    model: naming.Model,
    image: Annotated[
        str,
        typer.Argument(
            help="A picture file, or the number of an image of --split, counted from 0.", metavar="IMAGE"
        ),
    ],
    split: options.WhichSplit = "test",
    weights: options.Weights = "last",
    class_: Annotated[
        str | None,
        typer.Option(
            "--class",
            help="The class that Grad-CAM explains.",
            metavar="NAME",
            show_default="the predicted one",
            rich_help_panel=options.MODEL,
        ),
    ] = None,
    format: options.Format = "png",  # noqa: A002 - the word on the command line
    dpi: options.Dpi = 150,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the figures.",
            metavar="FOLDER",
            show_default="in RUN/figures",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    data: run_data.Data = None,
    data_dir: options.DataDir = None,
    image_size: run_data.ImageSize = None,
    crop: run_data.Crop = None,
    skip_bad: options.SkipBad = False,
) -> None:
    """Draw the feature maps of every convolution and pooling layer for one image, and the Grad-CAM of the last
    convolution.

    The prediction and its warnings are those of `clothier predict`."""
    opened = naming.open_run(model, "has no layers to show")
    options.check_out(folder=out or opened.figure_file("curves").parent)
    own = opened.description().data
    names = list(own.class_names)
    if class_ is not None and class_ not in names:
        raise unknown_name("class", class_, names)
    data_options = run_data.DataOptions(data, data_dir, image_size, crop, skip_bad)
    shown = (
        _of_data(opened, int(image), split, data_options) if image.isdecimal() else _picture(opened, image)
    )
    predictions, remark = judging.judge(opened, shown.pixels[None], weights)
    prediction = replace(predictions[0], warnings=shown.warnings)
    shares = dict(prediction.classes)
    name = class_ or prediction.classes[0][0]
    spoken = f"{name} ({_share(shares[name], prediction)})"

    explanation = explaining.explain(trained.load(opened, weights), shown.pixels, names.index(name))
    folder = slug(f"{shown.what} {weights}")
    what = ", ".join(filter(None, (opened.name, shown.what, shown.file)))
    figures = _draw(explanation, shown.pixels, spoken, what, own.notice)
    for figure_name, figure in figures.items():
        usual = opened.figure_file(f"explain/{folder}/{figure_name}", format)
        path = out / f"{figure_name}.{format}" if out else usual
        options.write_figure(path, figure, format, dpi)
        screen.say(str(path))
    _say(prediction, shown)
    screen.notice(remark)


def _of_data(run: Run, index: int, split: str, data_options: run_data.DataOptions) -> _Shown:
    dataset = run_data.load(run, data_options)
    images = dataset.split(split)
    if index >= len(images):
        raise InputError(f"there is no {split} image {index}; wanted 0 to {len(images) - 1}")
    truth = dataset.class_names[images.labels[index]]
    return _Shown(images.images[index], f"{split} image {index}", images.file(index), truth)


def _picture(run: Run, image: str) -> _Shown:
    """The picture as `clothier predict` prepares it: as the run's model file says."""
    predictor = predict.opened(run.path)
    height, width, channels = predictor.image_shape
    try:
        pixels, warnings = doctor.diagnose(Path(image), predictor.photos, (height, width), channels)
    except DataError as error:
        raise DataError(f"{image} {error}; wanted a {photo.FORMAT_WORDS} picture, or an index") from error
    return _Shown(pixels, Path(image).name, warnings=warnings)


def _draw(explanation: GradCam, image: Images, spoken: str, what: str, notice: str) -> dict[str, Figure]:
    """The figures by name, numbered as the layers follow each other; `spoken` is the class that is looked for."""
    figures = {}
    for place, layer in enumerate(explanation.layers, start=1):
        height, width, channels = layer.maps.shape
        title = f"{what}: {channels} channels of {height} x {width} that {layer.layer} gives"
        figures[f"{place}-{layer.layer}"] = plots.feature_maps(layer.maps, title, notice)
    title = f"{what}: what speaks for {spoken}"
    if not explanation.heat.any():
        title = f"{what}: in the last convolution nothing speaks for {spoken}"
    figures["grad-cam"] = plots.heat_overlay(image, explanation.heat, title, notice)
    return figures


def _say(prediction: Prediction, shown: _Shown) -> None:
    name, share = prediction.classes[0]
    screen.say()
    if shown.file:
        screen.say(f"file       {shown.file}")
    screen.say(f"predicted  {name} ({_share(share, prediction)})")
    if shown.truth is not None:
        screen.say(f"true class {shown.truth}")
    for remark in filter(None, (prediction.doubt, *prediction.warnings)):
        screen.say(remark)


def _share(share: float, prediction: Prediction) -> str:
    """Such as "47.1%", or "uncalibrated probability 47.1%"."""
    return f"{share:.1%}" if prediction.temperature else f"{prediction.probability_name} {share:.1%}"
