"""A network's plan: plain data from which it is built, again and again, whatever it stands on. No Keras here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from clothier.recipes import Recipe


@dataclass(frozen=True)
class Plan:
    """Everything that decides a network's layers.

    `trunk` is the plan of the run whose network lies below the head; None for a network trained whole and for
    VGG19. The other fields are those of Recipe and count where there is a base.
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

    @classmethod
    def of(
        cls, recipe: Recipe, image_shape: tuple[int, int, int], num_classes: int, trunk: Plan | None = None
    ) -> Plan:
        """The plan of a recipe's network; `trunk` where its base is a run."""
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
        )

    @property
    def has_base(self) -> bool:
        return self.model == "vgg19" or self.trunk is not None

    @property
    def depth(self) -> int:
        """The number of heads, one on the other."""
        return 1 + (self.trunk.depth if self.trunk and self.trunk.has_base else 0)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Plan:
        trunk = content["trunk"]
        height, width, channels = content["image_shape"]
        return cls(
            **{
                **content,
                "image_shape": (height, width, channels),
                "trunk": cls.from_json(trunk) if trunk else None,
            }
        )
