"""Change files of weights and embeddings from elsewhere, and say what happens when they are read.

    python -m benchmarks.data.foreign [--cases 2000] [--seed 1] [--only FORMAT]

Prints a row for each format. A changed file may be read, or refused in one line within two seconds. All else is a
fault, also the end of the process that reads, which may take 256 MB more than it has at the start. Faults are listed,
and the exit code is then 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pickle
import resource
import signal
import struct
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from benchmarks.data.damage import DAMAGES, SECONDS, STATE, quiet, told, write_embedding
from clothier import embed
from clothier.bundle import tensors
from clothier.errors import ClothierError
from clothier.runs import checkpoint
from clothier.training.transfer import hdf5, torch_file

MEMORY = 256 * 2**20  # that a reader may take over a file of a few kB

WANTED = [("one", (3, 3, 1, 4), (4,)), ("two", (3, 3, 4, 4), (4,))]


def _write_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name, _, _ in WANTED]
        for name, kernel, bias in WANTED:
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()]
            group.create_dataset(f"{name}/kernel:0", data=np.ones(kernel, np.float32))
            group.create_dataset(
                f"{name}/bias:0", data=np.ones(bias, np.float32), chunks=(2,), compression="gzip"
            )


def _torch_pickle(*, older: bytes = b"") -> bytes:
    """What torch.save writes of one tensor of 4 x 6 numbers, byte by byte, since PyTorch is not installed."""

    def text(word: str) -> bytes:
        return b"X" + struct.pack("<I", len(word)) + word.encode()

    kind = b"ctorch\nFloatStorage\n"
    storage = b"(" + text("storage") + kind + text("7") + text("cpu") + b"K\x18" + older + b"tQ"
    sides = b"K\x00" + b"K\x04K\x06\x86" + b"K\x06K\x01\x86"
    tensor = (
        b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + sides + b"\x89ccollections\nOrderedDict\n)RtR"
    )
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + text("weight") + tensor + b"u."


def _write_torch(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("net/data.pkl", _torch_pickle())
        file.writestr("net/byteorder", b"little")
        file.writestr("net/data/7", np.arange(24, dtype=np.float32).tobytes())


def _write_older_torch(path: Path) -> None:
    begin = [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}]
    numbers = struct.pack("<q", 24) + np.arange(24, dtype=np.float32).tobytes()
    pickles = [
        *(pickle.dumps(value, 2) for value in begin),
        _torch_pickle(older=b"N"),
        pickle.dumps(["7"], 2),
    ]
    path.write_bytes(b"".join(pickles) + numbers)


def _write_npz(path: Path) -> None:
    write_embedding(path.parent)
    (path.parent / "six.npz").replace(path)


def _read_tensors(path: Path) -> object:
    return tensors.load(path.read_bytes(), path.name)


def _write_tensors(path: Path) -> None:
    path.write_bytes(tensors.dump({"a": np.ones((3, 4), np.float32), "b": np.arange(5)}))


FORMATS: dict[str, tuple[Callable[[Path], Any], Callable[[Path], Any]]] = {
    "HDF5": (_write_hdf5, lambda path: hdf5.read_convolutions(path, WANTED)),
    "safetensors, checkpoint": (lambda path: checkpoint.save(path, STATE), checkpoint.load),
    "safetensors, in a model file": (_write_tensors, _read_tensors),
    "npz": (_write_npz, embed.load),
    "PyTorch, zip": (_write_torch, torch_file.read),
    "PyTorch, before 1.6": (_write_older_torch, torch_file.read),
}


def fuzz(name: str, seed: int, first: int, cases: int, folder: Path, results: Any) -> None:
    """Read changed files, from number `first` on, and put (number, outcome, words, seconds, bytes) of each."""
    write, read = FORMATS[name]
    good = folder / "good"
    if not good.exists():
        write(good)
    content, path = good.read_bytes(), folder / "changed.h5"
    read(good)  # what is imported counts for nothing
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    changes = list(DAMAGES.values())
    for number in range(first, cases):
        dice = np.random.default_rng([seed, number])
        changed = content
        for _ in range(dice.integers(1, 4)):
            changed = changes[dice.integers(len(changes))](changed, dice) or b"\0"
        path.write_bytes(changed)
        results.put((number, "begun", "", 0.0))
        began = time.perf_counter()
        try:
            read(path)
            outcome, words = "read", ""
        except ClothierError as error:
            outcome, words = "refused", str(error)
        except BaseException as error:
            outcome, words = "FAULT", f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - began
        if not words.isprintable() or seconds > SECONDS:
            outcome = "FAULT"
        results.put((number, outcome, words, seconds))
    os._exit(0)


def fuzzed(name: str, seed: int, cases: int, folder: Path) -> tuple[Counter[str], list[str], float]:
    """Counts of outcomes, the faults, and the longest time; a new process takes over where one is ended."""
    counts: Counter[str] = Counter()
    faults: list[str] = []
    longest, number, first = 0.0, -1, 0
    while first < cases:
        results: Any = multiprocessing.get_context("fork").SimpleQueue()
        process = multiprocessing.get_context("fork").Process(
            target=fuzz, args=(name, seed, first, cases, folder, results)
        )
        process.start()
        silent = time.monotonic()
        while process.is_alive() or not results.empty():
            if results.empty():
                if time.monotonic() - silent > 10 * SECONDS:
                    os.kill(process.pid or 0, signal.SIGKILL)
                time.sleep(0.001)
                continue
            number, outcome, words, seconds = results.get()
            silent = time.monotonic()
            if outcome == "begun":
                first = number + 1
                continue
            counts[outcome] += 1
            longest = max(longest, seconds)
            if outcome == "FAULT":
                faults.append(f"{name} {number}: {words} ({seconds:.2f} s)")
            number = -1
        process.join()
        if first < cases and number < 0:
            raise RuntimeError(f"changing the file failed in case {first}")
        if number >= 0:  # it did not come back
            counts["FAULT"] += 1
            faults.append(f"{name} {number}: the process ended with {process.exitcode}")
    return counts, faults, longest


def print_fuzz(root: Path, seed: int, cases: int, only: str) -> list[str]:
    """The table of formats; returns the faults."""
    faults = []
    print("| format | files | read | refused in one line | faults | longest, s |\n|---|---|---|---|---|---|")
    for number, name in enumerate(FORMATS):
        if not name.startswith(only):
            continue
        folder = root / str(number)
        folder.mkdir()
        counts, found, longest = fuzzed(name, seed, cases, folder)
        faults += found
        cells = (name, cases, *(counts[word] for word in ("read", "refused", "FAULT")), f"{longest:.2f}")
        print("|", " | ".join(map(str, cells)), "|", flush=True)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=2000, metavar="N", help="changed files of each format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the formats whose names begin so")
    arguments = parser.parse_args()
    os.fsync = quiet  # type: ignore[assignment]  # the disk would take longer for it than all else here
    with tempfile.TemporaryDirectory() as name:
        return told(print_fuzz(Path(name), arguments.seed, arguments.cases, arguments.only))


if __name__ == "__main__":
    sys.exit(main())
