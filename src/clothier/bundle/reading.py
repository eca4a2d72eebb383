"""A model file of unknown origin -> a Bundle that has been checked whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from clothier.backend import available_memory
from clothier.bundle import archive, bounds, graphs, tensors
from clothier.bundle.archive import GRAPH, LOOKALIKES, MANIFEST, STATISTICS, WEIGHTS, Archive, Source
from clothier.bundle.contents import Bundle, Lookalikes
from clothier.bundle.manifest import Manifest
from clothier.errors import BundleError
from clothier.models import shapes
from clothier.values import Floats
from clothier.values.fields import parse

MOST_MANIFEST = 2**20  # bytes
MOST_LOOKALIKES = 32 * 2**20


def read(source: str | Path | BinaryIO) -> Bundle:
    """The bundle in that file, or in an open binary file; weights are loaded when first looked at.

    Nothing of it is run, and nothing else is read or written. Raises BundleError, in one line, for whatever is not a
    model file that clothier could have written.
    """
    at = Path(source) if isinstance(source, str) else source
    name = str(at) if isinstance(at, Path) else "the model file"
    try:
        with archive.opened(at) as opened:
            return _read(opened, at, name)
    except BundleError as error:
        raise BundleError(
            f"{name} {error}" if str(error).startswith(_VERBS) else f"{name}: {error}"
        ) from error


_SMALL = 256 * 2**20  # bytes that are not worth asking for
_VERBS = ("is ", "has ", "holds ", "cannot ")


def _read(opened: Archive, source: Source, name: str) -> Bundle:
    manifest = Manifest.from_json(parse(opened.read(MANIFEST, MOST_MANIFEST), MANIFEST))
    given, listed = set(opened.sizes) - {MANIFEST}, set(manifest.members)
    if given != listed:
        raise BundleError(
            f"manifest.json lists {', '.join(sorted(listed)) or 'nothing'}; "
            f"wanted what is there, {', '.join(sorted(given))}"
        )
    wanted, most = shapes.of(manifest.plan), bounds.of(manifest.plan)
    sizes = {
        GRAPH: most.graph,
        WEIGHTS: most.weights,
        STATISTICS: most.statistics,
        LOOKALIKES: MOST_LOOKALIKES,
    }
    for member in listed:
        if opened.sizes[member] > sizes[member]:
            raise BundleError(
                f"{member} has {opened.sizes[member]:,} bytes; wanted at most {sizes[member]:,}"
            )
        opened.check(member, manifest.members[member])
    if WEIGHTS in listed:
        start = opened.start(WEIGHTS, 8 + tensors.MOST_HEADER)
        _check_weights(tensors.header(start, opened.sizes[WEIGHTS], WEIGHTS), wanted)
    statistics = (
        tensors.load(opened.read(STATISTICS, most.statistics), STATISTICS) if STATISTICS in listed else {}
    )
    lookalikes = _lookalikes(opened, manifest) if LOOKALIKES in listed else None
    # Last, for it is the largest, and the others take twice their size while they are loaded.
    _check_memory(most.memory)
    graph = opened.read(GRAPH, most.graph)
    graphs.check(graph, manifest.plan)
    return Bundle(
        manifest=manifest,
        graph=graph,
        weights=Weights(source, name, manifest, wanted) if WEIGHTS in listed else {},
        statistics=statistics,
        lookalikes=lookalikes,
    )


def _check_memory(needed: int) -> None:
    """BundleError where a network that takes so many bytes would not fit."""
    if needed > _SMALL and (free := available_memory()) is not None and needed > free:
        raise BundleError(
            f"has a network that takes about {needed:,} bytes of memory; {free:,} are free here; "
            "wanted a machine with more, or a smaller network"
        )


class Weights(Mapping[str, Floats]):
    """The weights of a model file, loaded from it when first looked at; BundleError where it has changed since."""

    def __init__(self, source: Source, name: str, manifest: Manifest, wanted: shapes.Shapes) -> None:
        self._source, self._name, self._manifest, self._wanted = source, name, manifest, wanted
        self._arrays: dict[str, Floats] | None = None

    def __getitem__(self, key: str) -> Floats:
        return self._loaded()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._wanted)

    def __len__(self) -> int:
        return len(self._wanted)

    def _loaded(self) -> dict[str, Floats]:
        if self._arrays is None:
            member = self._manifest.members[WEIGHTS]
            try:
                with archive.opened(self._source) as opened:
                    if WEIGHTS not in opened.sizes:
                        raise BundleError(
                            "has no weights any more; it changed since it was opened; open it again"
                        )
                    opened.check(WEIGHTS, member)
                    self._arrays = tensors.load(opened.read(WEIGHTS, member.bytes), WEIGHTS)
            except BundleError as error:
                raise BundleError(f"{self._name}: {error}") from error
        return self._arrays


def _check_weights(given: dict[str, tuple[str, tuple[int, ...]]], wanted: shapes.Shapes) -> None:
    """BundleError where weights are not those of the plan."""
    for name in [*wanted, *given]:
        there = given.get(name)
        if name not in wanted:
            raise BundleError(f"{WEIGHTS} has an array {ascii(name)[:60]} that the architecture has not")
        if there != ("F32", wanted[name]):
            came = f"{there[0]} {there[1]}" if there else "missing"
            raise BundleError(
                f"{WEIGHTS}: {name} is {came}; wanted F32 {wanted[name]}, as the architecture has it"
            )


def _lookalikes(opened: Archive, manifest: Manifest) -> Lookalikes:
    arrays = tensors.load(opened.read(LOOKALIKES, MOST_LOOKALIKES), LOOKALIKES)
    if set(arrays) != {"images", "labels", "features", "ids"}:
        raise BundleError(
            f"{LOOKALIKES} has other arrays than images, labels, features and ids; wanted those"
        )
    made = Lookalikes(**arrays)
    if made.images.shape[1:] != manifest.image_shape or made.features.shape[1] != shapes.num_features(
        manifest.plan
    ):
        raise BundleError(f"{LOOKALIKES} has images or features of another shape than the network's")
    if len(made.labels) and not 0 <= made.labels.min() <= made.labels.max() < len(manifest.class_names):
        raise BundleError(
            f"{LOOKALIKES} has labels outside the classes; wanted 0 to {len(manifest.class_names) - 1}"
        )
    return made
