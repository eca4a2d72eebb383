"""What a network makes of one image: the outputs of a layer, and where it looked."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure

from clothier.errors import InputError
from clothier.plots.canvas import add_scale, finish, in_style, panels
from clothier.values import Floats

_COLUMNS = 16
_LEAST_DOTS = 32  # a map is drawn at least so large, so that the gaps between small ones stay thin


@in_style
def feature_maps(maps: Floats, title: str, notice: str = "") -> Figure:
    """The channels of a layer side by side, sixteen to a row, on one scale, so that a dark one really is quiet.

    `maps` float32 (height, width, channels). Raises InputError where there is no channel.
    """
    if maps.ndim != 3 or not maps.size:
        raise InputError(f"maps are {maps.shape}; wanted (height, width, channels), at least one of each")
    mosaic = _side_by_side(maps)
    width = 9.0 * min(maps.shape[2], _COLUMNS) / _COLUMNS
    figure, (axes,) = panels(width, width * mosaic.shape[0] / mosaic.shape[1])
    low, high = min(0.0, float(maps.min())), max(float(maps.max()), 1e-6)
    # Most outputs are far below the highest; the square root shows them, and needs that none is below zero.
    norm = PowerNorm(0.5, vmin=0, vmax=high) if low == 0 else Normalize(vmin=low, vmax=high)
    picture = axes.imshow(mosaic, cmap="viridis", norm=norm, interpolation="nearest", aspect="auto")
    axes.set_axis_off()
    beside = axes.inset_axes((1 + 0.1 / width, 0, 0.12 / width, 1))
    figure.colorbar(picture, cax=beside, label="output")
    return finish(figure, title, notice)


@in_style
def feature_map(channel: Floats, title: str, notice: str = "") -> Figure:
    """One channel of a layer, large, on axes that count its units, with the scale beside it.

    `channel` float32 (height, width). Raises InputError for another shape.
    """
    if channel.ndim != 2 or not channel.size:
        raise InputError(f"the channel is {channel.shape}; wanted (height, width), at least one of each")
    figure, (axes,) = panels(5.0, 5.0 * min(max(channel.shape[0] / channel.shape[1], 0.3), 2.0))
    picture = axes.imshow(channel, cmap="viridis", interpolation="nearest")
    axes.spines[:].set_visible(True)
    axes.set(xlabel="column", ylabel="row")
    axes.locator_params(integer=True, min_n_ticks=1)
    figure.colorbar(picture, cax=axes.inset_axes((1.04, 0, 0.035, 1)), label="output")
    return finish(figure, title, notice)


def _side_by_side(maps: Floats) -> npt.NDArray[np.float32]:
    """One picture of all channels, NaN in the gaps between them and where the last row is not full."""
    height, width, channels = maps.shape
    columns = min(channels, _COLUMNS)
    rows = math.ceil(channels / columns)
    zoom = math.ceil(_LEAST_DOTS / min(height, width))
    gap = max(1, max(height, width) * zoom // 16)
    tall, wide = height * zoom + gap, width * zoom + gap
    mosaic = np.full((rows * tall - gap, columns * wide - gap), np.nan, np.float32)
    for channel in range(channels):
        row, column = divmod(channel, columns)
        enlarged = maps[..., channel].repeat(zoom, axis=0).repeat(zoom, axis=1)
        top, left = row * tall, column * wide
        mosaic[top : top + height * zoom, left : left + width * zoom] = enlarged
    return mosaic


@in_style
def heat_overlay(image: npt.NDArray[np.uint8], heat: Floats, title: str, notice: str = "") -> Figure:
    """The image, and beside it the same image under the heat: clear where that is 0, red where it is 1.

    `image` uint8 (height, width, 1 or 3), `heat` float32 (height, width) in [0, 1]. Raises InputError where the two
    differ in size.
    """
    if heat.shape != image.shape[:2]:
        raise InputError(f"heat is {heat.shape} over an image of {image.shape[:2]}; wanted the same size")
    side = 3.4
    aspect = image.shape[0] / image.shape[1]
    figure, both = panels(2.2 * side, side * aspect, count=2)
    for axes in both:
        axes.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
    picture = both[1].imshow(heat, cmap="YlOrRd", vmin=0, vmax=1, alpha=0.8 * heat, interpolation="nearest")
    add_scale(both[1], picture, "share of the maximum", ticks=[0, 0.5, 1])
    return finish(figure, title, notice)
