"""The commands that findings offer."""

from __future__ import annotations

from clothier import data
from clothier.checking.material import Material
from clothier.data.photos import SPLIT_NAMES
from clothier.errors import command


def train(material: Material, *words: str) -> tuple[str, ...]:
    """The command that trains on these data with these words; none for arrays, which no command can name."""
    if not material.source:
        return ()
    recipe = "photos" if material.files else "cnn3"
    return (command("train", recipe, "--data", material.source, *words),)


def group(material: Material) -> tuple[str, ...]:
    """The command that keeps the photos of a folder in one split; none where the data bring their own splits."""
    has_own = all(name.partition("/")[0].lower() in SPLIT_NAMES for name in material.ids)
    return () if has_own or material.files is None else train(material, "--group", "folder")


def explore(material: Material, split: str) -> tuple[str, ...]:
    """The command that shows a split with its suspected labels."""
    if not material.source:
        return ()
    return (command("explore", "--data", material.source, "--split", split),)


def label(material: Material, split: str) -> tuple[str, ...]:
    """The command that repairs the suspected labels of a split; none for arrays."""
    if not material.source:
        return ()
    words = () if split == "train" else ("--split", split)
    return (command("label", material.source, *words),)


def doctor(material: Material, row: int) -> tuple[str, ...]:
    """The command that shows how that photo becomes an image."""
    if not material.files:
        return ()
    path = data.paths(material.dataset).get(material.ids[row])
    return (command("doctor", path),) if path else ()
