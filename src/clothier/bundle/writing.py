"""A Bundle -> a model file."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from clothier.bundle import archive, graphs, tensors
from clothier.bundle.contents import Bundle
from clothier.bundle.reading import read
from clothier.errors import BundleError
from clothier.system.files import write_atomic


def write(path: Path, bundle: Bundle) -> None:
    """Put the model file at `path` in one atomic step: equal bundles give equal bytes.

    Raises BundleError for a bundle that `read` would refuse, WriteError where the file cannot be written.
    """
    try:
        data = pack(bundle)
        read(io.BytesIO(data))
    except BundleError as error:
        raise BundleError(f"no model file {path} is written, since it could not be read: {error}") from error
    write_atomic(path, data)


def pack(bundle: Bundle) -> bytes:
    """The bytes of the model file. Raises BundleError for a graph that gives no features."""
    members = {archive.GRAPH: bundle.graph, archive.STATISTICS: tensors.dump(bundle.statistics)}
    if bundle.lookalikes is not None:
        members[archive.LOOKALIKES] = tensors.dump(bundle.lookalikes.as_tensors())
    listed = {name: archive.member_of(members[name]) for name in archive.NAMES if name in members}
    features = graphs.width_of_features(bundle.graph)
    manifest = replace(bundle.manifest, members=listed, num_features=features)
    text = json.dumps(manifest.as_json(), indent=2, ensure_ascii=False) + "\n"
    return archive.pack({archive.MANIFEST: text.encode(), **members})
