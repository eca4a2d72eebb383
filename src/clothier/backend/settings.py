"""Keras's settings: what our networks rely on, whatever the user's keras.json says."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clothier.backend.door import keras

_HOME = "KERAS_HOME"


def set_ours() -> None:
    """What our networks are written for; keras.json, or the caller, may have chosen otherwise."""
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)


@contextmanager
def readable() -> Iterator[None]:
    """Keras and TensorFlow can be imported meanwhile: both read keras.json then, and fail where it is damaged. In that
    case they are shown an empty folder instead."""
    before = os.environ.get(_HOME)
    if _is_sound(Path(before or "~/.keras").expanduser() / "keras.json"):
        yield
        return
    with tempfile.TemporaryDirectory() as empty:
        os.environ[_HOME] = empty
        try:
            yield
        finally:
            del os.environ[_HOME]
            if before is not None:
                os.environ[_HOME] = before


def _is_sound(file: Path) -> bool:
    """Whether Keras can read the file, by the rules of keras/src/backend/config.py."""
    try:
        content = json.loads(file.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return (
        isinstance(content, dict)
        and content.get("floatx", "float32") in ("float16", "float32", "float64")
        and isinstance(content.get("epsilon", 1e-7), float)
        and content.get("image_data_format", "channels_last") in ("channels_last", "channels_first")
        and not content.get("nnx_enabled")  # needs a package that we do not use
    )
