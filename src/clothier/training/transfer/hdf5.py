"""Weights from a Keras HDF5 file of unknown origin -> arrays, checked by names and shapes before they are read.

HDF5 can point outside the file and can promise more than there is room for; neither is followed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from clothier.errors import InputError
from clothier.values import Floats
from clothier.values.wording import listed

# A layer's name, the shape of its kernel, the shape of its bias.
Wanted = tuple[str, tuple[int, ...], tuple[int, ...]]
_SHOWN = 3  # layers that are named in an error
_SMALL, _DEEPEST_FILE = 2**20, 16  # bytes besides a network's weights; groups in groups
_DEEPEST = 4  # groups below a layer's; keras nests the layer's name once or twice


def read_convolutions(path: Path, wanted: Sequence[Wanted]) -> list[Floats]:
    """Kernel and bias of each layer in turn, float32, from a .h5 or .weights.h5 file.

    A .h5 file names its layers; a .weights.h5 file of Keras 3 numbers them by kind, in order. Raises InputError for
    a file that cannot be read, links outside itself, or lacks a layer, has one too many or one of another shape.
    """
    import h5py

    if not path.is_file():
        raise InputError(
            f"cannot read base weights {path}: it is not a file; wanted a Keras .h5 or .weights.h5 file"
        )
    try:
        with h5py.File(path, "r") as file:
            groups = _groups(path, file)
            names = _names(groups, wanted)
            _check_layers(path, groups, names)
            return [
                array
                for name, (_, kernel, bias) in zip(names, wanted, strict=True)
                for array in _layer(path, name, groups[name], kernel, bias)
            ]
    except OSError as error:
        reason = error.strerror or "damaged, or no HDF5 file"
        raise InputError(
            f"cannot read base weights {path}: {reason}; wanted a Keras .h5 or .weights.h5 file"
        ) from error


def load(path: Path, model: Any, title: str) -> None:
    """Give a network the weights in a file that Keras wrote for the same network. InputError for a file that cannot be
    read, links outside itself, holds more than the network, or is another network's."""
    import h5py

    what = "it is not a file"
    try:
        if path.is_file():
            with h5py.File(path, "r") as file:
                size = _size(file)
            if size <= 2 * 4 * model.count_params() + _SMALL:
                with warnings.catch_warnings():
                    # Keras warns of layers that the file does not have, and leaves them as they are.
                    warnings.simplefilter("error", UserWarning)
                    model.load_weights(path)
                return
            what = f"it holds {size:,} bytes of numbers, more than the network has"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, UserWarning) as error:
        what = " ".join(str(error).split())[:200] or "it is damaged"
    raise InputError(
        f"cannot take weights from {path}: {what}; wanted a file of Keras with the weights of {title}, "
        "include_top=False; download it again, or save it so"
    )


def _size(group: Any, depth: int = 0) -> int:
    """The bytes of all numbers below a group, none of which lie outside the file."""
    import h5py

    size = 0
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"it has a link at {group.name.rstrip('/')}/{name} that leads elsewhere")
        member = group[name]
        if isinstance(member, h5py.Group) and depth < _DEEPEST_FILE:
            size += _size(member, depth + 1)
        elif isinstance(member, h5py.Dataset):
            if member.external or member.is_virtual:
                raise ValueError(f"it keeps {member.name} in another file")
            size += member.nbytes
    return size


def _names(groups: Mapping[str, Any], wanted: Sequence[Wanted]) -> list[str]:
    """What the file calls the wanted layers, in order."""
    if "conv2d" in groups:
        return [_numbered("conv2d", place) for place in range(len(wanted))]
    return [layer for layer, _, _ in wanted]


def _check_layers(path: Path, groups: Mapping[str, Any], names: Sequence[str]) -> None:
    """InputError unless the layers of those names have weights, and no others."""
    filled = {name for name, group in groups.items() if _datasets(path, group)}
    if extra := sorted(filled - set(names)):
        _refuse(
            path,
            f"has weights for {listed(extra, _SHOWN)} besides",
            "save it without its top (include_top=False)",
        )
    if missing := [name for name in names if name not in filled]:
        _refuse(
            path,
            f"lacks weights for {listed(missing, _SHOWN)}",
            "save the weights of VGG19, include_top=False",
        )


def _groups(path: Path, file: Any) -> dict[str, Any]:
    """The layers' groups by name."""
    root = file
    for inner in ("model_weights", "layers"):  # a whole model saved as .h5; Keras 3's .weights.h5
        if inner in file:
            root = _member(path, file, inner)
    import h5py

    members = {name: _member(path, root, name) for name in root}
    return {name: member for name, member in members.items() if isinstance(member, h5py.Group)}


def _member(path: Path, group: Any, name: str) -> Any:
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        _refuse(
            path,
            f"has a link at {group.name.rstrip('/')}/{name} that leads elsewhere",
            "save the weights again",
        )
    return group[name]


def _datasets(path: Path, group: Any, depth: int = 0) -> list[Any]:
    import h5py

    found = []
    for name in group:
        member = _member(path, group, name)
        if isinstance(member, h5py.Dataset):
            found.append(member)
        elif depth < _DEEPEST:
            found += _datasets(path, member, depth + 1)
    return found


def _layer(path: Path, name: str, group: Any, kernel: tuple[int, ...], bias: tuple[int, ...]) -> list[Floats]:
    datasets = {tuple(dataset.shape): dataset for dataset in _datasets(path, group)}
    if datasets.keys() != {kernel, bias}:
        shapes = " and ".join(str(shape) for shape in sorted(datasets, key=len, reverse=True))
        _refuse(path, f"has {name} of shapes {shapes}, not {kernel} and {bias}", "save the weights of VGG19")
    arrays = []
    for shape in (kernel, bias):
        dataset = datasets[shape]
        if dataset.dtype.kind != "f":
            _refuse(
                path, f"has {name} of type {dataset.dtype}, not of floating-point numbers", "save it again"
            )
        if dataset.external or dataset.is_virtual:
            _refuse(path, f"keeps {name} in another file", "save the weights in one file")
        array = np.asarray(dataset[...], dtype=np.float32)
        if not np.isfinite(array).all():
            _refuse(path, f"has numbers in {name} that are not finite", "save it again")
        arrays.append(array)
    return arrays


def _numbered(kind: str, place: int) -> str:
    return f"{kind}_{place}" if place else kind


def _refuse(path: Path, what: str, remedy: str) -> NoReturn:
    raise InputError(f"base weights {path}: the file {what}; wanted VGG19 without its top; {remedy}")
