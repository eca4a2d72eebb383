"""What a recipe calls its base -> the weights of that base: imagenet, random, a weights file, or an earlier run."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from clothier import backend, models
from clothier.errors import InputError, RunError, command
from clothier.models.bases.table import BASES
from clothier.models.plan import Plan
from clothier.models.table import CUSTOM
from clothier.recipes import Recipe
from clothier.runs import BaseDescription, Run, checkpoint, trained
from clothier.system import hardware
from clothier.training.transfer import hdf5, imagenet

KERAS_SUFFIXES, TORCH_SUFFIXES = (".h5", ".hdf5"), (".pth", ".pt")


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

    Raises InputError for a base that is nowhere, is no run and no file of the network's weights, or cannot be
    downloaded, and MissingExtraError where its weights come with a package that is not installed.
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
    _check_model(recipe, trunk)
    backend.start(threads)
    values = _values(recipe, kind, trunk)
    weights = {f"base/{place:03d}": value for place, value in enumerate(values)}
    return Base(kind, weights, trunk, _precision(recipe), checkpoint.digest(weights))


def _check_model(recipe: Recipe, trunk: Plan | None) -> None:
    """InputError unless the recipe's model is the base's, and takes the size that the recipe names."""
    if trunk is not None and recipe.model != trunk.model:
        raise InputError(
            f"the base {recipe.base} is of the model {trunk.model}, the recipe's model is {recipe.model}; wanted the "
            f"same; use `{command('train', 'transfer', '--base', recipe.base)}`"
        )
    if trunk is None and recipe.model not in BASES:
        raise InputError(
            f"the base {recipe.base} does not say of which network, and the recipe's model is {recipe.model}; wanted a "
            "network of `clothier bases`; name it with --base NETWORK, or with --set model=NETWORK"
        )
    if recipe.fine_tune_part == "last" and (trunk is not None or not BASES[recipe.model].cut):
        raise InputError(
            f"fine_tune_part is last, and for the base {recipe.model} it is not known which layers those are; wanted "
            f"all, or one of {', '.join(name for name in BASES if BASES[name].cut)}; use --set fine_tune_part=all"
        )
    if recipe.base_features == "places" and (trunk is not None or not BASES[recipe.model].cut):
        raise InputError(
            f"base_features is places, and for the base {recipe.model} it is not known which layer's maps to take; "
            f"wanted mean, or one of {', '.join(name for name in BASES if BASES[name].cut)}; use --set "
            "base_features=mean"
        )
    if recipe.base_size and (trunk is not None or BASES[recipe.model].fixed):
        raise InputError(
            f"base_size is {recipe.base_size}, and the base {recipe.model} takes images of one size only; wanted 0; "
            "leave base_size out"
        )


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
    if path.is_file() and path.suffix in KERAS_SUFFIXES + TORCH_SUFFIXES:
        return "file"
    wrong = "is no weights file by name" if path.exists() else "does not exist"
    near = difflib.get_close_matches(base.casefold(), [*BASES, "imagenet", "random"], n=1, cutoff=0.5)
    raise InputError(
        f"the base {base} {wrong}; wanted a network of `clothier bases`, imagenet, random, a weights file (.h5 of "
        "Keras or .pth of PyTorch), or a run folder such as runs/cnn3-1"
        + (f"; did you mean '{near[0]}'?" if near else "")
    )


def _precision(recipe: Recipe) -> str:
    if recipe.base_precision != "auto":
        return recipe.base_precision
    may = recipe.model not in BASES or BASES[recipe.model].bfloat16
    return "bfloat16" if may and hardware.has_fast_bfloat16() else "float32"


def _values(recipe: Recipe, kind: str, trunk: Plan | None) -> list[npt.NDArray[Any]]:
    if kind == "imagenet":
        return imagenet.weights(recipe.model)
    if kind == "file":
        return _from_file(recipe.model, Path(recipe.base).expanduser())
    if trunk is None:
        backend.set_seed(recipe.seed)
        return list(models.build_base(Plan(recipe.model, (32, 32, 3), 2)).get_weights())
    # As many of the run's weights as its trunk has: they come first.
    below = models.build_base(Plan.of(recipe, trunk.image_shape, trunk.num_classes, trunk))
    values = trained.weights(Run.open(recipe.base))[: len(below.weights)]
    if [value.shape for value in values] != [tuple(weight.shape) for weight in below.weights]:
        raise RunError(
            f"{recipe.base} holds other weights than {trunk.model} has; use the version that wrote it"
        )
    return values


def _from_file(name: str, path: Path) -> list[npt.NDArray[Any]]:
    """The weights of the base of that name in a file of Keras or PyTorch; InputError for another's file."""
    module, of_torch = models.base_module(name), path.suffix in TORCH_SUFFIXES
    if of_torch != hasattr(module, "tensors"):
        fitting = " or ".join(KERAS_SUFFIXES if of_torch else TORCH_SUFFIXES)
        raise InputError(
            f"cannot take weights of {name} from {path}: it ends in {path.suffix}; wanted a file that ends in "
            f"{fitting}, as this network's weights are published"
        )
    if of_torch:
        return imagenet.from_torch(name, path)
    if name == "vgg19":
        return list(hdf5.read_convolutions(path, module.weight_shapes()))
    network = module.build(name, weights=None, input_shape=(BASES[name].side, BASES[name].side, 3))
    hdf5.load(path, network, BASES[name].title)
    return list(network.get_weights())
