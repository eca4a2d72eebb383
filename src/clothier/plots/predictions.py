"""Images with what a model says of them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from clothier.errors import InputError
from clothier.plots.canvas import BLUE, QUIET, RED, finish, in_style, lay_out
from clothier.plots.lettering import Names, end_of, shortened
from clothier.values import Floats, Images, Labels


@in_style
def prediction_grid(
    images: Images,
    labels: Labels,
    predicted: Labels,
    class_names: Names,
    probabilities: Floats | None = None,
    files: Sequence[str] = (),
    columns: int = 5,
    title: str = "",
    notice: str = "",
) -> Figure:
    """All the images in rows of `columns`, each titled "predicted (true)": blue with a tick where that is right, red
    with a cross where it is wrong.

    `images` uint8 (n, height, width, 1 or 3), `labels` and `predicted` int64 (n,). `probabilities` float32 (n,), of
    the predicted classes, stand beside them where given; the end of the path of each image's file stands below. Raises
    InputError where there is no image or no column.
    """
    if not len(images) or columns < 1:
        raise InputError(f"{len(images)} images in {columns} columns; wanted at least one of each")
    cells = [divmod(index, columns) for index in range(len(images))]
    above = 0.4 if files else 0.3
    figure, axes, height = lay_out(images, cells, inches=1.6, room_above=above, room_below=0.06)
    # Of 115 points, the tick takes 12, a probability 38, and letters may come out an eighth wider.
    room = 86 if probabilities is None else 56
    given, true = (shortened(class_names, each.tolist(), room) for each in (predicted, labels))
    for index, (row, column) in enumerate(cells):
        is_right = predicted[index] == labels[index]
        words = f"{'✓' if is_right else '✗'} {given[index]}"
        if probabilities is not None:
            words += f" {_percent(float(probabilities[index]))}"
        axes.text(
            column + 0.5,
            row * height + 0.28,
            f"{words}\n({true[index]})",
            ha="center",
            va="bottom",
            color=BLUE if is_right else RED,
        )
        if files:
            file = end_of(files[index], room=96, size=6)
            axes.text(column + 0.5, row * height + 0.38, file, ha="center", va="bottom", size=6, color=QUIET)
    return finish(figure, title, notice)


def _percent(probability: float) -> str:
    """The share in tenths of a percent; a share below 1 is never shown as 100 %."""
    return f"{min(probability, 0.999):.1%}" if probability < 1 else "100%"
