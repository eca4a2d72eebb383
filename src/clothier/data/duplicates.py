"""Training images of which the same pixels are also in validation or test, or twice among them: what to leave out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clothier.errors import DataError
from clothier.values import Split, Tell, release
from clothier.values.fingerprint import BLOCK
from clothier.values.stratified import Rows
from clothier.values.wording import counted, listed

_SHOWN = 5  # pairs that are named


@dataclass(frozen=True)
class Duplicates:
    """Exact duplicates, told by the decoded pixels. `kept` are the rows of the training split without those whose
    pixels are also in another split (`num_leaked`), and without all but the first of those that have the same pixels
    and label (`num_repeated`). `contradicting` names pairs of the same pixels with different labels, of which none is
    left out for that. `num_judged_twice` are the validation images that are also test images."""

    kept: Rows
    num_leaked: int
    num_repeated: int
    contradicting: tuple[str, ...]
    num_judged_twice: int

    def __bool__(self) -> bool:
        return bool(self.num_leaked or self.num_repeated)


def find(splits: Mapping[str, Split], class_names: Sequence[str]) -> Duplicates:
    """The duplicates of the training split."""
    digests = {part: _digests(split) for part, split in splits.items()}
    judged = {digest for part in splits if part != "train" for digest in digests[part]}
    labels = splits["train"].labels.tolist()
    seen: set[tuple[bytes, int]] = set()
    kept, num_leaked, num_repeated = [], 0, 0
    for row, (digest, label) in enumerate(zip(digests["train"], labels, strict=True)):
        if digest in judged:
            num_leaked += 1
        elif (digest, label) in seen:
            num_repeated += 1
        else:
            seen.add((digest, label))
            kept.append(row)
    test = set(digests.get("test", ()))
    return Duplicates(
        np.array(kept, np.int64),
        num_leaked,
        num_repeated,
        _contradicting(splits, digests, class_names),
        sum(digest in test for digest in digests.get("validation", ())),
    )


def tell(name: str, found: Duplicates, num_images: int, say: Tell) -> None:
    """Say how many are left out, which images contradict each other, and what stays twice. Raises DataError where no
    training image would be left."""
    left_out = found.num_leaked + found.num_repeated
    if left_out == num_images:
        raise DataError(f"{name}: all training images are also in another split; wanted others; add images")
    if found:
        say(
            f"{name}: left out {left_out:,} of {counted(num_images, 'training image')}: {found.num_leaked:,} also in "
            f"another split, {found.num_repeated:,} repeated"
        )
    else:
        say(f"{name}: no training image is an exact duplicate, so none is left out")
    if found.contradicting:
        count = len(found.contradicting)
        have, labels = ("has", "label that is") if count == 1 else ("have", "labels that are")
        say(
            f"{name}: {counted(count, 'image')} {have} the pixels of another with another label: "
            f"{listed(found.contradicting, _SHOWN)}; correct the {labels} wrong"
        )
    if found.num_judged_twice:
        is_one = found.num_judged_twice == 1
        say(
            f"{name}: {counted(found.num_judged_twice, 'image')} {'is' if is_one else 'are'} in the validation split "
            f"and in the test split, and {'stays' if is_one else 'stay'} in both"
        )


def without(
    splits: Mapping[str, Split], class_names: Sequence[str], name: str, say: Tell
) -> dict[str, Split]:
    """The splits without the duplicates of the training split, which are told. Errors as `tell`."""
    found, train = find(splits, class_names), splits["train"]
    tell(name, found, len(train), say)
    return {**splits, "train": train.only(found.kept) if found else train}


def _digests(split: Split) -> list[bytes]:
    digests: list[bytes] = []
    for start in range(0, len(split), BLOCK):
        block = split.images[start : start + BLOCK]
        digests += [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in block]
        release(split.images)
    return digests


def _contradicting(
    splits: Mapping[str, Split], digests: Mapping[str, list[bytes]], class_names: Sequence[str]
) -> tuple[str, ...]:
    """Each image whose pixels came before with another label, beside the first that had them."""
    first: dict[bytes, tuple[str, int]] = {}
    found = []
    for part, split in splits.items():
        for row, (digest, label) in enumerate(zip(digests[part], split.labels.tolist(), strict=True)):
            here = split.file(row) or f"{part} image {row}"
            before, before_label = first.setdefault(digest, (here, label))
            if label != before_label:
                found.append(f"{here} ('{class_names[label]}') and {before} ('{class_names[before_label]}')")
    return tuple(found)
