"""Photos -> predictions, in order, however many; a picture that cannot be read is among them."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from clothier.errors import DataError, InputError
from clothier.photo import FORMAT_WORDS, ahead, doctor, walk
from clothier.photo.doctor import Diagnosis
from clothier.predict.predictor import Predictor
from clothier.values import Predictions, Report

_TOGETHER = 32  # photos that are judged at once


def find(words: Sequence[str], warn: Callable[[str], None] | None = None) -> list[Path]:
    """The pictures that those words name: files, all pictures in folders and the folders in them, and what patterns
    such as photos/*.jpg fit; each once, in the order of the words, those of a folder as `photo.walk` gives them.

    Pictures of formats that are not read and folders that cannot be looked into are among them, to become unreadable
    predictions with their reasons; what else is left out of a folder is told to `warn`. Raises InputError for a word
    that names nothing, or a folder that cannot be looked into.
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
        return [], f"{word} does not exist"
    fitting = glob.iglob(str(path), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    there = sorted(Path(name) for name in fitting if not os.path.isdir(name))  # noqa: PTH112 - Path.is_dir may raise
    return there, f"{word} fits no file" if glob.has_magic(word) else f"{word} does not exist"


def _below(word: str, folder: Path, warn: Callable[[str], None] | None) -> tuple[list[Path], str]:
    found = walk(folder, all_formats=True)
    closed, found.closed = list(found.closed), {}
    left_out = ", ".join(found.left_out())
    paths = [*found.pictures, *closed]
    if warn and left_out and paths:
        warn(f"{word}: left out {left_out}")
    return paths, f"{word} holds no pictures{f' ({left_out})' if left_out else ''}"


def predict_photos(
    predictor: Predictor,
    photos: Sequence[Path | Image.Image],
    report: Report | None = None,
    *,
    keep_features: bool = False,
    whole: bool = False,
) -> Iterator[Predictions]:
    """Predictions for the photos in their order, a few at a time, so that memory stays flat; a picture that cannot be
    read is among them, with the reason. `report` is told (what, done, total); `keep_features` as of
    Predictor.predict, where every photo can be read; `whole` as of doctor.diagnose."""
    done = 0
    height, width, channels = predictor.image_shape

    def prepare(photo: Path | Image.Image) -> Diagnosis | DataError:
        return doctor.attempt(photo, predictor.photos, (height, width), channels, whole=whole)

    remaining = iter(photos)
    prepared = ahead(prepare, photos, predictor.threads)
    while batch := list(islice(prepared, _TOGETHER)):
        images = [result[0] for result in batch if not isinstance(result, DataError)]
        stacked = np.stack(images) if images else np.empty((0, *predictor.image_shape), np.uint8)
        reasons = [str(result) if isinstance(result, DataError) else "" for result in batch]
        warnings = [result[1] for result in batch if not isinstance(result, DataError)]
        found = predictor.predict(stacked, keep_features=keep_features)
        yield replace(
            predictor.as_photos(found, warnings).with_unreadable(reasons),
            warnings=tuple(() if isinstance(result, DataError) else result[1] for result in batch),
            filenames=tuple(name(photo) for photo in islice(remaining, len(batch))),
        )
        done += len(batch)
        if report:
            report("photos", done, len(photos))


def name(photo: Path | Image.Image) -> str:
    """The photo's file as text that can be printed and written, bytes that are not UTF-8 escaped; empty where no file
    is known."""
    path = photo if isinstance(photo, Path) else getattr(photo, "filename", "") or ""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
