"""What a run is given from Python in place of names: a function that builds the network, an augmentation policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from clothier import augment, backend, models
from clothier.augment import Policy
from clothier.errors import InputError, RunError
from clothier.recipes import Recipe
from clothier.runs import CustomParts, Run
from clothier.values import Dataset

Build = Callable[[tuple[int, int, int], int], Any]  # (image_shape, num_classes) -> an untrained keras.Model


@dataclass(frozen=True, eq=False)
class Parts:
    """A function that builds the network and a policy, None for those that the recipe names."""

    build: Build | None = None
    policy: Policy | None = None

    def recipe(self, recipe: Recipe) -> Recipe:
        """The recipe that says so, named after the function where that has a name. InputError where the recipe has no
        use for the parts."""
        if self.build is not None:
            if recipe.base:
                raise InputError(
                    f"model is a function, and the recipe {recipe.name} trains a head on the base '{recipe.base}'; "
                    "wanted one of the two; choose a recipe without a base, such as cnn1"
                )
            # Keras's layers were not all measured in bfloat16.
            precision = "float32" if recipe.precision == "auto" else recipe.precision
            name = getattr(self.build, "__name__", "")
            recipe = replace(
                recipe,
                name=name if name.isidentifier() and recipe.model != models.CUSTOM else recipe.name,
                model=models.CUSTOM,
                precision=precision,
            )
        if self.policy is not None:
            if not recipe.augmented_epochs:
                raise InputError(
                    "augment is given, and augmented_epochs is 0; wanted 1 or more, or no augmentation"
                )
            recipe = replace(recipe, augment=augment.CUSTOM)
        return recipe

    def describe(self, recipe: Recipe, dataset: Dataset, threads: int | None) -> tuple[str, CustomParts]:
        """(the architecture's JSON, or nothing without a function; what recipe.json says of the parts). InputError for
        parts that are not what they should be."""
        shape, num_classes = dataset.image_shape, dataset.num_classes
        architecture, described = "", CustomParts()
        if self.policy is not None:
            digest = augment.check(self.policy, shape, num_classes)
            described = replace(described, augment=augment.name_of(self.policy), augment_sha256=digest)
        if self.build is not None:
            backend.start(threads)
            backend.set_seed(recipe.seed)
            architecture = models.custom.architecture_of(self.build, shape, num_classes)
            described = replace(
                described,
                model=models.custom.qualified_name(self.build),
                architecture_sha256=models.custom.digest(architecture),
            )
        return architecture, described

    def check_again(self, run: Run, dataset: Dataset, threads: int | None) -> None:
        """RunError where these are not the parts that the run was started with, or the policy is missing. The network
        is kept in recipe.json, and its function need not be given again."""
        description = run.description()
        before = description.custom
        _, now = self.describe(description.recipe, dataset, threads)
        if before.augment and self.policy is None:
            raise RunError(
                f"{run.path} was started with the augmentation {before.augment}, which is not in its folder; wanted it "
                f"again; continue in Python: clothier.resume('{run.path}', data, augment=...)"
            )
        for what, given, old, new in (
            (
                "model",
                self.build,
                (before.model, before.architecture_sha256),
                (now.model, now.architecture_sha256),
            ),
            (
                "augmentation",
                self.policy,
                (before.augment, before.augment_sha256),
                (now.augment, now.augment_sha256),
            ),
        ):
            if given is not None and old[1] != new[1]:
                began = f"the {what} {old[0]} ({old[1][:12]})" if old[1] else f"one of clothier's {what}s"
                raise RunError(
                    f"{run.path} was started with {began}, not with {new[0]} ({new[1][:12]}), which is another one; "
                    "wanted the same; give it as it was, or train again"
                )
