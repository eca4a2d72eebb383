"""`clothier explain MODEL IMAGE`: what mattered in one image, and for a run what each of its layers gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clothier import explain as explaining
from clothier import photo, plots, predict
from clothier.cli import judging, naming, options, run_data, screen
from clothier.errors import DataError, InputError, unknown_name
from clothier.explain import FeatureMaps, GradCam, occlusion
from clothier.photo import doctor
from clothier.predict import Predictor
from clothier.runs import Run, trained
from clothier.system.files import slug
from clothier.values import Floats, Images, Prediction

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
            help="A picture file, or for a run the number of an image of --split, counted from 0.",
            metavar="IMAGE",
        ),
    ],
    split: options.WhichSplit = "test",
    weights: options.Weights = "last",
    class_: Annotated[
        str | None,
        typer.Option(
            "--class",
            help="The class that the heat map explains.",
            metavar="NAME",
            show_default="the predicted one",
            rich_help_panel=options.MODEL,
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            help="Draw only the feature maps of this layer, such as conv2.",
            metavar="NAME",
            show_default=False,
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    channel: Annotated[
        int | None,
        typer.Option(
            help="Of that layer, draw only this channel, enlarged; counted from 0.",
            min=0,
            show_default=False,
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    format: options.Format = "png",  # noqa: A002 - the word on the command line
    dpi: options.Dpi = 150,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the figures.",
            metavar="FOLDER",
            show_default="in RUN/figures; explain for a model file",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    data: run_data.Data = None,
    data_dir: options.DataDir = None,
    image_size: run_data.ImageSize = None,
    crop: run_data.Crop = None,
    skip_bad: options.SkipBad = False,
    whole: options.Whole = False,
) -> None:
    """Draw a heat map of what mattered for the prediction of one image.

    For a run, it is the Grad-CAM of the last convolution, and the feature maps of every convolution and pooling layer
    are drawn too. For a model file, which holds no layers, and for a network without convolutions, it is occlusion:
    how far the probability falls when a part of the image is covered. The prediction and its warnings are those of
    `clothier predict`."""
    data_options = run_data.DataOptions(data, data_dir, image_size, crop, skip_bad)
    if channel is not None and layer is None:
        raise InputError(f"--channel is {channel} of no layer; wanted --layer too, such as --layer conv2")
    if model.is_file():
        if layer is not None:
            raise InputError(
                f"{naming.title(model)} is a model file, which holds no layers; leave --layer out"
            )
        _check_for_file(model, image, split, weights, data_options)
        _explain_file(model, image, class_, out, format, dpi, whole)
        return
    opened = Run.open(model)
    options.check_out(folder=out or opened.figure_file("curves").parent)
    own = opened.description().data
    names = list(own.class_names)
    if class_ is not None and class_ not in names:
        raise unknown_name("class", class_, names)
    predictor = None if image.isdecimal() else predict.opened(opened.path)
    shown = (
        _of_data(opened, int(image), split, data_options)
        if predictor is None
        else _picture(predictor, image, whole, ", or an index")
    )
    predictions, remark = judging.judge(opened, shown.pixels[None], weights)
    if predictor is not None:
        predictions = (
            predictor.as_photos(predictions, [shown.warnings])
            if weights == "last"
            else predictions.warned([shown.warnings])
        )
    prediction = predictions[0]
    shares = dict(prediction.classes)
    name = class_ or prediction.classes[0][0]
    spoken = f"{name} ({_share(shares[name], prediction)})"

    network, label = trained.load(opened, weights), names.index(name)
    folder = slug(f"{shown.what} {weights}")
    what = ", ".join(filter(None, (opened.name, shown.what, shown.file)))
    if explaining.has_convolutions(network):
        explanation = explaining.explain(network, shown.pixels, label)
        if layer is None:
            figures = _draw(explanation, shown.pixels, spoken, what, own.notice)
        else:
            figures = _draw_layer(explanation, layer, channel, what, own.notice)
    elif layer is not None:
        raise InputError(f"{opened.name} has no convolutions, and no feature maps to draw; leave --layer out")
    else:
        falls = occlusion.heat(
            lambda covered: judging.judge(opened, covered, weights)[0], shown.pixels, label
        )
        figures = {"occlusion": _overlay(falls, shown.pixels, spoken, what, own.notice)}
    for figure_name, figure in figures.items():
        usual = opened.figure_file(f"explain/{folder}/{figure_name}", format)
        path = out / f"{figure_name}.{format}" if out else usual
        options.write_figure(path, figure, format, dpi)
        screen.say(str(path))
    _say(prediction, shown)
    screen.notice(remark if predictor is None or remark else predict.unmeasured(predictor))


def _check_for_file(
    model: Path, image: str, split: str, weights: str, data_options: run_data.DataOptions
) -> None:
    """Raise InputError for options that only a run has a use for."""
    if image.isdecimal():
        raise InputError(
            f"IMAGE is {image}, and {naming.title(model)} has no images of its own; wanted a picture file"
        )
    if data_options.are_any or (split, weights) != ("test", "last"):
        raise InputError(
            f"{naming.title(model)} is a model file, and --split, --weights and the options of data are for a run; "
            "leave them out"
        )


def _explain_file(
    model: Path, image: str, class_: str | None, out: Path | None, word: str, dpi: int, whole: bool
) -> None:
    folder = out or Path("explain") / slug(f"{Path(image).name} {Path(naming.word(model)).stem}")
    options.check_out(folder=folder)
    predictor = predict.opened(model)
    if class_ is not None and class_ not in predictor.class_names:
        raise unknown_name("class", class_, predictor.class_names)
    shown = _picture(predictor, image, whole)
    (prediction,) = predictor.as_photos(predictor.predict(shown.pixels[None]), [shown.warnings])
    label = prediction.label if class_ is None else predictor.class_names.index(class_)
    name = predictor.class_names[label]
    falls = occlusion.heat(predictor.predict, shown.pixels, label)
    spoken = f"{name} ({_share(dict(prediction.classes)[name], prediction)})"
    figure = _overlay(falls, shown.pixels, spoken, f"{naming.title(model)}, {shown.what}")
    path = folder / f"occlusion.{word}"
    options.write_figure(path, figure, word, dpi)
    screen.say(str(path))
    _say(prediction, shown)
    screen.notice(predict.unmeasured(predictor))


def _of_data(run: Run, index: int, split: str, data_options: run_data.DataOptions) -> _Shown:
    dataset = run_data.load(run, data_options)
    images = dataset.split(split)
    if index >= len(images):
        raise InputError(f"there is no {split} image {index}; wanted 0 to {len(images) - 1}")
    truth = dataset.class_names[images.labels[index]]
    return _Shown(images.images[index], f"{split} image {index}", images.file(index), truth)


def _picture(predictor: Predictor, image: str, whole: bool, else_wanted: str = "") -> _Shown:
    """The picture, prepared as the model file says and as `clothier predict` does it."""
    height, width, channels = predictor.image_shape
    try:
        pixels, warnings = doctor.diagnose(
            Path(image), predictor.photos, (height, width), channels, whole=whole
        )
    except DataError as error:
        raise DataError(f"{image} {error}; wanted a {photo.FORMAT_WORDS} picture{else_wanted}") from error
    return _Shown(pixels, Path(image).name, warnings=warnings)


def _draw(explanation: GradCam, image: Images, spoken: str, what: str, notice: str) -> dict[str, Figure]:
    """The figures by name, numbered as the layers follow each other; `spoken` is the class that is looked for."""
    figures = {
        f"{place}-{layer.layer}": _maps(layer, what, notice)
        for place, layer in enumerate(explanation.layers, start=1)
    }
    title = f"{what}: what speaks for {spoken}"
    if not explanation.heat.any():
        title = f"{what}: in the last convolution nothing speaks for {spoken}"
    figures["grad-cam"] = plots.heat_overlay(image, explanation.heat, title, notice)
    return figures


def _draw_layer(
    explanation: GradCam, name: str, channel: int | None, what: str, notice: str
) -> dict[str, Figure]:
    """All channels of the layer of that name, or the one, enlarged."""
    layers = {layer.layer: (place, layer) for place, layer in enumerate(explanation.layers, start=1)}
    if name not in layers:
        raise unknown_name("layer", name, layers)
    place, layer = layers[name]
    if channel is None:
        return {f"{place}-{name}": _maps(layer, what, notice)}
    height, width, channels = layer.maps.shape
    if channel >= channels:
        raise InputError(f"--channel is {channel}; {name} has {channels}; wanted 0 to {channels - 1}")
    title = f"{what}: channel {channel} of {name}, {height} x {width}"
    return {f"{place}-{name}-channel-{channel}": plots.feature_map(layer.maps[..., channel], title, notice)}


def _maps(layer: FeatureMaps, what: str, notice: str) -> Figure:
    height, width, channels = layer.maps.shape
    title = f"{what}: {channels} channels of {height} x {width} that {layer.layer} gives"
    return plots.feature_maps(layer.maps, title, notice)


def _overlay(falls: Floats, image: Images, spoken: str, what: str, notice: str = "") -> Figure:
    """The figure of what `occlusion.heat` gives for the class `spoken`."""
    title = f"{what}: what speaks for {spoken}"
    return plots.heat_overlay(image, explaining.shares(falls), title, notice)


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
