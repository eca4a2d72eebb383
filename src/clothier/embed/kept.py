"""Projections, computed once and kept on disk.

Each is named by a digest of what decides the result.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, cast, overload

import numpy as np

from clothier.data.cache import arrays, location
from clothier.embed import projections
from clothier.embed.projections import Method, Pca, Projection, Tsne, Umap
from clothier.errors import InputError, WriteError
from clothier.system.version import __version__
from clothier.values import Embedding, Floats, Report, Tell

FORMAT = 1  # count up when the same vectors would give another result
_SILENT = ("report", "jobs", "vectors")  # arguments that decide nothing, or are told by the fingerprint


@overload
def cached(
    embedding: Embedding,
    method: Literal["pca"],
    parameters: Mapping[str, Any] | None = ...,
    folder: Path | None = ...,
    report: Report | None = ...,
    warn: Tell | None = ...,
) -> Pca: ...
@overload
def cached(
    embedding: Embedding,
    method: Literal["tsne"],
    parameters: Mapping[str, Any] | None = ...,
    folder: Path | None = ...,
    report: Report | None = ...,
    warn: Tell | None = ...,
) -> Tsne: ...
@overload
def cached(
    embedding: Embedding,
    method: Literal["umap"],
    parameters: Mapping[str, Any] | None = ...,
    folder: Path | None = ...,
    report: Report | None = ...,
    warn: Tell | None = ...,
) -> Umap: ...
@overload
def cached(
    embedding: Embedding,
    method: str,
    parameters: Mapping[str, Any] | None = ...,
    folder: Path | None = ...,
    report: Report | None = ...,
    warn: Tell | None = ...,
) -> Projection: ...
def cached(
    embedding: Embedding,
    method: str,
    parameters: Mapping[str, Any] | None = None,
    folder: Path | None = None,
    report: Report | None = None,
    warn: Tell | None = None,
) -> Projection:
    """What that method of `projections` makes of the vectors with those keyword parameters: computed when first asked
    for, then read. `seconds` are those of the computation.

    `folder` None is the user's cache; where nothing can be written there, the result is kept elsewhere or not at all,
    and `warn` is told. A file that is damaged counts for nothing, and `warn` is told. Raises InputError for an unknown
    method or parameter, WriteError where `folder` cannot be written, and as the method.
    """
    entry = projections.get(method)
    described = _describe(method, entry, parameters or {}, embedding.vectors)
    key = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:32]
    folders, name = location.of_user("projections") if folder is None else [folder], f"{method}-{key}.npz"
    tell = warn or (lambda sentence: None)
    found = cast("Projection | None", location.find(folders, lambda place: _read(place / name, entry), tell))
    if found is not None:
        return found
    arguments = {**(parameters or {}), **({"report": report} if _takes(entry, "report") else {})}
    made = cast("Projection", entry.project(embedding.vectors, **arguments))
    values = {field.name: getattr(made, field.name) for field in fields(made)}
    if any(np.asarray(value).dtype.hasobject for value in values.values()):
        return made  # a file of arrays cannot hold it
    more = {"source": embedding.source, "seconds": round(made.seconds, 3), "quality": made.quality}
    about = f"{method} of {len(embedding):,} images ({embedding.source})"
    try:  # a t-SNE of 10,000 images with its way there takes 6 MB
        location.put(
            folders, lambda place: arrays.write(place / name, values, {**described, **more}, about), tell
        )
    except WriteError as error:
        if folder is not None:
            raise
        location.tell_once(
            f"projections cannot be kept ({error.reason}), so each is computed again; {location.REMEDY}", tell
        )
    return made


def _takes(entry: Method, name: str) -> bool:
    return name in inspect.signature(entry.project).parameters


def _describe(method: str, entry: Method, parameters: Mapping[str, Any], vectors: Floats) -> dict[str, Any]:
    """Everything that determines the result."""
    known = {
        name: parameter.default
        for name, parameter in inspect.signature(entry.project).parameters.items()
        if name not in _SILENT
    }
    for name in parameters:
        if name not in known and name != "jobs":
            raise InputError(f"{method} has no parameter '{name}'; it has: {', '.join(known)}")
    packages = ("numpy", "scikit-learn", *entry.packages)
    return {
        "format": FORMAT,
        "method": method,
        "parameters": {name: parameters.get(name, default) for name, default in known.items()},
        "versions": {"clothier": __version__, **{name: _version(name) for name in packages}},
        "vectors": {"shape": list(vectors.shape), "sha256": _digest(vectors)},
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # the method will say what is missing
        return ""


def _digest(vectors: Floats) -> str:
    return hashlib.sha256(np.ascontiguousarray(vectors).data).hexdigest()


def _read(path: Path, entry: Method) -> Projection | None:
    """The result kept in that file; None if there is none. DamagedError as `arrays.read`."""
    kept = arrays.read(path)
    if kept is None:
        return None
    values = {name: value if value.ndim else value.item() for name, value in kept.items()}
    try:
        return cast("Projection", entry.gives(**values))
    except TypeError:  # of an earlier version
        return None
