"""A projector folder -> what TensorBoard answers when its page asks for it, and what the page would make of that."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from clothier.errors import DataError
from clothier.projector import sprite, tensors
from clothier.projector.folder import CONFIG


@dataclass(frozen=True)
class Finding:
    """What the page shows of one tensor, in words by part, and what is wrong with it, a sentence each."""

    name: str
    shows: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _AnswerError(Exception):
    """TensorBoard answers otherwise than with 200, or not at all."""


def check(folder: Path) -> list[Finding]:
    """A finding a tensor of the folder, read by TensorBoard itself, each file as the page asks for it.

    Raises DataError where there is nothing to read, or where TensorBoard fails on the folder as a whole.
    """
    config = folder / CONFIG
    if not config.is_file():
        raise DataError(f"{folder} has no {CONFIG}; wanted a folder that `clothier projector` wrote")
    for path in sorted(folder.glob("*.bytes")):
        with path.open("rb") as file:
            if tensors.is_text(tensors.first_line(file.read())):
                raise DataError(
                    f"{path} reads as text, and TensorBoard answers every request with an error; "
                    "write it again with `clothier projector`"
                )
    try:
        ask = _asking(folder)
        if "." not in json.loads(ask("runs")):
            raise _AnswerError("it sees no tensor in it")
        entries = json.loads(ask("info")).get("embeddings", [])
    except _AnswerError as error:
        raise DataError(f"TensorBoard does not take {folder}: {error}; write it again") from error
    return [_look(entry, ask) for entry in entries]


def _asking(folder: Path) -> Callable[..., bytes]:
    """A function that gives what TensorBoard answers at a route of its projector; no port is opened."""
    from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
    from werkzeug.test import Client

    # So that TensorBoard reads files by itself: TensorFlow, which it prefers, is slow to load and talks meanwhile.
    sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))
    logdir = str(folder.resolve())
    runs = EventMultiplexer().AddRunsFromDirectory(logdir)
    runs.Reload()
    plugin = ProjectorPlugin(TBContext(data_provider=MultiplexerDataProvider(runs, logdir), logdir=logdir))
    routes = plugin.get_plugin_apps()

    def ask(route: str, name: str = "") -> bytes:
        query = {"run": ".", "name": name, "num_rows": str(tensors.MAX_ROWS)}
        try:
            answer = Client(routes[f"/{route}"]).get("/", query_string=query)
        except Exception as error:  # whatever goes wrong there becomes a 500 in a server
            raise _AnswerError(f"{type(error).__name__}: {' '.join(str(error).split())}") from error
        if answer.status_code != 200:
            raise _AnswerError(" ".join(answer.text.split()))
        return bytes(answer.data)

    return ask


def _look(entry: dict[str, Any], ask: Callable[..., bytes]) -> Finding:
    finding = Finding(entry["tensorName"])
    looks: dict[str, tuple[bool, Callable[[dict[str, Any], bytes], str]]] = {
        "tensor": (True, _tensor),
        "metadata": ("metadataPath" in entry, _metadata),
        "sprite_image": ("imagePath" in entry.get("sprite", {}), _sprite),
        "bookmarks": ("bookmarksPath" in entry, _bookmarks),
    }
    for route, (wanted, look) in looks.items():
        try:
            finding.shows[route] = look(entry, ask(route, finding.name)) if wanted else ""
        except (_AnswerError, DataError) as error:
            finding.faults.append(f"{finding.name}: {route.replace('_', ' ')}: {error}")
        except (KeyError, TypeError, ValueError, OSError) as error:
            finding.faults.append(f"{finding.name}: {route.replace('_', ' ')}: is damaged ({error})")
    return finding


def _tensor(entry: dict[str, Any], content: bytes) -> str:
    rows, columns = entry["tensorShape"]
    values = np.frombuffer(content, np.float32).reshape(rows, columns)
    tensors.fit(entry["tensorName"], values)
    if columns < tensors.MIN_COLUMNS:
        raise DataError(f"has {columns} columns; the page draws nothing below {tensors.MIN_COLUMNS}")
    return f"{rows:,} x {columns:,}"


def _metadata(entry: dict[str, Any], content: bytes) -> str:
    lines = [line for line in content.decode().split("\n") if line.strip()]
    header = lines[0].split("\t") if "\t" in lines[0] else ["label"]
    cells = [line.split("\t") for line in (lines[1:] if len(header) > 1 else lines)]
    if len(cells) != entry["tensorShape"][0]:
        raise DataError(f"has {len(cells):,} rows; the tensor has {entry['tensorShape'][0]:,}")
    for place, row in enumerate(cells, start=1):
        if len(row) != len(header) or not all(row):
            raise DataError(f"row {place} has {len(list(filter(None, row)))} filled cells of {len(header)}")
    return ", ".join(header) if len(header) > 1 else "one column"


def _sprite(entry: dict[str, Any], content: bytes) -> str:
    width, height = entry["sprite"]["singleImageDim"]
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        size = picture.size
    if max(size) > sprite.MAX_SIDE:
        raise DataError(f"is {size[0]} x {size[1]} pixels; the page takes at most {sprite.MAX_SIDE}")
    across, down = size[0] / width, size[1] / height
    if across != down or across % 1:  # the page counts the rows of cells by their columns
        raise DataError(f"holds {across:g} x {down:g} thumbnails; wanted as many rows as columns")
    if across * down < entry["tensorShape"][0]:
        raise DataError(
            f"holds {across * down:,.0f} thumbnails; the tensor has {entry['tensorShape'][0]:,} rows"
        )
    return f"{size[0]} x {size[1]}"


def _bookmarks(entry: dict[str, Any], content: bytes) -> str:
    states = json.loads(content)
    for state in states:
        if state["dataSetDimensions"] != entry["tensorShape"]:
            raise DataError(f"'{state['label']}' is of a tensor {state['dataSetDimensions']}")
        values = np.array([list(point.values()) for point in state["projections"]], np.float64)
        if len(values) != entry["tensorShape"][0] or not np.isfinite(values).all():
            raise DataError(f"'{state['label']}' has no finite coordinates for each row")
    return ", ".join(state["label"] for state in states)
