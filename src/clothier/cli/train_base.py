"""What a base means for `clothier train`: the recipe, the size of photos, and what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clothier import data, recipes
from clothier.cli import screen
from clothier.errors import InputError, command
from clothier.models import BASES, bases
from clothier.recipes import Recipe
from clothier.runs import Run, trained

if TYPE_CHECKING:
    from clothier.training.transfer.pretrained import Base


def choose(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe with its changes; on the base of a run it is `transfer`, with that run's model, and so it is on
    another network than VGG19."""
    named, changes = changes.get("base"), bases.chosen(changes)
    base = changes.get("base", recipe.base)
    if not recipe.base and base:
        raise InputError(
            f"the recipe {recipe.name} trains the whole network and takes no base; wanted photos, transfer or vgg19; "
            f"use `{command('train', 'transfer' if named in BASES else 'vgg19', '--base', named or base)}`"
        )
    if base and _is_run(base):
        changes = {"model": trained.plan(Run.open(base)).model, **changes}
        if recipe.name == "vgg19":
            screen.tell(f"{base} is a run, so the recipe is transfer, not vgg19")
            recipe = recipes.get("transfer")
    elif recipe.name == "vgg19" and named in BASES and named != "vgg19":
        screen.tell(f"{named} is another network, so the recipe is transfer, not vgg19")
        recipe = recipes.get("transfer")
    changed = recipes.customize(recipe, changes)
    if note := recipes.adopted(recipe, changed, changes):
        screen.tell(note)
    return changed


def _is_run(base: str) -> bool:
    from clothier.training.transfer import pretrained

    return pretrained.kind_of(base) == "run"


def reading(recipe: Recipe, base: Base | None, source: str, read: dict[str, Any]) -> dict[str, Any]:
    """How the data are read: photos of no chosen size at the size that a pretrained base was trained on."""
    if base is None or base.trunk is not None or read["image_size"] is not None:
        return read
    if not data.holds_photos(source, data.LoadOptions.from_json(read)):
        return read
    side = recipe.base_size or BASES[recipe.model].side
    return read | {"image_size": [side, side]}


def tell(recipe: Recipe, base: Base, image_shape: tuple[int, int, int]) -> None:
    count = sum(value.size for value in base.weights.values())
    words = f"base {recipe.base}: {recipe.model}, {count:,} weights, features in {base.precision}"
    screen.tell(words)
    taken = base.trunk.image_shape if base.trunk else None
    if base.trunk is None:
        height, width, _ = bases.input_shape(recipe.model, image_shape, recipe.base_size)
        if (height, width) != image_shape[:2]:
            screen.tell(
                f"images of {image_shape[0]}x{image_shape[1]} are resized to {height}x{width} inside the network"
            )
    if taken and taken != image_shape:
        sizes = [f"{height}x{width}" for height, width, _ in (image_shape, taken)]
        colours = {1: "grey", 3: "in colour"}
        grey = "made grey and " if (taken[2], image_shape[2]) == (1, 3) else ""
        screen.notice(
            f"the images are {sizes[0]} and {colours[image_shape[2]]}; this base takes {sizes[1]} "
            f"{colours[taken[2]]}, so they are {grey}resized to {sizes[1]}; detail and colour beyond that are lost"
        )
