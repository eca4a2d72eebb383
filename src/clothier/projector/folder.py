"""Tensors -> a folder that TensorBoard's Embedding Projector reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clothier.errors import InputError, WriteError
from clothier.projector import bookmarks, metadata, sprite, tensors
from clothier.runs import events
from clothier.system.files import shortened, write_atomic
from clothier.values import Images

CONFIG = "projector_config.pbtxt"
MARK = "events.out.tfevents.projector"  # by its name TensorBoard lists the folder as a run, and we know it as ours


@dataclass(frozen=True, eq=False)
class ShownTensor:
    """Vectors (n, d) under a name, with what is known of each row, its image and views of them, where there are."""

    name: str
    vectors: npt.NDArray[np.generic]
    columns: metadata.Columns | None = None
    images: Images | None = None
    views: Sequence[bookmarks.View] = ()


def write(folder: Path, shown: Sequence[ShownTensor]) -> list[Path]:
    """The files of a folder for TensorBoard, the configuration last. The page opens the first tensor of those with
    most rows.

    A folder that this function wrote is written again. Raises DataError where TensorBoard cannot show a tensor or its
    images, InputError for a folder that holds anything else, both before a file is touched; WriteError.
    """
    check_ours(folder)
    contents: dict[str, bytes] = {}
    config = "".join(_entry(name, tensor, contents) for name, tensor in _named(shown))
    path = folder / CONFIG
    old = _files_of(path)
    try:
        path.unlink(missing_ok=True)  # until the new one is there, the folder shows nothing
    except OSError as error:
        raise WriteError(path, error) from error
    events.mark(folder / MARK)
    for name, content in contents.items():
        write_atomic(folder / name, content)
    for name in old - contents.keys():
        (folder / name).unlink(missing_ok=True)
    write_atomic(path, config)
    return [folder / MARK, *(folder / name for name in contents), path]


def check_images(images: Images) -> None:
    """DataError for fewer or more images than TensorBoard shows: to be asked before vectors are computed."""
    tensors.check_rows("images", len(images))
    sprite.check(images)


def check_ours(folder: Path) -> None:
    """InputError for a folder in use for something else, or a file."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; wanted a folder; choose another place with --out")
    if folder.is_dir() and not (folder / MARK).exists():
        strangers = sorted(path.name for path in folder.iterdir())
        if strangers:
            raise InputError(
                f"{folder} holds files that are not of a projector folder, such as {strangers[0]}; wanted a new or "
                "an empty folder; choose another place with --out"
            )


def _named(shown: Sequence[ShownTensor]) -> list[tuple[str, ShownTensor]]:
    """Each tensor with its name in the page: in addresses, which the page does not encode, and in this order."""
    names = [re.sub(r"[^A-Za-z0-9._-]+", "-", tensor.name).strip("-.") for tensor in shown]
    slugs = [shortened(name) or "tensor" for name in names]
    if len(shown) == 1:
        return [(slugs[0], shown[0])]
    width = len(str(len(shown)))
    return [
        (f"{place:0{width}}-{slug}", tensor)
        for place, (slug, tensor) in enumerate(zip(slugs, shown, strict=True), start=1)
    ]


def _entry(name: str, tensor: ShownTensor, contents: dict[str, bytes]) -> str:
    """The tensor's part of the configuration; its files are added to `contents`."""
    vectors = tensors.fit(tensor.name, tensor.vectors)
    contents[f"{name}.bytes"] = tensors.encode(vectors)
    lines = [
        f'tensor_name: "{name}"',
        f'tensor_path: "{name}.bytes"',
        *(f"tensor_shape: {size}" for size in vectors.shape),
    ]
    if tensor.columns:
        lines.append(f'metadata_path: "{_put(contents, "metadata.tsv", metadata.table(tensor.columns))}"')
    if tensor.views:
        column = (
            "label" if "label" in (tensor.columns or {}) else next(iter(tensor.columns or {}), "__index__")
        )
        content = bookmarks.encode(tensor.views, vectors.shape[1], column)
        lines.append(f'bookmarks_path: "{_put(contents, "bookmarks.json", content)}"')
    if tensor.images is not None:
        place, side = _put(contents, "sprite.png", sprite.draw(tensor.images)), sprite.side(tensor.images)
        lines.append(f'sprite {{ image_path: "{place}" single_image_dim: {side} single_image_dim: {side} }}')
    return "embeddings {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _put(contents: dict[str, bytes], name: str, content: bytes) -> str:
    """The name under which the content lies: what several tensors share lies there once, what differs is numbered."""
    stem, suffix = name.split(".")
    number, free = 1, name
    while contents.setdefault(free, content) != content:
        number += 1
        free = f"{stem}-{number}.{suffix}"
    return free


def _files_of(config: Path) -> set[str]:
    """The files in its own folder that a configuration of ours names."""
    return set(re.findall(r'_path: "([\w.-]+)"', config.read_text())) if config.is_file() else set()
