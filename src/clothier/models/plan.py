"""A network's plan: plain data from which it is built, again and again, whatever it stands on. No Keras here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from clothier.models.bases.table import BASES, native_side
from clothier.models.table import CUSTOM, MODELS, smallest_side
from clothier.recipes import Recipe
from clothier.recipes.values import BASE_ENDS, BASE_FEATURES, BASE_PIXELS, RESIZES, VIEWS
from clothier.values.fields import Fields
from clothier.values.names import MOST_CLASSES

MOST_SIDE = 4096  # pixels
MOST_TRUNKS = 4  # heads, one on the other
MOST_HEAD_UNITS = 100_000
MOST_ARCHITECTURE = 10**7  # characters of JSON


@dataclass(frozen=True)
class Plan:
    """Everything that decides a network's layers.

    `trunk` is the plan of the run whose network lies below the head; None for a network trained whole and for a base
    of the table of bases. The other fields are those of Recipe and count where there is a base; `base_size` is 0 where
    the base is not of that table, or takes images of one size.
    """

    model: str
    image_shape: tuple[int, int, int]  # (height, width, channels) of the images it takes
    num_classes: int
    trunk: Plan | None = None
    base_pixels: str = "as_trained"
    base_end: str = "flatten"
    resize: str = "bilinear"
    head_units: int = 512
    head_dropout: float = 0.5
    views: str = "image"  # what is predicted from, as in Recipe
    base_size: int = 0  # longer side in pixels of the images that a base gets
    base_features: str = "mean"
    architecture: str = ""  # of a custom network, the JSON that `models.custom` builds it from

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        image_shape: tuple[int, int, int],
        num_classes: int,
        trunk: Plan | None = None,
        architecture: str = "",
    ) -> Plan:
        """The plan of a recipe's network; `trunk` where its base is a run, `architecture` where it is custom."""
        return cls(
            model=recipe.model,
            image_shape=image_shape,
            num_classes=num_classes,
            trunk=trunk,
            base_pixels=recipe.base_pixels,
            base_end=recipe.base_end,
            resize=recipe.resize,
            head_units=recipe.head_units,
            head_dropout=recipe.head_dropout,
            views=recipe.views,
            base_size=_base_size(recipe, image_shape, trunk),
            base_features=recipe.base_features,
            architecture=architecture,
        )

    @property
    def has_base(self) -> bool:
        return self.model in BASES or self.trunk is not None

    @property
    def depth(self) -> int:
        """The number of heads, one on the other."""
        return 1 + (self.trunk.depth if self.trunk and self.trunk.has_base else 0)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, fields: Fields, depth: int = 1) -> Plan:
        """The plan that `as_json` gave; the error of `fields` for one that no network has."""
        trunk = fields.take("trunk")
        if trunk is not None and depth > MOST_TRUNKS:
            raise fields.error(f"{fields.where} has more than {MOST_TRUNKS} trunks; wanted fewer")
        made = cls(
            model=fields.one_of("model", [*MODELS, CUSTOM]),
            image_shape=fields.shape("image_shape", MOST_SIDE),
            num_classes=fields.whole("num_classes", 2, MOST_CLASSES),
            trunk=None
            if trunk is None
            else cls.read(Fields(trunk, f"{fields.where}, trunk", fields.error), depth + 1),
            base_pixels=fields.one_of("base_pixels", BASE_PIXELS),
            base_end=fields.one_of("base_end", BASE_ENDS),
            resize=fields.one_of("resize", RESIZES),
            head_units=fields.whole("head_units", 0, MOST_HEAD_UNITS),
            head_dropout=fields.number("head_dropout", 0, 1),
            views=fields.one_of("views", VIEWS),
            base_size=fields.whole("base_size", 0, MOST_SIDE) if "base_size" in fields.left else 0,
            base_features=fields.one_of("base_features", BASE_FEATURES)
            if "base_features" in fields.left
            else "mean",
            architecture=fields.text("architecture", MOST_ARCHITECTURE)
            if "architecture" in fields.left
            else "",
        )
        fields.end()
        if made.trunk is not None and made.trunk.model != made.model:
            raise fields.error(
                f"{fields.where} has a trunk of another model ({made.trunk.model}); wanted {made.model}"
            )
        (height, width, _), smallest = made.image_shape, smallest_side(made.model)
        if made.trunk is None and min(height, width) < smallest:
            raise fields.error(
                f"{fields.where}: {made.model} on {height}x{width} pixels; wanted {smallest} or more"
            )
        return made


def _base_size(recipe: Recipe, image_shape: tuple[int, int, int], trunk: Plan | None) -> int:
    if trunk is not None or recipe.model not in BASES or BASES[recipe.model].fixed:
        return 0
    return native_side(recipe.model, image_shape, recipe.base_size)
