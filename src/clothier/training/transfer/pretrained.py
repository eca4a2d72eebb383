"""What a recipe calls its base -> the weights of that base: imagenet, random, a weights file, or an earlier run."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from clothier import backend, models
from clothier.backend.door import keras
from clothier.errors import InputError, RunError, command
from clothier.models.plan import Plan
from clothier.models.table import CUSTOM
from clothier.recipes import Recipe
from clothier.runs import BaseDescription, Run, checkpoint, trained
from clothier.system import hardware
from clothier.training.transfer import hdf5

NETWORK_SECONDS = 15.0  # without an answer for so long, the network counts as missing
SUFFIXES = (".h5", ".hdf5")
_WEIGHTS_URL = (  # where keras.applications takes them from
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
)


@dataclass(frozen=True, eq=False)
class Base:
    """The weights of what lies below a head, by place; `trunk` is the plan of the run they come from, else None.

    `precision` is what features are computed in, bfloat16 or float32. `sha256` is a digest over the weights.
    """

    kind: str  # imagenet, random, file or run
    weights: dict[str, npt.NDArray[Any]]
    trunk: Plan | None
    precision: str
    sha256: str

    @property
    def description(self) -> BaseDescription:
        """As recipe.json holds it."""
        return BaseDescription(self.kind, self.sha256, self.precision)


def fetch(recipe: Recipe, threads: int | None = None) -> Base | None:
    """The base of a recipe, or None where it has none; starts the backend.

    Raises InputError for a base that is nowhere, is no run and no file of VGG19's weights, or cannot be downloaded.
    """
    if not recipe.base:
        return None
    kind = kind_of(recipe.base)
    trunk = None
    if kind == "run":
        trunk = trained.plan(Run.open(recipe.base))
        if trunk.model == CUSTOM:
            raise InputError(
                f"the base {recipe.base} is a run whose network was built by a function; wanted a run of a model of "
                "clothier, such as cnn1; `clothier models` lists them"
            )
    own, fitting = (trunk.model, "transfer") if trunk else ("vgg19", "vgg19")
    if recipe.model != own:
        raise InputError(
            f"the base {recipe.base} is of the model {own}, the recipe's model is {recipe.model}; wanted the same; "
            f"use `{command('train', fitting, '--base', recipe.base)}`"
        )
    backend.start(threads)
    values = _values(recipe, kind, trunk)
    weights = {f"base/{place:03d}": value for place, value in enumerate(values)}
    return Base(kind, weights, trunk, _precision(recipe), checkpoint.digest(weights))


def restore(run: Run) -> Base | None:
    """The base that a run keeps in its folder; None where it has none. RunError where it is not the run's."""
    description = run.description()
    entry, plan = description.base, description.network
    if entry is None or plan is None:
        return None
    values = trained.base_weights(run)
    weights = {f"base/{place:03d}": value for place, value in enumerate(values)}
    return Base(entry.kind, weights, plan.trunk, entry.precision, entry.sha256)


def kind_of(base: str) -> str:
    """imagenet, random, run or file; InputError for what is none of them."""
    if base in ("imagenet", "random"):
        return base
    path = Path(base).expanduser()
    if path.is_dir():
        return "run"
    if path.is_file() and path.suffix in SUFFIXES:
        return "file"
    wrong = "is no weights file by name" if path.exists() else "does not exist"
    raise InputError(
        f"the base {base} {wrong}; wanted imagenet, random, a Keras .h5 or .weights.h5 file, or a run folder such as "
        "runs/cnn3-1"
    )


def _precision(recipe: Recipe) -> str:
    if recipe.base_precision != "auto":
        return recipe.base_precision
    return "bfloat16" if hardware.has_fast_bfloat16() else "float32"


def _values(recipe: Recipe, kind: str, trunk: Plan | None) -> list[npt.NDArray[Any]]:
    if kind == "imagenet":
        return imagenet()
    if kind == "file":
        return list(hdf5.read_convolutions(Path(recipe.base).expanduser(), models.vgg19.weight_shapes()))
    if trunk is None:
        backend.set_seed(recipe.seed)
        return list(models.vgg19.base((32, 32, 3)).get_weights())
    # As many of the run's weights as its trunk has: they come first.
    below = models.build_base(Plan.of(recipe, trunk.image_shape, trunk.num_classes, trunk))
    values = trained.weights(Run.open(recipe.base))[: len(below.weights)]
    if [value.shape for value in values] != [tuple(weight.shape) for weight in below.weights]:
        raise RunError(
            f"{recipe.base} holds other weights than {trunk.model} has; use the version that wrote it"
        )
    return values


def imagenet() -> list[npt.NDArray[Any]]:
    """VGG19's weights from ImageNet, without its top, through keras.applications, which keeps them in its cache.

    Raises InputError with the remedies where they cannot be downloaded; it waits 15 s for an answer, no longer.
    """
    try:
        with _impatient(), contextlib.redirect_stdout(sys.stderr):  # Keras announces the download on stdout
            if not _in_cache():
                _reach(_WEIGHTS_URL)
            model = keras.applications.VGG19(weights="imagenet", include_top=False, input_shape=(32, 32, 3))
    except Exception as error:  # Keras raises just that for a failed download, ValueError for a broken one
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(
            f"cannot fetch VGG19's ImageNet weights from {_WEIGHTS_URL} ({reason}); wanted a network that reaches it; "
            "download that file elsewhere and give it with --base FILE, or take --base random, or "
            "`clothier train transfer --base RUN`"
        ) from error
    return list(model.get_weights())


def _in_cache() -> bool:
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    return (home / "models" / Path(_WEIGHTS_URL).name).is_file()


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """Sockets made meanwhile give up after a silence; Keras itself would wait for ever."""
    previous = socket.getdefaulttimeout()
    socket.setdefaulttimeout(NETWORK_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(previous)


def _reach(url: str) -> None:
    """OSError unless the server answers in time. On a thread, since looking a name up takes no timeout."""
    outcome: list[BaseException | None] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request, timeout=NETWORK_SECONDS).close()
            outcome.append(None)
        except BaseException as error:
            outcome.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(NETWORK_SECONDS)
    if not outcome:
        raise TimeoutError(f"no answer for {NETWORK_SECONDS:.0f} s")
    if outcome[0] is not None:
        raise outcome[0]
