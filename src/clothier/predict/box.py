"""The models that come with clothier. Each is a file of the folder box and bears its name: to add one, put it there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from clothier import photo
from clothier.errors import DataError, InputError
from clothier.values import Images

FOLDER = Path(__file__).parents[1] / "box"
FOR_PHOTOS = "clothes"  # the default where it is there; else the first one by name
FOR_SHAPES = {(28, 28, 1): "fashion-mnist"}  # what else is taken for images of such a shape


def files() -> dict[str, Path]:
    """The model files by name, the default first; empty if this copy of clothier has none."""
    found = sorted(FOLDER.glob("*.clothier"), key=lambda path: (path.stem != FOR_PHOTOS, path.stem))
    return {path.stem: path for path in found}


def default() -> Path:
    """The model file that is taken where none is named; InputError if this copy has none."""
    for path in files().values():
        return path
    raise InputError(
        "this copy of clothier has no model in the box; wanted one of your own; name a run folder or a model file"
    )


def name_of(path: Path) -> str | None:
    """The name of a model file in the box; None for any other path."""
    return next((name for name, file in files().items() if file == path), None)


def fitting(content: Images | Sequence[Path | Image.Image]) -> str | None:
    """The model that fits images (n, height, width, channels) or pictures better than the default, as all of them have
    its shape; None if there is none. Pictures tell their shape by their headers."""
    names = list(files())
    for shape, name in FOR_SHAPES.items():
        if name in names[1:] and len(content) and _have_shape(content, shape):
            return name
    return None


def reason(name: str) -> str:
    """A sentence that says why `fitting` chose that model."""
    height, width, channels = next(shape for shape, fits in FOR_SHAPES.items() if fits == name)
    return (
        f"these are {height}x{width} images {'in grey' if channels == 1 else 'in colour'}, so they are classified by "
        f"the model {name}; name a model to choose another"
    )


def _have_shape(content: Images | Sequence[Path | Image.Image], shape: tuple[int, int, int]) -> bool:
    if isinstance(content, np.ndarray):
        return content.shape[1:] == shape
    return all(_shape(picture) == shape for picture in content)


def _shape(picture: Path | Image.Image) -> tuple[int, int, int] | None:
    try:
        return photo.shape(picture)
    except DataError:
        return None
