"""One atomic file that makes a run resume bit for bit: weights, optimiser, history, best value, and what they
belong to. Shuffle, dropout and augmentation are functions of (seed, epoch), so no random state is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors

from clothier.errors import DamagedCheckpointError, RunError
from clothier.runs import epoch_row, in_order
from clothier.runs.scores import LARGEST, LEAST, MOST_EPOCHS
from clothier.system.files import check_regular, writing
from clothier.values import EpochRow
from clothier.values.fields import Fields, parse
from clothier.values.names import escaped

FORMAT = 1
_OF_STATE = "state_sha256"  # the tensors' digest is "sha256"
Tensors = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Best:
    """The epoch with the lowest validation loss so far, and the SHA-256 of the file that holds its weights."""

    epoch: int
    val_loss: float
    sha256: str


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run at the end of an epoch; the epoch and phase are those of the last row of `history`.

    `tensors` are named model/<variable> and optimizer/<number>/<variable>; `recipe` and `fingerprint` say what
    the run belongs to.
    """

    tensors: Tensors
    recipe: dict[str, Any]
    fingerprint: str
    history: list[EpochRow]
    best: Best | None

    @property
    def epochs_done(self) -> int:
        return len(self.history)


def digest(tensors: Tensors) -> str:
    """SHA-256 hex over names, dtypes, shapes and bytes, in the order of the names."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        _add(total, name, tensors[name])
    return total.hexdigest()


def _add(total: hashlib._Hash, name: str, tensor: npt.NDArray[Any]) -> None:
    array = np.asarray(tensor, order="C")
    total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
    total.update(_bytes(array))


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write the checkpoint in one atomic step; WriteError where it cannot be written."""
    state = {
        "format": FORMAT,
        "recipe": checkpoint.recipe,
        "fingerprint": checkpoint.fingerprint,
        "history": [asdict(row) for row in checkpoint.history],
        "best": asdict(checkpoint.best) if checkpoint.best else None,
    }
    _write(path, checkpoint.tensors, state)


def load(path: Path, prefix: str = "") -> Checkpoint:
    """The checkpoint in that file, with those of its tensors whose names begin with `prefix`; RunError where it is
    missing, damaged, or of another format."""
    tensors, state = _read(path, prefix)
    history, best = _progress(state)
    recipe, fingerprint = state.within("recipe").left, state.word("fingerprint")
    return Checkpoint(tensors, recipe, fingerprint, history, best)


def check(path: Path) -> None:
    """DamagedCheckpointError for a file that is not what was written. It is read whole, tensor by tensor."""
    _read(path, "no tensor")


def read_progress(path: Path) -> tuple[list[EpochRow], Best | None]:
    """The history and the best epoch in a checkpoint, without its tensors. Errors as `load`."""
    with _opened(path) as file:
        return _progress(_state(path, file.metadata()))


def _progress(state: Fields) -> tuple[list[EpochRow], Best | None]:
    if "recipe" not in state.left:
        raise RunError(
            f"{state.where} holds weights alone; wanted a checkpoint, such as last.safetensors beside it"
        )
    return _history(state), state.maybe("best", lambda name: _best(state.within(name)))


def _history(state: Fields) -> list[EpochRow]:
    rows = [epoch_row(entry) for entry in state.each("history", MOST_EPOCHS)]
    if not rows:
        raise RunError(f"{state.where}: history is empty; wanted an epoch or more; train the recipe again")
    return in_order(rows, state.where)


def _best(fields: Fields) -> Best:
    return Best(
        fields.whole("epoch", 1, MOST_EPOCHS),
        fields.number("val_loss", LEAST, LARGEST),
        fields.word("sha256"),
    )


def save_weights(path: Path, weights: Tensors) -> str:
    """Write weights alone, atomically; returns their digest."""
    _write(path, weights, {"format": FORMAT})
    return digest(weights)


def load_weights(path: Path) -> Tensors:
    """Weights by name; RunError where the file is missing or damaged."""
    return _read(path)[0]


def _write(path: Path, tensors: Tensors, state: dict[str, Any]) -> None:
    """Write the file in safetensors form. Its library builds the whole file in memory, or renames one that was not
    synced."""
    arrays = {name: np.asarray(array, order="C") for name, array in tensors.items()}
    arrays = dict(sorted(arrays.items(), key=lambda item: (-item[1].itemsize, item[0])))  # each is aligned
    text = json.dumps(state)
    metadata = {"clothier": text, "sha256": digest(arrays), _OF_STATE: _digest_of(text)}
    header: dict[str, Any] = {"__metadata__": metadata}
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        dtype = f"{array.dtype.kind.upper()}{8 * array.itemsize}"  # float32 is F32, int64 I64
        header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": (start, end)}
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with writing(path) as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for array in arrays.values():
            file.write(_bytes(array))


def _digest_of(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _bytes(array: npt.NDArray[Any]) -> memoryview:
    """The bytes of an array in C order, without a copy."""
    return array.reshape(-1).view(np.uint8).data


def _read(path: Path, prefix: str = "") -> tuple[dict[str, npt.NDArray[Any]], Fields]:
    with _opened(path) as file:
        metadata = file.metadata()
        state = _state(path, metadata)
        tensors, total = {}, hashlib.sha256()
        try:
            for name in sorted(file.keys()):  # one after the other: most of a checkpoint is its optimiser's
                tensor = file.get_tensor(name)
                _add(total, name, tensor)
                if name.startswith(prefix):
                    tensors[name] = tensor
        except (OSError, KeyError, TypeError, ValueError, safetensors.SafetensorError) as error:
            raise _damaged(path, str(error)) from error
    if metadata.get("sha256") != total.hexdigest():
        raise _damaged(path, "its tensors changed")
    return tensors, state


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        check_regular(path)
        with safetensors.safe_open(str(path), framework="numpy") as file:
            yield file
    except FileNotFoundError:
        raise RunError(f"{path} is missing; wanted a checkpoint; train the recipe again") from None
    except (OSError, safetensors.SafetensorError) as error:
        raise _damaged(path, getattr(error, "strerror", None) or str(error)) from error


def _state(path: Path, metadata: dict[str, str] | None) -> Fields:
    """The values that are written beside the tensors. Raises RunError for another format."""
    if not metadata or "clothier" not in metadata:
        raise _damaged(path, "it says nothing of a run")
    if (
        metadata.get(_OF_STATE, found := _digest_of(metadata["clothier"])) != found
    ):  # earlier versions wrote none
        raise _damaged(path, "what it says of its run changed")
    content = parse(metadata["clothier"].encode(errors="replace"), str(path), RunError)
    state = Fields(content, str(path), RunError)
    version = state.take("format")
    if version != FORMAT or type(version) is not int:
        raise RunError(
            f"{path} has format {escaped(str(version)[:20])}; wanted {FORMAT}; use the version that wrote it"
        )
    return state


def _damaged(path: Path, why: str) -> RunError:
    return DamagedCheckpointError(path, escaped(why[:200]))
