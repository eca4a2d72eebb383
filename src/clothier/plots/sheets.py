"""Images on a sheet, with their class names, and one image enlarged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from clothier.errors import InputError
from clothier.plots.canvas import add_scale, finish, in_style, lay_out, panels
from clothier.plots.lettering import Names, shortened
from clothier.values import Images, Labels

_MOST_ROWS = 100  # of a sheet with a row for each class


@in_style
def sample_sheet(
    images: Images, labels: Labels, class_names: Names, columns: int = 6, title: str = "", notice: str = ""
) -> Figure:
    """All the images in rows of `columns`, the class name under each.

    `images` uint8 (n, height, width, 1 or 3), `labels` int64 (n,). Grey is drawn as it is: 0 black, 255 white.
    Raises InputError where there is no image or no column.
    """
    if not len(images) or columns < 1:
        raise InputError(f"{len(images)} images in {columns} columns; wanted at least one of each")
    cells = [divmod(index, columns) for index in range(len(images))]
    figure, axes, height = lay_out(images, cells, inches=1.2, room_below=0.22)
    # Of 86 points: at low resolution letters come out up to an eighth wider.
    names = shortened(class_names, labels.tolist(), room=72)
    for (row, column), name in zip(cells, names, strict=True):
        axes.text(column + 0.5, (row + 1) * height - 0.2, name, ha="center", va="top")
    return finish(figure, title, notice)


@in_style
def class_sheet(
    images: Images, labels: Labels, class_names: Names, per_class: int = 15, title: str = "", notice: str = ""
) -> Figure:
    """A row of images for each class, the first `per_class` there are, its name at the left. Of more than a hundred
    classes only the first hundred are shown, and the title says so.

    Shapes, shades and errors as for `sample_sheet`.
    """
    if not len(images) or per_class < 1:
        raise InputError(f"{len(images)} images, {per_class} a class; wanted at least one of each")
    num_rows = min(len(class_names), _MOST_ROWS)
    if num_rows < len(class_names):
        title = ", ".join(filter(None, (title, f"the first {num_rows} of {len(class_names):,} classes")))
    chosen = [np.flatnonzero(labels == row)[:per_class] for row in range(num_rows)]
    cells = [(row, column) for row, indices in enumerate(chosen) for column in range(len(indices))]
    figure, axes, height = lay_out(images[np.concatenate(chosen)], cells, inches=0.6)
    for row, name in enumerate(shortened(class_names, range(num_rows))):
        axes.text(-0.15, (row + 0.5) * height, name, ha="right", va="center")
    return finish(figure, title, notice)


@in_style
def enlarged(image: npt.NDArray[np.uint8], title: str, notice: str = "") -> Figure:
    """One image, large, on axes that count its pixels.

    `image` uint8 (height, width, 1 or 3). Grey runs from white, 0, to black, 255, with the scale beside it.
    """
    figure, (axes,) = panels(5.0, 4.4)
    picture = axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.spines[:].set_visible(True)
    axes.set(xlabel="column (pixels)", ylabel="row (pixels)")
    axes.locator_params(integer=True, min_n_ticks=1)
    if image.shape[2] == 1:
        add_scale(axes, picture, "pixel value", ticks=[0, 64, 128, 192, 255])
    return finish(figure, title, notice)
