"""Packages that an extra brings."""

from __future__ import annotations

import importlib
from typing import Any

from clothier.errors import MissingExtraError


def wanted(module: str, what: str, extra: str) -> Any:
    """The module; MissingExtraError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{what} needs the package '{module.partition('.')[0]}', which is not installed; "
            f"install it with: pip install 'clothier[{extra}]'"
        ) from error
