"""Damage each kind of file that clothier keeps on disk, and say what happens when it is read back.

    python -m benchmarks.data.damage [--seed 1] [--only KIND]

Prints a row for each kind of file and of damage: how many of the seeded cases were noticed (told in one line and made
anew, or refused in one line), and how many gave what was written, to the bit. Anything else, such as other numbers
without a word, a traceback, or more than two seconds, is a fault, which is listed, and the exit code is then 1.
`benchmarks.data.foreign` does the same to files from elsewhere.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from clothier import bundle, embed
from clothier.data.cache import arrays, location
from clothier.data.cache import photos as photo_cache
from clothier.data.cache.rows import RowFile
from clothier.errors import ClothierError
from clothier.predict import box
from clothier.runs import checkpoint
from clothier.runs.checkpoint import Best, Checkpoint
from clothier.values import Embedding, EpochRow, Tell

SECONDS = 2.0  # that a reader may take over a file of a few kB
CASES = 100  # of each kind of damage


@dataclass(frozen=True)
class Kind:
    """A kind of file: `write` puts good ones into a folder, of which `file` is damaged, and `read` gives what they
    hold, in a form that can be compared, telling what it made anew. It raises ClothierError for what it refuses."""

    name: str
    file: str
    write: Callable[[Path], Any]
    read: Callable[[Path, Tell], Any]


Damage = Callable[[bytes, np.random.Generator], bytes]


def flipped(content: bytes, dice: np.random.Generator) -> bytes:
    changed = bytearray(content)
    changed[dice.integers(len(content))] ^= int(dice.integers(1, 256))
    return bytes(changed)


def zeroed(content: bytes, dice: np.random.Generator) -> bytes:
    start = int(dice.integers(len(content)))
    size = int(dice.integers(1, 2 + len(content) // 2))
    return content[:start] + bytes(min(size, len(content) - start)) + content[start + size :]


def cut(content: bytes, dice: np.random.Generator) -> bytes:
    return content[: dice.integers(len(content))]


def lengthened(content: bytes, dice: np.random.Generator) -> bytes:
    place = int(dice.integers(len(content)))
    return content[:place] + dice.bytes(int(dice.integers(1, 64))) + content[place:]


def overwritten(content: bytes, dice: np.random.Generator) -> bytes:
    """A length or an offset gone wild: 1 to 8 bytes of 0xff, 0x7f or noise."""
    place, size = int(dice.integers(len(content))), int(dice.integers(1, 9))
    put = (b"\xff" * size, b"\x7f" * size, dice.bytes(size))[dice.integers(3)]
    return (content[:place] + put + content[place + size :])[: len(content)]


def exchanged(content: bytes, dice: np.random.Generator) -> bytes:
    """Two stretches of the file in each other's place."""
    one, two = sorted(int(place) for place in dice.integers(0, len(content), 2))
    size = min(32, two - one)
    return (
        content[:one]
        + content[two : two + size]
        + content[one + size : two]
        + content[one : one + size]
        + content[two + size :]
    )


DAMAGES: dict[str, Damage] = {
    "a byte flipped": flipped,
    "a stretch zeroed": zeroed,
    "cut off": cut,
    "bytes put in": lengthened,
    "a few bytes overwritten": overwritten,
    "stretches exchanged": exchanged,
}


def quiet(*_: object) -> None:
    pass


# The caches: what they give is what was written, whatever lies on the disk.


def _photos(folder: Path, tell: Tell = quiet) -> Any:
    pictures = folder.parent / f"{folder.name}-pictures"
    if not pictures.exists():
        pictures.mkdir()
        dice = np.random.default_rng(0)
        for split in ("train", "test"):
            Image.fromarray(dice.integers(0, 256, (20, 20, 3), np.uint8)).save(pictures / f"{split}.png")
    splits = {split: [photo_cache.Photo(pictures / f"{split}.png", split, 0)] for split in ("train", "test")}
    made = photo_cache.decoded(splits, (16, 16), "pad", [folder], quiet, tell)
    return {name: images.tobytes() for name, images in made.images.items()}, made.digests, made.left_out


def _rows(folder: Path, tell: Tell = quiet) -> Any:
    rows = RowFile(folder / "kept.float16", 3, np.float16, "ten rows")
    if rows.damaged:
        location.tell_damaged(rows.damaged, tell)
    while rows.num_rows < 10:
        rows.append([np.arange(6.0).reshape(2, 3) + rows.num_rows])
    return rows.mapped().tobytes()


def _maps(folder: Path, tell: Tell = quiet) -> Any:
    found = location.find([folder], lambda place: arrays.read(place / "kept.npz"), tell)
    if found is None:
        found = {"numbers": np.arange(12.0), "words": np.array(["a", "b"])}
        arrays.write(folder / "kept.npz", found, {}, "two arrays")
    return _plain(found)


def _plain(named: Any) -> Any:
    return {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in sorted(named.items())}


# What is a person's, and cannot be made anew: refused, or as it was written.

STATE = Checkpoint(
    tensors={"model/000/a": np.arange(60, dtype=np.float32), "optimizer/000/n": np.array(7)},
    recipe={"name": "cnn1", "learning_rate": 0.1},
    fingerprint="abc",
    history=[EpochRow(1, "plain", 0.5, 0.1, None, None, 0.001, 1.25)],
    best=Best(1, 0.123, "d" * 64),
)


def _write_checkpoint(folder: Path) -> None:
    checkpoint.save(folder / "last.safetensors", STATE)


def _checkpoint(folder: Path, tell: Tell = quiet) -> Any:
    found = checkpoint.load(folder / "last.safetensors")
    return _plain(found.tensors), found.recipe, found.fingerprint, found.history, found.best


def write_embedding(folder: Path) -> None:
    dice = np.random.default_rng(0)
    embed.save(
        Embedding(
            vectors=dice.random((6, 4), np.float32),
            images=dice.integers(0, 256, (6, 5, 5, 3), np.uint8),
            labels=np.arange(6) % 2,
            class_names=("a", "b"),
            ids=tuple("uvwxyz"),
            source="six",
            calibrated=False,
            predictions=np.arange(6) % 2,
            confidence=np.linspace(0, 1, 6, dtype=np.float32),
        ),
        folder / "six.npz",
    )


def _embedding(folder: Path, tell: Tell = quiet) -> Any:
    found = embed.load(folder / "six.npz")
    named = {"vectors": found.vectors, "images": found.images, "labels": found.labels}
    named |= {"predictions": found.predictions, "confidence": found.confidence}
    return (
        _plain({name: np.asarray(value) for name, value in named.items()}),
        found.class_names,
        found.ids,
        found.source,
    )


def _write_model(folder: Path) -> None:
    (folder / "model.clothier").write_bytes(Path(box.default()).read_bytes())


def _model(folder: Path, tell: Tell = quiet) -> Any:
    found = bundle.read(folder / "model.clothier")
    return found.manifest.as_json(), found.graph, _plain(found.statistics)


KINDS = [
    Kind("photo cache, pixels", "*.npy", _photos, _photos),
    Kind("photo cache, manifest", "*.json", _photos, _photos),
    Kind("feature cache, rows", "kept.float16", _rows, _rows),
    Kind("feature cache, manifest", "kept.json", _rows, _rows),
    Kind("map cache, arrays", "kept.npz", _maps, _maps),
    Kind("map cache, manifest", "kept.json", _maps, _maps),
    Kind("checkpoint", "last.safetensors", _write_checkpoint, _checkpoint),
    Kind("embedding", "six.npz", write_embedding, _embedding),
    Kind("model file", "model.clothier", _write_model, _model),
]  # fmt: skip


def outcomes(kind: Kind, damage: Damage, root: Path, dice: np.random.Generator) -> Iterator[tuple[str, str]]:
    """(noticed, as written or FAULT; the words) of each case."""
    folder = root / "files"
    folder.mkdir(mode=0o700)
    kind.write(folder)
    expected = kind.read(folder, quiet)
    good = {path: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}
    (target,) = folder.glob(kind.file)
    for _ in range(CASES):
        for path, content in good.items():
            path.write_bytes(content)
            path.chmod(0o600)
        target.write_bytes(damage(good[target], dice))
        told: list[str] = []
        began = time.perf_counter()
        try:
            same = kind.read(folder, told.append) == expected
            words = told[0] if told else ""
            outcome = "FAULT" if not same else "noticed" if told else "as written"
        except ClothierError as error:
            outcome, words = "noticed", str(error)
        except Exception as error:
            outcome, words = "FAULT", f"{type(error).__name__}: {error}"
        if time.perf_counter() - began > SECONDS or not words.isprintable() or len(told) > 1:
            outcome = "FAULT"
        yield outcome, words


def print_damages(root: Path, seed: int, only: str) -> list[str]:
    """The table of kinds and damages; returns the faults."""
    faults = []
    print("| file | damage | noticed | as written | faults |\n|---|---|---|---|---|")
    for kind_number, kind in enumerate(KINDS):
        for damage_number, (damage_name, damage) in enumerate(DAMAGES.items()):
            if not kind.name.startswith(only):
                continue
            folder = root / f"{kind_number}-{damage_number}"
            folder.mkdir()
            found = list(
                outcomes(kind, damage, folder, np.random.default_rng([seed, kind_number, damage_number]))
            )
            counts = Counter(outcome for outcome, _ in found)
            faults += [
                f"{kind.name}, {damage_name}: {words}" for outcome, words in found if outcome == "FAULT"
            ]
            cells = (kind.name, damage_name, *(counts[word] for word in ("noticed", "as written", "FAULT")))
            print("|", " | ".join(map(str, cells)), "|", flush=True)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the kinds whose names begin so")
    arguments = parser.parse_args()
    os.fsync = quiet  # type: ignore[assignment]  # the disk would take longer for it than all else here
    with tempfile.TemporaryDirectory() as name:
        return told(print_damages(Path(name), arguments.seed, arguments.only))


def told(faults: list[str]) -> int:
    """Name the faults; the exit code."""
    for fault in faults[:40]:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
