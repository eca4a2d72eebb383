"""manifest.json: what a model file says of itself."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from clothier.errors import BundleError
from clothier.fields import Fields
from clothier.models import MODELS
from clothier.models.plan import Plan
from clothier.recipes.recipe import BASE_ENDS, BASE_PIXELS, RESIZES, VIEWS
from clothier.values.names import MOST_CLASSES

FORMAT = 1
PHOTOS = ("centre", "doctor", "pad")  # how a photo becomes an image of the network's size
MOST_SIDE = 4096  # pixels
MOST_TRUNKS = 4  # heads, one on the other
MOST_CARD = 100_000  # characters


@dataclass(frozen=True)
class Member:
    """A file of the archive: SHA-256 in hex and size in bytes, both of what it unpacks to."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """Everything but arrays.

    `preprocessing` is {"photos": doctor, pad or centre}; `scores` holds numbers by name in groups by name, such as
    {"test": {"images": 10000, "loss": 0.21, "accuracy": 0.93}}; `recipe` is plain words and numbers. `temperature`
    divides the logits. `thresholds` are named by who judges with them. `members` is filled in by `write`.
    """

    plan: Plan
    class_names: tuple[str, ...]
    preprocessing: dict[str, str]
    source: str
    fingerprint: str
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    temperature: float = 1.0
    thresholds: dict[str, float] = field(default_factory=dict)
    card: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    format_version: int = FORMAT

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the images the network takes."""
        return self.plan.image_shape

    def as_json(self) -> dict[str, Any]:
        return {"format_version": self.format_version} | asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Manifest:
        """The manifest that `as_json` wrote; BundleError naming the field that is not as it should be."""
        fields = Fields(content, "manifest.json")
        version = fields.take("format_version")
        if version != FORMAT or type(version) is not int:
            raise BundleError(
                f"manifest.json has format version {str(version)[:20]!r}; wanted {FORMAT}; "
                "read it with the version of clothier that wrote it"
            )
        plan = _plan(fields.within("plan"))
        class_names = fields.class_names("class_names")
        if len(class_names) != plan.num_classes:
            raise BundleError(
                f"manifest.json names {len(class_names)} classes, its plan has {plan.num_classes}; wanted as many"
            )
        made = cls(
            plan=plan,
            class_names=class_names,
            preprocessing=_preprocessing(fields.within("preprocessing")),
            source=fields.word("source", 2000),
            fingerprint=_hexadecimal(fields, "fingerprint"),
            scores=_groups(fields.within("scores")),
            recipe=fields.simple("recipe"),
            versions=_words(fields.within("versions")),
            temperature=fields.number("temperature", 1e-3, 1e3),
            thresholds=fields.numbers("thresholds"),
            card=fields.page("card", MOST_CARD),
            members=_members(fields.within("members")),
        )
        fields.end()
        return made


def _plan(fields: Fields, depth: int = 1) -> Plan:
    trunk = fields.take("trunk")
    if trunk is not None and depth > MOST_TRUNKS:
        raise BundleError(f"{fields.where} has more than {MOST_TRUNKS} trunks; wanted fewer")
    shape = fields.take("image_shape")
    if (
        not isinstance(shape, list)
        or [type(side) for side in shape] != [int] * 3
        or not all(1 <= side <= MOST_SIDE for side in shape[:2])
        or shape[2] not in (1, 3)
    ):
        fields.refuse("image_shape", shape, f"height and width from 1 to {MOST_SIDE}, and 1 or 3 channels")
    made = Plan(
        model=fields.one_of("model", MODELS),
        image_shape=(shape[0], shape[1], shape[2]),
        num_classes=fields.whole("num_classes", 2, MOST_CLASSES),
        trunk=None if trunk is None else _plan(Fields(trunk, f"{fields.where}, trunk"), depth + 1),
        base_pixels=fields.one_of("base_pixels", BASE_PIXELS),
        base_end=fields.one_of("base_end", BASE_ENDS),
        resize=fields.one_of("resize", RESIZES),
        head_units=fields.whole("head_units", 1, 100_000),
        head_dropout=fields.number("head_dropout", 0, 1),
        views=fields.one_of("views", VIEWS),
    )
    fields.end()
    if made.trunk is not None and made.trunk.model != made.model:
        raise BundleError(
            f"{fields.where} has a trunk of another model ({made.trunk.model}); wanted {made.model}"
        )
    smallest = MODELS[made.model].smallest
    if made.trunk is None and min(shape[:2]) < smallest:
        raise BundleError(
            f"{fields.where}: {made.model} on {shape[0]}x{shape[1]} pixels; wanted {smallest} or more"
        )
    return made


def _preprocessing(fields: Fields) -> dict[str, str]:
    made = {"photos": fields.one_of("photos", PHOTOS)}
    fields.end()
    return made


def _groups(fields: Fields) -> dict[str, dict[str, float]]:
    return {name: fields.numbers(name) for name in list(fields.left)}


def _words(fields: Fields) -> dict[str, str]:
    return {name: fields.word(name) for name in list(fields.left)}


def _members(fields: Fields) -> dict[str, Member]:
    made = {}
    for name in list(fields.left):
        inner = fields.within(name)
        made[name] = Member(_hexadecimal(inner, "sha256"), inner.whole("bytes", 0, 2**40))
        inner.end()
    return made


def _hexadecimal(fields: Fields, name: str) -> str:
    value = fields.word(name)
    if not re.fullmatch("[0-9a-f]{64}", value):
        fields.refuse(name, value, "64 hexadecimal digits")
    return value
