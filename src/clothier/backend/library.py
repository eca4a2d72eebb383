"""What computes: TensorFlow or JAX, each in a file of its own here, and which of them this process uses."""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from clothier.backend import jax, tensorflow
from clothier.backend.door import keras
from clothier.errors import InputError, unknown_name
from clothier.values import Floats, Halves, Images, Labels

VARIABLE = "CLOTHIER_BACKEND"
NAMES = ("jax", "tensorflow")
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd")  # NVIDIA's driver, AMD's


class TrainingStep(Protocol):
    """One compiled update of a model's weights. Keeps the sums over what it was trained on since the last reset."""

    def __call__(self, inputs: Images | Halves, labels: Labels, others: Labels, shares: Floats) -> Any:
        """The library's own float32 (n,): the cross-entropy of each image, without smoothing."""
        ...

    def sums(self) -> tuple[float, int]:
        """(sum of the losses, number named right)."""
        ...

    def reset(self) -> None: ...


class Library(Protocol):
    """What a library's file offers."""

    def start(self, threads: int) -> None:
        """RuntimeError where it runs with another number of threads already."""
        ...

    def version(self) -> str: ...

    def device(self) -> str:
        """cpu, or the name of the accelerator."""
        ...

    def set_seed(self, seed: int) -> None: ...

    def training_step(
        self,
        model: keras.Model,
        optimizer: keras.Optimizer,
        averages: Sequence[keras.Variable],
        loss: str,
        label_smoothing: float,
        average_decay: float,
        class_weights: Floats | None,
    ) -> TrainingStep: ...

    def forward(self, model: keras.Model, dtype: str) -> Callable[[Images | Halves], npt.NDArray[Any]]:
        """The compiled model with dropout off, its output cast to that dtype."""
        ...

    def trace(
        self, model: keras.Model, layers: Sequence[keras.Layer], images: Images, labels: Labels
    ) -> tuple[list[Floats], list[Floats]]: ...

    def convolution(self, dtype: str) -> Callable[[], object]:
        """A function that waits for a convolution and its gradients, computed in that dtype."""
        ...


@functools.cache
def name() -> str:
    """`tensorflow` or `jax`: what CLOTHIER_BACKEND says, else JAX where it is installed for a GPU that is there, else
    TensorFlow. Settled when first asked for.

    Raises InputError for another word, or for JAX where it is not installed.
    """
    wanted = os.environ.get(VARIABLE) or ("jax" if _jax_has_gpu() else "tensorflow")
    if wanted not in NAMES:
        raise unknown_name(VARIABLE, wanted, NAMES)
    if wanted == "jax" and importlib.util.find_spec("jax") is None:
        raise InputError(
            f"{VARIABLE} is jax, but JAX is not installed; wanted it beside clothier; "
            f"install clothier[gpu], or leave {VARIABLE} out"
        )
    return wanted


def library() -> Library:
    """The library of this process."""
    return jax if name() == "jax" else tensorflow


def _jax_has_gpu() -> bool:
    """Whether JAX has a GPU. This does not import JAX, which takes half a second; its GPU plugins are a package of
    their own."""
    return (
        all(importlib.util.find_spec(package) for package in ("jax", "jax_plugins"))
        and os.environ.get("CUDA_VISIBLE_DEVICES") not in ("", "-1")
        and any(Path(device).exists() for device in _GPU_DEVICES)
    )
