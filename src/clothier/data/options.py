"""How to read a data set: the options that every source takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clothier.data import groups
from clothier.data.cache import location
from clothier.errors import InputError, unknown_name
from clothier.photo.doctor import WAYS
from clothier.system.files import as_path
from clothier.values.whole import whole_number

VALIDATIONS = ("article", "default", "none", "stratified")
MAX_SIDE = 2048  # pixels; a photo of that size takes 12 MB


@dataclass(frozen=True)
class LoadOptions:
    """Options for loading a data set. Raises InputError for a value out of range.

    `progress(what, done, total)` and `warn(sentence)` are called while data are read. Reading data prints nothing
    itself.
    """

    data_dir: Path | None = None  # only for fashion-mnist; None: the folder that CLOTHIER_DATA names, if set
    validation: str = (
        "default"  # how validation data are held out, one of VALIDATIONS; default = the source's way
    )
    image_size: tuple[int, int] | None = None  # (height, width) of photos in pixels; None: 64 x 64
    crop: str = "pad"  # how photos get that shape: pad (on white), centre (the edges are cut off) or doctor
    skip_bad: bool = False  # leave unreadable photos out instead of refusing the data
    # Draw the test images anew, by the seed, from all training and test images. Validation images are then held out as
    # the article did unless `validation` says otherwise.
    resplit: bool = False
    # How images of one product are told, which then all go into one split: "folder", a regular expression whose first
    # group is the product, or a column of the table; "" for images that are divided one by one.
    group: str = ""
    # Leave out training images whose pixels are also in another split, or came before with the same label.
    drop_duplicates: bool = False
    # A labels.csv of decisions about labels, and how many of its rows count; None: all that it holds.
    labels: Path | None = None
    labels_rows: int | None = None
    seed: int = 13  # for the stratified split, the re-split and generated data
    progress: Callable[[str, int, int], None] | None = None
    warn: Callable[[str], None] | None = None
    # nothing is held out of data without splits of their own: a model is evaluated on all of them
    whole: bool = False
    cache_dir: Path | None = None  # None: the user's or, where that cannot be used, a private one

    def __post_init__(self) -> None:
        for field, known in (("validation", VALIDATIONS), ("crop", WAYS)):
            if getattr(self, field) not in known:
                raise unknown_name(field, str(getattr(self, field)), known)
        whole_number("seed", self.seed, 0)
        if self.labels is not None:
            object.__setattr__(self, "labels", as_path(self.labels, "labels"))
        if self.labels_rows is not None:
            whole_number("labels_rows", self.labels_rows, 0)
        groups.check(self.group)
        if self.group and self.resplit:
            raise InputError(
                "--group does not apply to --resplit, which divides images one by one; leave one out"
            )
        if self.image_size is not None and not _is_size(self.image_size):
            raise InputError(
                f"image_size is {self.image_size!r:.80}; wanted (height, width) in pixels, such as (64, 64)"
            )
        if self.image_size is not None and not all(1 <= side <= MAX_SIDE for side in self.image_size):
            height, width = self.image_size
            raise InputError(f"image size is {height} x {width}; wanted sides from 1 to {MAX_SIDE} pixels")

    @classmethod
    def from_json(cls, content: Mapping[str, Any], **callbacks: Any) -> LoadOptions:
        """The options that `as_json` gave; `callbacks` are `progress` and `warn`."""
        others = {
            name: value for name, value in content.items() if name not in ("data_dir", "image_size", "labels")
        }
        data_dir, size, labels = (content.get(name) for name in ("data_dir", "image_size", "labels"))
        return cls(
            **others,
            data_dir=Path(data_dir) if data_dir else None,
            labels=Path(labels) if labels else None,
            image_size=(size[0], size[1]) if size else None,
            **callbacks,
        )

    def as_json(self) -> dict[str, Any]:
        """What decides which images are read and how, as JSON holds it."""
        return {
            "data_dir": str(self.data_dir.absolute()) if self.data_dir else None,
            "validation": self.validation,
            "image_size": list(self.image_size) if self.image_size else None,
            "crop": self.crop,
            "skip_bad": self.skip_bad,
            "resplit": self.resplit,
            "group": self.group,
            "drop_duplicates": self.drop_duplicates,
            "seed": self.seed,
            **self._labels_as_json(),
        }

    def _labels_as_json(self) -> dict[str, Any]:
        if self.labels is None:
            return {}
        return {"labels": str(self.labels.absolute()), "labels_rows": self.labels_rows}

    def cache_folders(self, kind: str) -> list[Path]:
        """Where things of that kind are kept, best first, as `cache.location` uses them."""
        return [self.cache_dir / kind] if self.cache_dir is not None else location.of_user(kind)

    def validation_or(self, default: str) -> str:
        """How validation data are held out: as chosen, or in the source's own way."""
        if self.whole:
            return "whole"
        if self.validation == "default":
            return "article" if self.resplit else default
        return self.validation

    def report(self, what: str, done: int, total: int) -> None:
        if self.progress:
            self.progress(what, done, total)

    def tell(self, sentence: str) -> None:
        if self.warn:
            self.warn(sentence)

    def refuse_photo_options(self, source: str, *, has_columns: bool = False) -> None:
        """InputError where an option was chosen that only photos take, or only photos and tables."""
        if self.group and not has_columns:
            raise InputError(
                f"--group does not apply to {source}, whose images have neither files nor a table; leave it out"
            )
        chosen = {
            "--image-size": self.image_size is not None,
            "--crop": self.crop != "pad",
            "--skip-bad": self.skip_bad,
        }
        for flag, is_chosen in chosen.items():
            if is_chosen:
                raise InputError(
                    f"{flag} does not apply to {source}, whose images have their own size; leave it out"
                )


def _is_size(size: object) -> bool:
    """Whether the value is a pair of whole numbers."""
    return isinstance(size, (tuple, list)) and len(size) == 2 and all(type(side) is int for side in size)
