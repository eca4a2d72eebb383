"""Photos -> answers, in order, however many; a picture that cannot be read is an answer too."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from clothier.calibrate import Verdicts
from clothier.errors import DataError, InputError
from clothier.photo import FORMAT_WORDS, ahead, doctor, walk
from clothier.photo.doctor import Diagnosis
from clothier.predict.predictor import Predictor
from clothier.values import Floats, Report

UNREADABLE = "unreadable"
_TOGETHER = 32  # photos that are judged at once


@dataclass(frozen=True)
class Answer:
    """What is said of one photo: its classes with their probabilities, the most probable first, a status (sure, unsure,
    unlike or unreadable), how strange it is in standard deviations (None where that is not known), the reason where it
    could not be read, and what the photo doctor warns of."""

    filename: str
    classes: tuple[tuple[str, float], ...] = ()
    status: str = UNREADABLE
    strangeness: float | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def doubt(self) -> str:
        """Why its class should not be trusted, in words; empty where the model is sure."""
        if self.status == "unsure":
            (label, _), (second, _) = self.classes[:2]
            return f"not sure: {label} or {second}"
        return "not like anything it was trained on" if self.status == "unlike" else self.reason


def find(words: Sequence[str], warn: Callable[[str], None] | None = None) -> list[Path]:
    """The pictures that those words name: files, all pictures in folders and the folders in them, and what patterns
    such as photos/*.jpg fit; each once, in the order of the words, those of a folder as `photo.walk` gives them.

    Pictures of formats that are not read are among them, and folders that cannot be looked into, to be answers with
    their reasons; what else is left out of a folder is told to `warn`. Raises InputError for a word that names nothing,
    or a folder that cannot be looked into.
    """
    found: dict[Path, None] = {}
    for word in words:
        there, fault = _named(word, warn)
        if not there:
            raise InputError(
                f"{fault}; wanted a photo ({FORMAT_WORDS}), a folder of some, or a pattern such as 'photos/*.jpg'"
            )
        found.update(dict.fromkeys(there))
    return list(found)


def _named(word: str, warn: Callable[[str], None] | None) -> tuple[list[Path], str]:
    """What a word names, and the fault where that is nothing."""
    if word == "-" and not os.path.lexists(word):
        return [], "- would be what another command prints, which is not read"
    if not word:  # a variable of the shell that is not set; as a path it would be this folder
        return [], "'' names nothing"
    try:
        path = Path(word).expanduser()
        path.lstat()
        if not path.is_dir():
            return [path], ""
        next(path.iterdir(), None)  # raises where it may not be looked into
        return _below(word, path, warn)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        return [], f"{word} cannot be looked into ({error.strerror})"
    except RuntimeError:  # ~ and the name of nobody
        return [], f"{word} is not there"
    fitting = glob.iglob(str(path), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    there = sorted(Path(name) for name in fitting if not os.path.isdir(name))  # noqa: PTH112 - Path.is_dir may raise
    return there, f"{word} fits no file" if glob.has_magic(word) else f"{word} is not there"


def _below(word: str, folder: Path, warn: Callable[[str], None] | None) -> tuple[list[Path], str]:
    found = walk(folder, all_formats=True)
    closed, found.closed = list(found.closed), {}
    left_out = ", ".join(found.left_out())
    paths = [*found.pictures, *closed]
    if warn and left_out and paths:
        warn(f"{word}: left out {left_out}")
    return paths, f"{word} holds no pictures{f' ({left_out})' if left_out else ''}"


def answers(predictor: Predictor, paths: Sequence[Path], report: Report | None = None) -> Iterator[Answer]:
    """One answer a path, in their order; memory stays flat. `report` is told (what, done, total)."""
    done = 0
    height, width, channels = predictor.image_shape

    def prepare(path: Path) -> tuple[Path, Diagnosis | DataError]:
        return path, doctor.attempt(path, predictor.photos, (height, width), channels)

    prepared = ahead(prepare, paths, predictor.threads)
    while batch := list(islice(prepared, _TOGETHER)):
        yield from _judged(predictor, batch)
        done += len(batch)
        if report:
            report("photos", done, len(paths))


def _judged(predictor: Predictor, batch: Sequence[tuple[Path, Diagnosis | DataError]]) -> Iterator[Answer]:
    images = [result[0] for _, result in batch if not isinstance(result, DataError)]
    verdicts = predictor.judge(np.stack(images)) if images else None
    row = 0
    for path, result in batch:
        # Names that are no UTF-8 can be neither printed nor written as they are.
        name = os.fsencode(path).decode("utf-8", "backslashreplace")
        if isinstance(result, DataError) or verdicts is None:
            yield Answer(name, reason=str(result))
        else:
            yield of_verdicts(name, predictor.class_names, verdicts, row, result[1])
            row += 1


def of_verdicts(
    filename: str, class_names: Sequence[str], verdicts: Verdicts, row: int, warnings: tuple[str, ...] = ()
) -> Answer:
    """The answer that a row of the verdicts gives, with those warnings of the photo doctor."""
    strangeness = float(verdicts.strangeness[row])
    return replace(
        of_probabilities(filename, class_names, verdicts.probabilities[row], warnings),
        status=str(verdicts.statuses[row]),
        strangeness=None if np.isnan(strangeness) else strangeness,
    )


def of_probabilities(
    filename: str, class_names: Sequence[str], probabilities: Floats, warnings: tuple[str, ...] = ()
) -> Answer:
    """The answer of probabilities float32 (num_classes,) alone: its status is empty, since nobody judged them."""
    order = np.argsort(-probabilities, kind="stable")
    classes = tuple((class_names[place], float(probabilities[place])) for place in order)
    return Answer(filename, classes, status="", warnings=warnings)
