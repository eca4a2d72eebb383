"""An Embedding in one .npz file, without pickles."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.errors import ClothierError, DataError
from clothier.system.files import check_file, write_atomic
from clothier.values import Embedding
from clothier.values.names import escaped

FORMAT = 3  # count up when earlier files can no longer be read
_WITHOUT_DIGEST = 2  # a format of earlier versions, which can
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, TypeError, ValueError, AttributeError, RuntimeError, MemoryError,
    OverflowError,
)  # fmt: skip
_OPTIONAL = ("predictions", "confidence")
_DIGEST = "sha256"  # of all other members: a zip guards the bytes of each, and not which there are


def save(embedding: Embedding, path: Path) -> None:
    """Put the embedding at `path`, in place of what was there. The same embedding gives the same bytes. Raises
    WriteError."""
    arrays = {
        "format": np.array(FORMAT),
        "vectors": embedding.vectors,
        "images": embedding.images,
        "labels": embedding.labels,
        "class_names": np.array(embedding.class_names, np.str_),
        "ids": np.array(embedding.ids, np.str_),
        "source": np.array(embedding.source, np.str_),
        "calibrated": np.array(embedding.calibrated),
    }
    for name in _OPTIONAL:
        column = getattr(embedding, name)
        if column is not None:
            arrays[name] = column
    arrays[_DIGEST] = np.array(_digest(arrays), np.str_)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    write_atomic(path, content.getvalue())


def load(path: Path) -> Embedding:
    """The embedding that `save` put there. Raises DataError where there is none, or it is damaged."""
    check_file(path, DataError)
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            version = int(file["format"])
            if version not in (FORMAT, _WITHOUT_DIGEST):
                raise DataError(
                    f"is of format {version}, and this version reads {_WITHOUT_DIGEST} and {FORMAT}"
                )
            others = {name: file[name] for name in file if name != _DIGEST}
            if version == FORMAT and str(file[_DIGEST]) != _digest(others):
                raise DataError("its members are not those that were written")
            return Embedding(
                vectors=file["vectors"],
                images=file["images"],
                labels=file["labels"],
                class_names=tuple(map(str, file["class_names"])),
                ids=tuple(map(str, file["ids"])),
                source=str(file["source"]),
                calibrated=bool(file["calibrated"]),
                **{name: file[name] for name in _OPTIONAL if name in file},
            )
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; wanted an embedding; `clothier embed` writes one") from error
    except OSError as error:
        raise _unusable(path, error.strerror or "it cannot be read") from error
    except KeyError as error:
        raise _unusable(path, f"it holds no '{escaped(error.args[0].split()[0][:40])}'") from error
    except _DAMAGED as error:
        raise _unusable(path, "it is damaged, or another kind of file") from error
    except ClothierError as error:
        raise _unusable(path, str(error)) from error


def _digest(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """SHA-256 hex over names, dtypes, shapes and bytes."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode() + array.tobytes())
    return total.hexdigest()


def _unusable(path: Path, reason: str) -> DataError:
    return DataError(
        f"{path} is not an embedding ({reason}); wanted an .npz that `clothier embed` wrote; make it again"
    )
