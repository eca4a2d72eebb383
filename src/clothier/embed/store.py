"""An Embedding in one .npz file, without pickles."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from clothier.errors import ClothierError, DataError
from clothier.system.files import check_file, write_atomic
from clothier.values import Embedding

FORMAT = 2  # count up when earlier files can no longer be read
_OPTIONAL = ("predictions", "confidence")


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
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    write_atomic(path, content.getvalue())


def load(path: Path) -> Embedding:
    """The embedding that `save` put there. Raises DataError where there is none, or it is damaged."""
    check_file(path, DataError)
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if int(file["format"]) != FORMAT:
                raise DataError(f"is of format {int(file['format'])}, and this version reads {FORMAT}")
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
        raise _unusable(path, f"it holds no '{error.args[0].split()[0]}'") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, TypeError, ValueError, AttributeError) as error:
        raise _unusable(path, "it is damaged, or another kind of file") from error
    except ClothierError as error:
        raise _unusable(path, str(error)) from error


def _unusable(path: Path, reason: str) -> DataError:
    return DataError(
        f"{path} is not an embedding ({reason}); wanted an .npz that `clothier embed` wrote; make it again"
    )
