"""A few images of the judged split, which a run keeps so that its grids can be drawn without its data."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from clothier.bundle import tensors
from clothier.errors import BundleError, RunError
from clothier.values import Images, Labels
from clothier.values.fields import Fields, parse

MOST_BYTES = 32 * 2**20  # of images


@dataclass(frozen=True, eq=False)
class Samples:
    """`images` uint8 (n, height, width, channels) with their `labels` and `rows` in the judged split, int64 (n,), the
    rows ascending; `files` names the file of each, as in Split."""

    rows: Labels
    images: Images
    labels: Labels
    files: tuple[str, ...] = ()

    def pack(self) -> bytes:
        files = np.frombuffer(json.dumps({"files": self.files}).encode(), np.uint8)
        return tensors.dump({"rows": self.rows, "images": self.images, "labels": self.labels, "files": files})

    @classmethod
    def unpack(cls, data: bytes, where: str, image_shape: tuple[int, int, int]) -> Samples:
        """What `pack` gave; RunError where it is damaged, or of images of another shape."""
        try:
            arrays = tensors.load(data, where)
        except BundleError as error:
            raise RunError(str(error)) from error
        kinds = {name: (array.dtype.name, array.shape[1:]) for name, array in arrays.items()}
        if kinds != {
            "rows": ("int64", ()),
            "images": ("uint8", image_shape),
            "labels": ("int64", ()),
            "files": ("uint8", ()),
        }:
            raise RunError(
                f"{where} holds other arrays than images of {image_shape}; wanted what clothier wrote"
            )
        rows, images, labels = arrays["rows"], arrays["images"], arrays["labels"]
        fields = Fields(parse(arrays["files"].tobytes(), where, RunError), where, RunError)
        files = fields.items("files", len(rows))
        if len(files) not in (0, len(rows)) or not all(isinstance(file, str) for file in files):
            fields.refuse("files", files, "a name for each image")
        if not len(rows) == len(images) == len(labels) or (np.diff(rows) <= 0).any() or (rows < 0).any():
            raise RunError(f"{where} is damaged (its rows do not ascend); wanted what clothier wrote")
        return cls(rows, images, labels, tuple(files))

    def find(self, rows: Labels) -> Labels:
        """The places of those rows among the images, as far as they are there without a gap."""
        if not len(self.rows):
            return rows[:0]
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        missing = np.flatnonzero(self.rows[places] != rows)
        return np.asarray(places[: missing[0]] if len(missing) else places, np.int64)
