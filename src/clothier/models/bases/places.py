"""Where the weights of pretrained bases are on this machine. No Keras here."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from clothier.models.bases.table import BASES

# Where keras.applications takes weights from.
_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications/"


def packaged(name: str) -> Path | None:
    """The file in the package of a base, which is looked for but not imported; None where there is none."""
    base = BASES[name]
    found = importlib.util.find_spec(base.package)
    folders = list(found.submodule_search_locations or ()) if found else []
    paths = [Path(folder) / base.file for folder in folders]
    return next((path for path in paths if path.is_file()), None)


def downloaded(name: str) -> Path | None:
    """The file that Keras keeps of a base; None where it has not been downloaded."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    path = home / "models" / Path(BASES[name].file).name
    return path if path.is_file() else None


def url(name: str) -> str:
    """Where Keras downloads the weights of a base from."""
    return _KERAS + BASES[name].file


def state(name: str) -> str:
    """installed or not installed in a package, downloaded or to download by Keras."""
    if BASES[name].package:
        return "not installed" if packaged(name) is None else "installed"
    return "to download" if downloaded(name) is None else "downloaded"
