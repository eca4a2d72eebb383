"""A model file of unknown origin -> a Bundle that has been checked whole."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from clothier.bundle import archive, bounds, graphs, tensors
from clothier.bundle.archive import GRAPH, LOOKALIKES, MANIFEST, STATISTICS, Archive
from clothier.bundle.contents import Bundle, Lookalikes
from clothier.bundle.manifest import Manifest
from clothier.errors import BundleError
from clothier.system import memory
from clothier.values.fields import parse

MOST_MANIFEST = 2**20  # bytes
MOST_LOOKALIKES = 32 * 2**20


def read(source: str | Path | BinaryIO) -> Bundle:
    """The bundle in that file, or in an open binary file.

    Nothing of it is run, and nothing else is read or written. Raises BundleError, in one line, for whatever is not a
    model file that clothier could have written.
    """
    at = Path(source) if isinstance(source, str) else source
    name = str(at) if isinstance(at, Path) else "the model file"
    try:
        with archive.opened(at) as opened:
            return _read(opened)
    except BundleError as error:
        raise BundleError(
            f"{name} {error}" if str(error).startswith(_VERBS) else f"{name}: {error}"
        ) from error


_SMALL = 256 * 2**20  # bytes that are not worth asking for
_VERBS = ("is ", "has ", "holds ", "cannot ")


def _read(opened: Archive) -> Bundle:
    manifest = Manifest.from_json(parse(opened.read(MANIFEST, MOST_MANIFEST), MANIFEST))
    given, listed = set(opened.sizes) - {MANIFEST}, set(manifest.members)
    if given != listed:
        raise BundleError(
            f"manifest.json lists {', '.join(sorted(listed)) or 'nothing'}; "
            f"wanted what is there, {', '.join(sorted(given))}"
        )
    sizes = {
        GRAPH: bounds.MOST_BYTES,
        STATISTICS: bounds.statistics(manifest.num_features, len(manifest.class_names)),
        LOOKALIKES: MOST_LOOKALIKES,
    }
    if (total := sum(opened.sizes.values())) > bounds.MOST_BYTES:
        raise BundleError(f"has {total:,} bytes of members; wanted at most {bounds.MOST_BYTES:,}")
    for member in listed:
        if opened.sizes[member] > sizes[member]:
            raise BundleError(
                f"{member} has {opened.sizes[member]:,} bytes; wanted at most {sizes[member]:,}"
            )
        opened.check(member, manifest.members[member])
    statistics = (
        tensors.load(opened.read(STATISTICS, sizes[STATISTICS]), STATISTICS) if STATISTICS in listed else {}
    )
    lookalikes = _lookalikes(opened, manifest) if LOOKALIKES in listed else None
    # Last, for it is the largest, and the others take twice their size while they are loaded.
    _check_memory(2 * opened.sizes[GRAPH])  # the runtime makes weights of its own
    graph = opened.read(GRAPH, sizes[GRAPH])
    cost = graphs.check(graph, manifest.image_shape, len(manifest.class_names), manifest.num_features)
    _check_memory(len(graph) + cost.memory)
    return Bundle(manifest=manifest, graph=graph, statistics=statistics, lookalikes=lookalikes)


def _check_memory(needed: int) -> None:
    """Raise BundleError if a network that needs `needed` bytes does not fit into memory."""
    if needed > _SMALL and (free := memory.available()) is not None and needed > free:
        raise BundleError(
            f"has a network that takes about {needed:,} bytes of memory; {free:,} are free here; "
            "wanted a machine with more, or a smaller network"
        )


def _lookalikes(opened: Archive, manifest: Manifest) -> Lookalikes:
    arrays = tensors.load(opened.read(LOOKALIKES, MOST_LOOKALIKES), LOOKALIKES)
    if set(arrays) != {"images", "labels", "features", "ids"}:
        raise BundleError(
            f"{LOOKALIKES} has other arrays than images, labels, features and ids; wanted those"
        )
    made = Lookalikes(**arrays)
    if made.images.shape[1:] != manifest.image_shape or made.features.shape[1] != manifest.num_features:
        raise BundleError(f"{LOOKALIKES} has images or features of another shape than the network's")
    if len(made.labels) and not 0 <= made.labels.min() <= made.labels.max() < len(manifest.class_names):
        raise BundleError(
            f"{LOOKALIKES} has labels outside the classes; wanted 0 to {len(manifest.class_names) - 1}"
        )
    return made
