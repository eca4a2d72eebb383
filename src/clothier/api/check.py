"""What is wrong with data, for Python users."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from clothier import checking
from clothier.data import LoadOptions
from clothier.errors import InputError
from clothier.predict import opening
from clothier.reports import check_page
from clothier.runs import Run
from clothier.system.files import as_path, check_folder_place
from clothier.values import Dataset, Findings, Report


def check(
    data: Any,
    *,
    model: str | Path | Run | None = None,
    out: str | Path | None = None,
    report: Report | None = None,
) -> Findings:
    """What is wrong with the data: `clothier.check("folder:photos").found`.

    `data` is a source, such as "folder:photos", or a Dataset. `model` is a run, its folder, a model file or the name of
    a model in the box: its features are what pictures are compared by, and copies across splits are scored with it.
    With `out`, check.html and check.json are written to that folder. `report(what, done, total)` is called as the work
    proceeds. Needs clothier[train].

    Raises InputError for data of another type and a model of other images, WriteError for a folder that cannot be
    written, and the errors of `clothier.load` and `clothier.open`.
    """
    folder = None if out is None else as_path(out, "out")
    if folder is not None:
        check_folder_place(folder)
    place = model.path if isinstance(model, Run) else model
    predictor = None if place is None else opening.opened(place)
    name = "" if place is None else Path(place).stem

    def warn(words: str) -> None:
        warnings.warn(words, stacklevel=4)

    if isinstance(data, str):
        data = checking.read(data, LoadOptions(progress=report, warn=warn), predictor)
    if not isinstance(data, Dataset):
        raise InputError(
            f"data is of type {type(data).__name__}; wanted a source, such as 'folder:photos', or a Dataset, which "
            "clothier.load and Dataset.from_arrays give"
        )
    found = checking.check(data, predictor, name, report=report, tell=warn)
    if folder is not None:
        check_page.write(found, data, folder)
    return found
