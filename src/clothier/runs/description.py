"""What recipe.json says of a run: recipe, data, model, versions, machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from clothier.errors import InputError
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.values import Dataset, Reading
from clothier.values.fields import Fields
from clothier.values.fingerprint import by_split
from clothier.values.names import MOST_CLASSES
from clothier.values.repair import Repair, sentence

MOST_IMAGES = 10**12
MOST_PARAMETERS = 10**15
MOST_SIDE = 10**6  # pixels
MOST_RESUMED = 1000
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class DataDescription:
    """The data a run is trained on. `fingerprints` and `counts` are by split; the others are those of Dataset."""

    name: str
    reading: Reading
    fingerprint: str
    fingerprints: Mapping[str, str]
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    counts: Mapping[str, int]
    notice: str
    repairs: Mapping[str, Repair] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: Dataset) -> DataDescription:
        return cls(
            name=dataset.name,
            reading=dataset.reading,
            fingerprint=dataset.fingerprint,
            fingerprints=by_split(dataset.splits(), dataset.class_names),
            class_names=dataset.class_names,
            image_shape=dataset.image_shape,
            counts={name: len(split) for name, split in dataset.splits().items()},
            notice=dataset.notice,
            repairs=dataset.repairs,
        )

    @property
    def repaired(self) -> str:
        """What decisions changed in the labels, and by which the run is judged; "" where they changed nothing."""
        return sentence(self.repairs, [name for name in SPLITS if self.counts.get(name)][-1])

    def as_json(self) -> dict[str, Any]:
        content = {
            "name": self.name,
            **self.reading.as_json(),
            "fingerprint": self.fingerprint,
            "fingerprints": dict(self.fingerprints),
            "class_names": list(self.class_names),
            "image_shape": list(self.image_shape),
            "counts": dict(self.counts),
            "notice": self.notice,
        }
        if self.repairs:
            content["repairs"] = {name: repair.as_json() for name, repair in self.repairs.items()}
        return content

    @classmethod
    def read(cls, fields: Fields) -> DataDescription:
        counts = fields.within("counts")
        fingerprints = fields.within("fingerprints")
        return cls(
            name=fields.text("name"),
            reading=_reading(fields),
            fingerprint=fields.word("fingerprint"),
            fingerprints={name: fingerprints.word(name) for name in SPLITS if name in fingerprints.left},
            class_names=fields.texts("class_names", MOST_CLASSES),
            image_shape=fields.shape("image_shape", MOST_SIDE),
            counts={name: counts.whole(name, 0, MOST_IMAGES) for name in SPLITS if name in counts.left},
            notice=fields.text("notice"),
            repairs=_repairs(fields.within("repairs")) if "repairs" in fields.left else {},
        )


@dataclass(frozen=True)
class Parameters:
    """Of the whole network, and how many of them move."""

    parameters: int
    trainable: int


@dataclass(frozen=True)
class Machine:
    """As `hardware.machine` has it."""

    system: str
    processor: str
    cores: int
    memory_gib: float


@dataclass(frozen=True)
class BaseDescription:
    """The frozen base below a head: imagenet, random, file or run; what its features are computed in; a digest of its
    weights."""

    kind: str
    sha256: str
    precision: str


@dataclass(frozen=True)
class CustomParts:
    """What a run was given from Python in place of names: the qualified name of the function that built the network and
    the SHA-256 of its architecture's JSON; the name of the augmentation and the SHA-256 of what it makes of known
    images. All are empty for a part that was not given."""

    model: str = ""
    architecture_sha256: str = ""
    augment: str = ""
    augment_sha256: str = ""


@dataclass(frozen=True)
class Description:
    """What recipe.json says, so that a run can be repeated and resumed; `command` is the one that began it. `network`
    is there where the recipe alone does not decide it, `base` where the network stands on one, and `custom` where a
    part was given from Python. `resumed` says what differed where the run was resumed; so its weights may differ from
    those of a run that was never stopped."""

    recipe: Recipe
    data: DataDescription
    model: Parameters
    precision: str
    threads: int
    backend: str
    device: str
    versions: Mapping[str, str]
    machine: Machine
    command: str
    network: Plan | None = None
    base: BaseDescription | None = None
    custom: CustomParts = CustomParts()
    resumed: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        """The plan of the run's network."""
        return self.network or Plan.of(self.recipe, self.data.image_shape, len(self.data.class_names))

    def as_json(self) -> dict[str, Any]:
        content = {
            "recipe": self.recipe.as_json(),
            "data": self.data.as_json(),
            "model": asdict(self.model),
            "precision": self.precision,
            "threads": self.threads,
            "backend": self.backend,
            "device": self.device,
            "versions": dict(self.versions),
            "machine": asdict(self.machine),
            "command": self.command,
        }
        if self.network is not None:
            content["network"] = self.network.as_json()
        if self.base is not None:
            content["base"] = asdict(self.base)
        if self.custom != CustomParts():
            content["custom"] = asdict(self.custom)
        if self.resumed:
            content["resumed"] = list(self.resumed)
        return content

    @classmethod
    def read(cls, fields: Fields) -> Description:
        """The description that `as_json` gave; the error of `fields` naming the field that is not as it should be."""
        there = set(fields.left)
        return cls(
            recipe=read_recipe(fields),
            data=DataDescription.read(fields.within("data")),
            model=_parameters(fields.within("model")),
            precision=fields.text("precision"),
            threads=fields.whole("threads", 1, 10**6),
            backend=fields.text("backend"),
            device=fields.text("device"),
            versions=_versions(fields.within("versions")),
            machine=_machine(fields.within("machine")),
            command=fields.text("command"),
            network=Plan.read(fields.within("network")) if "network" in there else None,
            base=_base(fields.within("base")) if "base" in there else None,
            custom=_custom(fields.within("custom")) if "custom" in there else CustomParts(),
            resumed=fields.texts("resumed", MOST_RESUMED) if "resumed" in there else (),
        )


def _repairs(fields: Fields) -> dict[str, Repair]:
    read = {}
    for name in [split for split in SPLITS if split in fields.left]:
        own = fields.within(name)
        rows = own.items("left_out", MOST_IMAGES)
        if any(type(row) is not int or row < 0 for row in rows) or rows != sorted(set(rows)):
            own.refuse("left_out", rows, "rising row numbers")
        read[name] = Repair(
            own.whole("changed", 0, MOST_IMAGES),
            tuple(rows),
            own.whole("added", 0, MOST_IMAGES),
            own.word("before"),
        )
    return read


def read_recipe(fields: Fields) -> Recipe:
    """The field `recipe`, written by this version or an earlier one, which may have had fewer fields."""
    inner = fields.within("recipe")
    try:
        return Recipe.from_json(inner.left)
    except InputError as error:
        raise fields.error(f"{inner.where}: {error}; use the version of clothier that wrote it") from error


def _reading(fields: Fields) -> Reading:
    source, options = fields.text("source"), fields.within("options")

    def size(name: str) -> list[int]:
        sides = options.items(name, 2)
        if [type(side) for side in sides] != [int, int]:
            options.refuse(name, sides, "height and width")
        return sides

    checks: dict[str, Callable[[str], Any]] = {
        "data_dir": lambda name: options.maybe(name, options.text),
        "validation": options.text,
        "image_size": lambda name: options.maybe(name, size),
        "crop": options.text,
        "skip_bad": options.flag,
        "resplit": options.flag,
        "group": options.text,
        "drop_duplicates": options.flag,
        "seed": lambda name: options.whole(name, 0, 2**64),
        "labels": lambda name: options.maybe(name, options.text),
        "labels_rows": lambda name: options.maybe(name, lambda name: options.whole(name, 0, 10**9)),
    }
    read = {name: check(name) for name, check in checks.items() if name in options.left}
    return Reading(source, read, fields.text("absolute"))


def _parameters(fields: Fields) -> Parameters:
    return Parameters(
        fields.whole("parameters", 0, MOST_PARAMETERS), fields.whole("trainable", 0, MOST_PARAMETERS)
    )


def _versions(fields: Fields) -> dict[str, str]:
    return {name: fields.text(name) for name in list(fields.left)}


def _machine(fields: Fields) -> Machine:
    return Machine(
        system=fields.text("system"),
        processor=fields.text("processor"),
        cores=fields.whole("cores", 1, 10**6),
        memory_gib=fields.number("memory_gib", 0, 1e9),
    )


def _base(fields: Fields) -> BaseDescription:
    return BaseDescription(fields.text("kind"), fields.word("sha256"), fields.text("precision"))


def _custom(fields: Fields) -> CustomParts:
    return CustomParts(
        model=fields.text("model"),
        architecture_sha256=fields.text("architecture_sha256"),
        augment=fields.text("augment"),
        augment_sha256=fields.text("augment_sha256"),
    )
