"""manifest.json: what a model file says of itself."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from clothier.errors import BundleError
from clothier.models.plan import MOST_SIDE
from clothier.photo.doctor import WAYS
from clothier.values.fields import Fields

FORMAT = 3
REWRITE = "write it again from its run with `clothier export MODEL --format clothier`"

MOST_CARD = 100_000  # characters
MOST_FEATURES = 2**20
LEAST_TEMPERATURE, MOST_TEMPERATURE = 1e-3, 1e3


@dataclass(frozen=True)
class Member:
    """A file of the archive: SHA-256 in hex and size in bytes, both of what it unpacks to."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """Everything but arrays.

    `image_shape` is (height, width, channels) of the images that the network takes, and `num_features` the number of
    activations that its logits are computed from. `preprocessing` is {"photos": doctor, pad or centre}; `scores` holds
    numbers by name in groups by name, such as {"test": {"images": 10000, "loss": 0.21, "accuracy": 0.93}}; `recipe` is
    plain words and numbers. `temperature` divides the logits, and `thresholds` are those of verdicts, by name, for
    images as the network takes them. `photo_thresholds` are those for photos, with their own "temperature"; empty if
    the model was never measured on photos. The scores' group "photos" is the accuracy on photos. `write` fills in
    `members` and `num_features`.
    """

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    preprocessing: dict[str, str]
    source: str
    fingerprint: str
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    temperature: float = 1.0
    thresholds: dict[str, float] = field(default_factory=dict)
    photo_thresholds: dict[str, float] = field(default_factory=dict)
    card: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    num_features: int = 0
    format_version: int = FORMAT

    def as_json(self) -> dict[str, Any]:
        return {"format_version": self.format_version} | asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Manifest:
        """The manifest that `as_json` wrote; BundleError naming the field that is not as it should be."""
        fields = Fields(content, "manifest.json")
        version = fields.take("format_version")
        if version != FORMAT or type(version) is not int:
            raise BundleError(
                f"manifest.json has format version {str(version)[:20]!r}; wanted {FORMAT}; {REWRITE}"
            )
        made = cls(
            image_shape=fields.shape("image_shape", MOST_SIDE),
            class_names=fields.class_names("class_names"),
            preprocessing=_preprocessing(fields.within("preprocessing")),
            source=fields.word("source", 2000),
            fingerprint=_hexadecimal(fields, "fingerprint"),
            scores=_groups(fields.within("scores")),
            recipe=fields.simple("recipe"),
            versions=_words(fields.within("versions")),
            temperature=fields.number("temperature", LEAST_TEMPERATURE, MOST_TEMPERATURE),
            thresholds=fields.numbers("thresholds"),
            photo_thresholds=_photo_thresholds(fields),
            card=fields.page("card", MOST_CARD),
            members=_members(fields.within("members")),
            num_features=fields.whole("num_features", 1, MOST_FEATURES),
        )
        fields.end()
        return made


def _preprocessing(fields: Fields) -> dict[str, str]:
    made = {"photos": fields.one_of("photos", WAYS)}
    fields.end()
    return made


def _photo_thresholds(fields: Fields) -> dict[str, float]:
    found = fields.numbers("photo_thresholds")
    if found and not LEAST_TEMPERATURE <= found.get("temperature", 0) <= MOST_TEMPERATURE:
        wanted = f"numbers with a 'temperature' from {LEAST_TEMPERATURE:g} to {MOST_TEMPERATURE:g}"
        fields.refuse("photo_thresholds", found, wanted)
    return found


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
