"""What more images would bring, for Python users."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from clothier import planning
from clothier.data import LoadOptions
from clothier.errors import InputError
from clothier.reports import plan_files
from clothier.system.files import as_path, check_folder_place
from clothier.values import Dataset, Forecast, Report


def plan(
    data: Any,
    *,
    more: int | None = None,
    goal: float | None = None,
    out: str | Path | None = None,
    report: Report | None = None,
) -> Forecast:
    """What more images would bring: `clothier.plan("folder:photos", more=200).class_gains`.

    `data` is a source, such as "folder:photos", or a Dataset. `more` is the number of further training images, a tenth
    of those there are by default, and `goal` an accuracy in (0, 1), of which the forecast then says how many images it
    takes. With `out`, plan.json and learning_curves.png are written to that folder. `report(what, done, total)` is
    called as the work proceeds. Needs clothier[train].

    Raises InputError for data of another type, and numbers out of range, WriteError for a folder that cannot be
    written, and the errors of `clothier.load`.
    """
    planning.check(more, goal)
    folder = None if out is None else as_path(out, "out")
    if folder is not None:
        check_folder_place(folder)

    def warn(words: str) -> None:
        warnings.warn(words, stacklevel=4)

    if isinstance(data, str):
        data = planning.read(data, LoadOptions(progress=report, warn=warn))
    if not isinstance(data, Dataset):
        raise InputError(
            f"data is of type {type(data).__name__}; wanted a source, such as 'folder:photos', or a Dataset, which "
            "clothier.load and Dataset.from_arrays give"
        )
    found = planning.forecast(data, more=more, goal=goal, report=report, tell=warn)
    if folder is not None:
        plan_files.write(found, folder)
    return found
