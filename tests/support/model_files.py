"""Model files made by hand: a tiny network that nobody trained, and everything that can be done to its file."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from clothier import export, models
from clothier.bundle import Bundle, Lookalikes, Manifest, pack
from clothier.models.plan import Plan

Members = dict[str, bytes]

PLAN = Plan("cnn1", (6, 5, 1), 3)
FEATURES = 128  # that it computes its logits from
RNG = np.random.default_rng(4)


MANIFEST = Manifest(
    image_shape=PLAN.image_shape,
    class_names=("shoe", "bag & <hat>", "Mütze"),
    preprocessing={"photos": "doctor"},
    source="generated:300",
    fingerprint="f" * 64,
    scores={"test": {"images": 90, "loss": 0.5, "accuracy": 0.8}},
    recipe={"name": "cnn1", "epochs": 2, "learning_rate": 0.001},
    versions={"keras": "3.15.1"},
    temperature=1.25,
    thresholds={"sure": 0.9, "possible": 0.1},
    photo_thresholds={"temperature": 1.25, "possible": 0.1},
    card="What it is.\nWhat it is not for.\n",
)


@functools.cache
def made() -> Bundle:
    """A cnn1 on images of 6x5 and three classes, with statistics and look-alikes."""
    model = models.build_plan(PLAN)
    features = FEATURES
    return Bundle(
        manifest=MANIFEST,
        graph=export.emit(model),
        statistics={"centre": RNG.normal(size=features).astype(np.float32)},
        lookalikes=Lookalikes(
            images=RNG.integers(0, 256, (7, 6, 5, 1), dtype=np.uint8),
            labels=np.arange(7) % 3,
            features=RNG.normal(size=(7, features)).astype(np.float32),
            ids=np.arange(7) * 10,
        ),
    )


def members() -> Members:
    """What the archive of that bundle holds, by name."""
    with zipfile.ZipFile(io.BytesIO(pack(made()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(
    parts: Members | list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_STORED
) -> bytes:
    """A zip of those members, by Python's own hand."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, data)
    return file.getvalue()


def sealed(parts: Members, method: int = zipfile.ZIP_STORED, **changes: Any) -> bytes:
    """A model file of those members whose manifest has their true sizes and hashes, and those changes."""
    content = json.loads(parts["manifest.json"])
    content["members"] = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in parts.items()
        if name != "manifest.json"
    }
    return zipped({**parts, "manifest.json": json.dumps(content | changes).encode()}, method)


def with_member(name: str, data: bytes) -> bytes:
    return sealed({**members(), name: data})


def with_manifest(**changes: Any) -> bytes:
    return sealed(members(), **changes)


def with_graph(change: Callable[[onnx.ModelProto], object]) -> bytes:
    """A model file whose graph was changed by that function."""
    model = onnx.load_from_string(made().graph)
    change(model)
    return with_member("model.onnx", model.SerializeToString())


def tensors(arrays: dict[str, npt.NDArray[Any]], kinds: dict[str, str] | None = None) -> bytes:
    """The safetensors form of those arrays, by our own hand; `kinds` are types that are claimed for them."""
    own = {"float32": "F32", "int64": "I64", "uint8": "U8", "float16": "F16"}
    entries, place = {}, 0
    for name, array in arrays.items():
        kind = (kinds or {}).get(name, own[str(array.dtype)])
        entries[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    return headed(entries, b"".join(array.tobytes() for array in arrays.values()))


def headed(entries: dict[str, Any], data: bytes) -> bytes:
    """A safetensors file with that header."""
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + data


def manifest(**changes: Any) -> Manifest:
    return replace(MANIFEST, **changes)
