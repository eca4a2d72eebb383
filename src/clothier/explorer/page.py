"""Spaces -> the page: facts, parts, style and script in one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np

from clothier.embed.projections import Pca, Tsne
from clothier.errors import DataError, InputError
from clothier.explorer import packing
from clothier.explorer.packing import Part
from clothier.reports import pages
from clothier.values import Counts, Embedding, Floats, Report

# In an order in which each file comes after those that it imports.
SCRIPTS = (
    "data",
    "dom",
    "camera",
    "colours",
    "search",
    "vectors",
    "selection",
    "state",
    "styling",
    "maps",
    "pictures",
    "raster",
    "marks",
    "mosaic",
    "picking",
    "view",
    "gestures",
    "mapcontrols",
    "panel",
    "toolbar",
    "details",
    "card",
    "main",
)
_SUSPECTS = 500  # as many as anybody looks through


@dataclass(frozen=True, eq=False)
class Space:
    """An embedding and its maps: PCA, and t-SNE by its number of dimensions, 2 or 3. `name` is what readers call it."""

    name: str
    embedding: Embedding
    pca: Pca
    tsne: Mapping[int, Tsne] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Suspects:
    """Images whose label is doubtful: `order` int64 and `scores` float32, the most doubtful first; `space` names the
    space whose neighbours say so."""

    order: Counts
    scores: Floats
    space: str


def render(
    spaces: Sequence[Space],
    title: str,
    suspects: Suspects | None = None,
    notice: str = "",
    report: Report | None = None,
    *,
    repair: str = "",
) -> str:
    """The page as HTML; equal spaces give equal pages. It opens from a file and asks no network for anything.

    `notice` stands under the title; `report` is told (what, done, total). `repair` is the command that repairs the
    labels of a selection, once it is saved as selection.csv; "" for images whose labels cannot be repaired. Raises
    InputError for no space and DataError for spaces of different images.
    """
    _check_spaces(spaces)
    early, late, facts = _parts(spaces)
    if suspects is not None:
        facts["suspects"] = {
            "order": suspects.order[:_SUSPECTS].tolist(),
            "scores": [round(float(score), 4) for score in suspects.scores[:_SUSPECTS]],
            "space": suspects.space,
        }
    facts["repair"] = repair
    facts["parts"] = {name: part.facts() for name, part in (early | late).items()}
    ids = spaces[0].embedding.ids
    texts = _texts(early | late, ids, report)
    script, style = joined(), _read("explorer.css")
    return pages.render(
        "explorer/page.html.j2",
        {
            "title": title,
            "notice": notice,
            "count": len(ids),
            "spaces": [space.name for space in spaces],
            "facts": _json(facts),
            "early": {name: texts[name] for name in early},
            "late": {name: text for name, text in texts.items() if name not in early},
            "script": script,
            "style": style,
            "script_hash": _hash(script),
            "style_hash": _hash(style),
        },
    )


def _check_spaces(spaces: Sequence[Space]) -> None:
    """InputError for no space, DataError for spaces of different images."""
    if not spaces:
        raise InputError("no space to explore; wanted at least one")
    for space in spaces[1:]:
        if space.embedding.ids != spaces[0].embedding.ids:
            raise DataError(
                f"{space.name} and {spaces[0].name} hold different images; wanted the same in each; embed them again"
            )


def _texts(parts: Mapping[str, Part], ids: Sequence[str], report: Report | None) -> dict[str, str]:
    """What the page holds of each part, and of the ids, by name."""
    texts: dict[str, str] = {}
    for name, part in parts.items():
        texts[name] = part.text()
        if report:
            report("packing", len(texts), len(parts) + 1)
    texts["ids"] = packing.encoded(_json(list(ids)).encode())
    if report:
        report("packing", len(texts), len(texts))
    return texts


def joined() -> str:
    """The scripts as one: in order, without import and export, in a scope of their own."""
    parts = [
        re.sub(r"^export ", "", re.sub(r"^import .*\n", "", _read(f"{name}.js"), flags=re.M), flags=re.M)
        for name in SCRIPTS
    ]
    return '"use strict";\n(async () => {\n' + "\n".join(parts) + "})();\n"


def _parts(spaces: Sequence[Space]) -> tuple[dict[str, Part], dict[str, Part], dict[str, Any]]:
    """(what the first picture needs, the rest in the order in which it is wanted, the facts)."""
    first = spaces[-1].embedding  # the one of a run knows predictions
    shown = packing.pictures(first.images)
    early = {"labels": Part(first.labels.astype(np.int16))}
    if first.predictions is not None and first.confidence is not None:
        early["predictions"] = Part(first.predictions.astype(np.int16))
        early["confidence"] = Part(first.confidence)
    late = {"pictures": Part(shown)}
    facts: dict[str, Any] = {
        "count": len(first),
        "class_names": list(first.class_names),
        "predicted": first.predictions is not None,
        "confidence_name": first.confidence_name,
        "suspects": None,
        "picture": {
            "height": shown.shape[1],
            "width": shown.shape[2],
            "channels": shown.shape[3],
            "dark_ground": packing.has_dark_ground(shown),
        },
        "spaces": [],
    }
    for number, space in enumerate(spaces):
        early_of_space, late_of_space, facts_of_space = _parts_of(space, number)
        early |= early_of_space
        late |= late_of_space
        facts["spaces"].append(facts_of_space)
    return early, late, facts


def _parts_of(space: Space, number: int) -> tuple[dict[str, Part], dict[str, Part], dict[str, Any]]:
    """The same of one space, the names of its parts beginning with its number."""
    stored = packing.stored(space.embedding)
    early = {f"{number}-pca": packing.quantised(space.pca.coordinates)}
    late = {} if stored.part is None else {f"{number}-vectors": stored.part}
    maps: dict[str, Any] = {"pca": {"explained": [round(float(share), 6) for share in space.pca.explained]}}
    for dimensions, tsne in space.tsne.items():
        chosen = packing.chosen(len(tsne.iterations))
        early[f"{number}-tsne{dimensions}"] = packing.quantised(tsne.coordinates)
        late[f"{number}-tsne{dimensions}-snapshots"] = packing.snapshots(tsne.snapshots[chosen])
        maps[f"tsne{dimensions}"] = {
            "iterations": tsne.iterations[chosen].tolist(),
            "trustworthiness": round(tsne.trustworthiness, 4),
        }
    facts = {
        "name": space.name,
        "stored": "pictures" if stored.part is None else "vectors",
        "kept": round(stored.kept, 4),
        "maps": maps,
    }
    return early, late, facts


def _json(content: Any) -> str:
    """JSON that may stand in a page: nothing in it can end the element around it."""
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    """What a content security policy calls this text."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return resources.files("clothier.explorer").joinpath(name).read_text(encoding="utf-8")
