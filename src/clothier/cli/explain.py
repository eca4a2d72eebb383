"""`clothier explain RUN IMAGE_OR_INDEX`: what each layer sees in one image, and where the network looked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clothier.cli import options, screen
from clothier.errors import DataError, InputError, unknown_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from clothier.explain import Explanation
    from clothier.runs import Run
    from clothier.values import Images


def explain(
    run: options.RunFolder,
    image: Annotated[
        str,
        typer.Argument(help="A picture file, or a number: that image of --split, from 0.", metavar="IMAGE"),
    ],
    split: options.WhichSplit = "test",
    weights: options.Weights = "last",
    class_: Annotated[
        str | None, typer.Option("--class", help="Class to look for.", show_default="the predicted one")
    ] = None,
    format: options.Format = "png",  # noqa: A002 - the word on the command line
    dpi: options.Dpi = 150,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the figures.", show_default="in RUN/figures")
    ] = None,
    data_dir: options.DataDir = None,
) -> None:
    """Draw the feature maps of every convolution and pooling layer for one image, and a Grad-CAM of the last."""
    options.check_format(format)
    from clothier.runs import Run

    opened = Run.open(run)
    data = opened.read_recipe()["data"]
    names: list[str] = data["class_names"]
    if class_ is not None and class_ not in names:
        raise unknown_name("class", class_, names)
    pixels, what, truth = _image(opened, image, split, data_dir)
    from clothier import explain as explaining
    from clothier import trained

    label = names.index(class_) if class_ is not None else None
    explanation = explaining.explain(trained.load(opened, weights), pixels, label)
    folder = re.sub(r"[^\w.-]+", "-", f"{what} {weights}")
    for name, figure in _draw(explanation, pixels, names, f"{opened.name}, {what}", data["notice"]).items():
        path = out / f"{name}.{format}" if out else opened.figure_file(f"explain/{folder}/{name}", format)
        options.write_figure(path, figure, format, dpi)
        screen.say(str(path))
    _say(explanation, names, truth)


def _image(run: Run, image: str, split: str, data_dir: Path | None) -> tuple[Images, str, str | None]:
    """(the pixels as the network wants them, what to call them, the true class where it is known)."""
    data: dict[str, Any] = run.read_recipe()["data"]
    if image.isdecimal():
        dataset = options.load_run_data(run, data_dir)
        images, index = dataset.split(split), int(image)
        if index >= len(images):
            raise InputError(f"there is no {split} image {index}; wanted 0 to {len(images) - 1}")
        return images.images[index], f"{split} image {index}", dataset.class_names[images.labels[index]]
    from clothier import photo
    from clothier.photo import doctor

    height, width, channels = data["image_shape"]
    try:
        crop = data["options"].get("crop", "pad")
        pixels = doctor.prepare(Path(image), crop, (height, width), channels)
    except DataError as error:
        raise DataError(f"{image} {error}; wanted a {photo.FORMAT_WORDS} picture, or an index") from error
    screen.notice(
        f"{Path(image).name} is only resized to {height} x {width}{' grey' if channels == 1 else ''} pixels; where "
        "it does not look like the training images (background, framing, light on dark), the answer means little"
    )
    return pixels, Path(image).stem, None


def _draw(
    explanation: Explanation, image: Images, names: list[str], what: str, notice: str
) -> dict[str, Figure]:
    """The figures by name, numbered as the layers follow each other."""
    from clothier import plots

    figures = {}
    for place, layer in enumerate(explanation.layers, start=1):
        height, width, channels = layer.maps.shape
        title = f"{what}: {channels} channels of {height} x {width} that {layer.layer} gives"
        figures[f"{place}-{layer.layer}"] = plots.feature_maps(layer.maps, title, notice)
    name = names[explanation.label]
    share = explanation.predictions.probabilities[0, explanation.label]
    title = f"{what}: what speaks for {name} ({share:.1%})"
    if not explanation.heat.any():
        title = f"{what}: in the last convolution nothing speaks for {name} ({share:.1%})"
    figures["grad-cam"] = plots.heat_overlay(image, explanation.heat, title, notice)
    return figures


def _say(explanation: Explanation, names: list[str], truth: str | None) -> None:
    probabilities, predicted = explanation.predictions.probabilities[0], explanation.predictions.labels[0]
    screen.say(f"\npredicted  {names[predicted]} ({probabilities[predicted]:.1%})")
    if truth is not None:
        screen.say(f"true class {truth}")
