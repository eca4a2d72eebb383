"""Tables of numbers that no image stands behind: a NumPy file, the weights of a layer, names of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError, InputError, unknown_name
from clothier.runs import Run, trained
from clothier.system.files import check_file


def read(path: Path) -> npt.NDArray[Any]:
    """The array in a .npy file; DataError where there is none."""
    check_file(path, DataError)
    try:
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}; wanted a .npy file") from error
    except MemoryError as error:
        raise DataError(
            f"{path} claims more numbers than fit into memory; wanted a file that numpy.save wrote"
        ) from error
    except (ValueError, OverflowError) as error:
        raise DataError(
            f"{path} is not a .npy file of numbers ({error}); wanted one that numpy.save wrote"
        ) from error


def weights(run: Run, name: str) -> npt.NDArray[Any]:
    """The weights of a layer of the run, a row an input, a column an output; InputError for a layer without any of two
    dimensions. Errors as trained.load."""
    model = trained.load(run)
    layers = {layer.name: layer for layer in model.layers}
    if name not in layers:
        raise unknown_name("layer", name, layers)
    values = layers[name].get_weights()
    tables = [value for value in values if value.ndim == 2]
    if not tables:
        shapes = ", ".join(" x ".join(map(str, value.shape)) for value in values) or "none"
        fitting = [layer.name for layer in model.layers if any(v.ndim == 2 for v in layer.get_weights())]
        raise InputError(
            f"layer '{name}' has no weights of two dimensions (it has: {shapes}); wanted one of: {', '.join(fitting)}"
        )
    return np.asarray(tables[0])


def names(path: Path, rows: int) -> list[str]:
    """The lines of a text file, one a row; DataError for another number of them."""
    try:
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise DataError(
            f"cannot read {path}: {error.strerror}; wanted a text file with one name per line"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 ({error.reason}); wanted a text file with one name per line"
        ) from error
    if len(lines) != rows:
        raise DataError(
            f"{path} has {len(lines):,} lines; the tensor has {rows:,} rows; wanted one name per row"
        )
    return lines
