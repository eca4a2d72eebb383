"""Weights from a Keras HDF5 file of unknown origin -> arrays, checked by names and shapes before they are read.

HDF5 can point outside the file, can link groups in a circle, and can promise more than there is room for; none of it is
followed.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clothier.errors import InputError
from clothier.values import Floats
from clothier.values.names import escaped
from clothier.values.wording import listed

# A layer's name, the shape of its kernel, the shape of its bias.
Wanted = tuple[str, tuple[int, ...], tuple[int, ...]]
_SHOWN = 3  # layers that are named in an error
_INNER = ("model_weights", "layers")
_SMALL = 2**20  # bytes besides a network's weights
_DEEPEST, _MOST = (
    16,
    20_000,
)  # groups in groups, and links in all of a file; the largest network has a tenth of them


def read_convolutions(path: Path, wanted: Sequence[Wanted]) -> list[Floats]:
    """Kernel and bias of each layer in turn, float32, from a .h5 or .weights.h5 file.

    A .h5 file names its layers; a .weights.h5 file of Keras 3 numbers them by kind, in order. Raises InputError for
    a file that cannot be read, links outside itself or in a circle, or lacks a layer, has one too many or one of
    another shape.
    """
    import h5py

    what = "it is not a file"
    try:
        if path.is_file():
            with h5py.File(path, "r") as file:
                layers = _layers(file)
                names = _names(layers, wanted)
                _check_layers(layers, names)
                return [
                    array
                    for name, (_, kernel, bias) in zip(names, wanted, strict=True)
                    for array in _layer(name, layers[name], kernel, bias)
                ]
    except _WrongFileError as error:
        raise InputError(
            f"base weights {path}: the file {error}; wanted VGG19 without its top; {error.remedy}"
        ) from error
    except OSError as error:
        what = error.strerror or "damaged, or no HDF5 file"
    except _DAMAGED:
        what = "damaged"
    raise InputError(f"cannot read base weights {path}: {what}; wanted a Keras .h5 or .weights.h5 file")


def load(path: Path, model: Any, title: str) -> None:
    """Give a network the weights in a file that Keras wrote for the same network. InputError for a file that cannot be
    read, links outside itself or in a circle, holds more than the network, or is another network's."""
    import h5py

    what = "it is not a file"
    try:
        if path.is_file():
            with h5py.File(path, "r") as file:
                size = sum(dataset.nbytes for _, dataset in _datasets(file))
            if size <= 2 * 4 * model.count_params() + _SMALL:
                with warnings.catch_warnings():
                    # Keras warns of layers that the file does not have, and leaves them as they are.
                    warnings.simplefilter("error", UserWarning)
                    model.load_weights(path)
                return
            what = f"it holds {size:,} bytes of numbers, more than the network has"
    except _WrongFileError as error:
        what = f"it {error}"
    except (OSError, UserWarning, *_DAMAGED) as error:
        what = shown(" ".join(str(error).split())[:200]) or "it is damaged"
    raise InputError(
        f"cannot take weights from {path}: {what}; wanted a file of Keras with the weights of {title}, "
        "include_top=False; download it again, or save it so"
    )


class _WrongFileError(Exception):
    """What a file is or does that it must not, in words, and what helps."""

    def __init__(self, what: str, remedy: str = "save the weights again") -> None:
        super().__init__(what)
        self.remedy = remedy


# What h5py and Keras raise over files that are damaged: some of it comes from the library in C as RuntimeError.
_DAMAGED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RuntimeError,
    MemoryError,
    OverflowError,
)


def _datasets(group: Any) -> Iterator[tuple[str, Any]]:
    """The names, from this group on, and the arrays of all that lies below it. Each group is visited once: circles of
    links have no end, and links to one group over and over as good as none."""
    import h5py

    left, seen, count = [("", group, 0)], {_address(group)}, 0
    while left:
        above, parent, depth = left.pop()
        for name in parent:
            count += 1
            path = f"{above}/{name}"
            if count > _MOST:
                raise _WrongFileError(f"has more than {_MOST:,} members")
            if not isinstance(parent.get(name, getlink=True), h5py.HardLink):
                raise _WrongFileError(f"has a link at {shown(path)} that leads elsewhere")
            member = parent[name]
            if isinstance(member, h5py.Group):
                if depth == _DEEPEST:
                    raise _WrongFileError(f"has groups more than {_DEEPEST} deep")
                if _address(member) in seen:
                    raise _WrongFileError(
                        f"has a group at {shown(path)} that is linked in a circle, or twice"
                    )
                seen.add(_address(member))
                left.append((path, member, depth + 1))
            elif isinstance(member, h5py.Dataset):
                _check_stored(path, member)
                yield path, member


def shown(text: str, most: int = 60) -> str:
    """What a file says, as a message may quote it."""
    return escaped(text[:most])


def _address(group: Any) -> tuple[int, int]:
    import h5py

    info = h5py.h5o.get_info(group.id)
    return info.fileno, info.addr


def _check_stored(path: str, dataset: Any) -> None:
    """The numbers must be in the file, and no block of them larger than all of them: one is read whole."""
    if dataset.external or dataset.is_virtual:
        raise _WrongFileError(f"keeps {shown(path)} in another file", "save the weights in one file")
    if dataset.dtype.kind not in "fiub":
        raise _WrongFileError(f"has {shown(path)} of type {str(dataset.dtype)[:40]}, not of numbers")
    if dataset.chunks and math.prod(dataset.chunks) * dataset.dtype.itemsize > dataset.nbytes + _SMALL:
        raise _WrongFileError(f"keeps {shown(path)} in blocks that are larger than it")


Layers = Mapping[str, Sequence[Any]]  # the arrays of each layer


def _layers(file: Any) -> Layers:
    found: dict[str, dict[str, list[Any]]] = {}
    for path, dataset in _datasets(file):
        place, *names = path.split("/")[1:]
        # A whole model saved as .h5 has its layers in one group, and so have the files of Keras 3.
        inner, name = (place, names[0]) if place in _INNER and len(names) > 1 else ("", place)
        found.setdefault(inner, {}).setdefault(name, []).append(dataset)
    return next((found[inner] for inner in (*_INNER, "") if inner in found), {})


def _names(layers: Layers, wanted: Sequence[Wanted]) -> list[str]:
    """What the file calls the wanted layers, in order."""
    if "conv2d" in layers:
        return [f"conv2d_{place}" if place else "conv2d" for place in range(len(wanted))]
    return [layer for layer, _, _ in wanted]


def _check_layers(layers: Layers, names: Sequence[str]) -> None:
    """Raise _WrongFileError unless the layers of those names have weights, and no others."""
    if extra := sorted(set(layers) - set(names)):
        what = listed([shown(name) for name in extra], _SHOWN)
        raise _WrongFileError(
            f"has weights for {what} besides", "save it without its top (include_top=False)"
        )
    if missing := [name for name in names if name not in layers]:
        raise _WrongFileError(
            f"lacks weights for {listed(missing, _SHOWN)}", "save the weights of VGG19, include_top=False"
        )


def _layer(
    name: str, datasets: Sequence[Any], kernel: tuple[int, ...], bias: tuple[int, ...]
) -> list[Floats]:
    by_shape = {tuple(dataset.shape): dataset for dataset in datasets}
    if by_shape.keys() != {kernel, bias}:
        shapes = shown(" and ".join(str(shape) for shape in sorted(by_shape, key=len, reverse=True)), 200)
        raise _WrongFileError(
            f"has {name} of shapes {shapes}, not {kernel} and {bias}", "save the weights of VGG19"
        )
    arrays = []
    for shape in (kernel, bias):
        dataset = by_shape[shape]
        if dataset.dtype.kind != "f":
            raise _WrongFileError(
                f"has {name} of type {dataset.dtype}, not of floating-point numbers", "save it again"
            )
        array = np.asarray(dataset[...], dtype=np.float32)
        if not np.isfinite(array).all():
            raise _WrongFileError(f"has numbers in {name} that are not finite", "save it again")
        arrays.append(array)
    return arrays
