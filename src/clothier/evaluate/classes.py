"""Which class of a model each class of other data is."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clothier.errors import InputError, unknown_name
from clothier.values import Labels
from clothier.values.wording import listed

MISSING = -1  # the number of a class that the model does not have
_SHOWN = 20  # classes that are named in an error


@dataclass(frozen=True, eq=False)
class Matching:
    """`numbers` int64 (num_classes of the data,): the class of the model that each class of the data is, or MISSING.

    `renamed` are the pairs (class of the data, class of the model) that are not spelled alike.
    """

    numbers: Labels
    renamed: tuple[tuple[str, str], ...]


def match(data: Sequence[str], model: Sequence[str], mapping: Mapping[str, str] | None = None) -> Matching:
    """The classes of the data among those of the model: by `mapping`, else by the same name, else by the same name
    without regard to capitals, spaces and punctuation ("t shirt" is "T-shirt").

    Several classes of the data may be one of the model's. Raises InputError for a name in `mapping` that is unknown, a
    name that could be several classes of the model, and where not one class is shared.
    """
    mapping = mapping or {}
    for name in mapping:
        if name not in data:
            raise unknown_name("class of the data", name, data)
    check_targets(mapping.values(), model)
    targets = [mapping.get(name) or (name if name in model else _alike(name, model)) for name in data]
    if not any(targets):
        raise InputError(
            f"the data and the model share no class: the data have {_quoted(data)}; the model has {_quoted(model)}; "
            f"wanted one or more in common; name the same ones with --map, such as --map '{data[0]}={model[0]}'"
        )
    return Matching(
        np.array([model.index(target) if target else MISSING for target in targets], np.int64),
        tuple((name, target) for name, target in zip(data, targets, strict=True) if target not in ("", name)),
    )


def check_targets(targets: Collection[str], model: Sequence[str]) -> None:
    """InputError for a class that the model does not have: for before the data are read."""
    for target in targets:
        if target not in model:
            raise unknown_name("class of the model", target, model)


def check_settings(settings: Sequence[str], model: Sequence[str]) -> None:
    """InputError for words that `read_mapping` refuses, or that name no class of the model, whatever the data are."""
    for setting in settings:
        targets = [target for _, target in _cuts(setting)]
        if not set(targets) & set(model):
            check_targets(targets[:1], model)
    read_mapping([setting for setting in settings if setting.count("=") == 1], ())


def read_mapping(settings: Sequence[str], data: Sequence[str]) -> dict[str, str]:
    """{class of the data: class of the model} from words such as "longsleeve=Pullover"; a name may hold an equals sign.
    Raises InputError for a word without one, and two words for one class."""
    mapping: dict[str, str] = {}
    for setting in settings:
        cuts = _cuts(setting)
        name, target = next((cut for cut in cuts if cut[0] in data), cuts[0])
        if mapping.setdefault(name, target) != target:
            raise InputError(
                f"--map sends '{name}' to '{mapping[name]}' and to '{target}'; wanted one of the two; leave one out"
            )
    return mapping


def _cuts(setting: str) -> list[tuple[str, str]]:
    """The possible parts left and right of the equals sign."""
    if "=" not in setting:
        raise InputError(f"--map got '{setting}'; wanted DATA_CLASS=MODEL_CLASS, such as longsleeve=Pullover")
    return [(setting[:place], setting[place + 1 :]) for place, letter in enumerate(setting) if letter == "="]


def _alike(name: str, model: Sequence[str]) -> str:
    """The class of the model whose name has the same letters and digits; "" where there is none."""
    letters = _letters(name)
    found = [other for other in model if letters and _letters(other) == letters]
    if len(found) > 1:
        raise InputError(
            f"class '{name}' of the data could be {_quoted(found)} of the model; wanted one; "
            f"choose it with --map '{name}={found[0]}'"
        )
    return found[0] if found else ""


def _letters(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def _quoted(names: Sequence[str]) -> str:
    return listed([f"'{name}'" for name in names], _SHOWN)
