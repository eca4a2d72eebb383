"""One run folder: what is written there and read."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np

from clothier.errors import InputError, RunError, WriteError, command
from clothier.recipes import Recipe
from clothier.recipes.recipe import PHASES
from clothier.runs import scores, tables
from clothier.runs.description import Description, read_recipe
from clothier.runs.paths import Paths
from clothier.runs.samples import Samples
from clothier.runs.scores import Calibrated
from clothier.system.files import as_path, read_file, write_atomic
from clothier.system.locks import held, is_held
from clothier.values import SCORE_COLUMNS, EpochRow, Floats, Labels, PhaseScores, Predictions, csvtext, markup
from clothier.values.fields import Fields, parse
from clothier.values.wording import counted

HISTORY_COLUMNS = tuple(field.name for field in fields(EpochRow))
PREDICTION_COLUMNS = ("index", "file", "label", "predicted")
PROBABILITIES = ("probability", "uncalibrated_probability")  # one of these follows
MOST_BYTES = 2**30  # of any file that is read whole
# Of the files in JSON, which takes many times as much memory; scores.json has a line for each pair of mixed-up classes.
_MOST_DESCRIPTION, _MOST_SCORES = 2**24, 2**28


class Run(Paths):
    """One run folder. Constructing the object touches no file; `create` and `open` do."""

    @classmethod
    def create(cls, recipe_name: str, root: Path) -> Run:
        """A new, empty folder root/<recipe>-<number>, the number one above the highest there. Raises InputError for a
        name that is no file's."""
        if not re.fullmatch(r"\w[\w .-]*", recipe_name):
            raise InputError(
                f"the recipe's name is '{recipe_name}', which names its run's folder; wanted letters and digits, "
                "and perhaps - _ . in between; choose another"
            )
        try:
            root.mkdir(parents=True, exist_ok=True)
            pattern = re.compile(re.escape(recipe_name) + r"-(\d+)")
            numbers = [int(m[1]) for child in root.iterdir() if (m := pattern.fullmatch(child.name))]
            number = max(numbers, default=0) + 1
            while True:
                path = root / f"{recipe_name}-{number}"
                try:
                    path.mkdir()
                    return cls(path)
                except FileExistsError:  # another process took this number just now
                    number += 1
        except OSError as error:
            raise WriteError(root, error) from error

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """The run in that folder; RunError where the folder holds none."""
        run = cls(as_path(path, "the run"))
        try:
            there = run.recipe_file.is_file()
        except OSError as error:
            raise RunError(
                f"cannot read {path}: {error.strerror}; wanted a run folder such as runs/cnn1-1"
            ) from error
        if not there:
            lacks = "it is empty" if run._is_empty() else f"no {run.recipe_file.name} in it"
            if run.baseline_file.is_file():
                lacks = "it is a baseline, without a network"
            raise RunError(
                f"{path} is not a run folder ({lacks}); wanted one like runs/cnn1-1; "
                "`clothier runs` lists them"
            )
        return run

    @classmethod
    def all_in(cls, root: Path) -> list[Run]:
        """Every run in that folder, those of one recipe in the order of their numbers; none where it is absent."""
        folders = [path.parent for path in root.glob("*/recipe.json")]

        def order(path: Path) -> tuple[str, int]:
            recipe, _, number = path.name.rpartition("-")
            return (recipe, int(number)) if number.isdecimal() else (path.name, 0)

        return [cls(path) for path in sorted(folders, key=order)]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this process writes the run. Raises RunError where another does."""
        with held(self.path) as free:
            if not free:
                raise RunError(
                    f"{self.path} is being trained by another process; wanted a run that no other writes; wait for its "
                    "end, or stop it"
                )
            yield

    @property
    def is_training(self) -> bool:
        """Whether a living process on this machine trains the run."""
        return is_held(self.path)

    @contextmanager
    def begun(self) -> Iterator[None]:
        """While a new run in an empty folder gets its first files: after an error these go again, with the folder."""
        is_empty = not any(self.path.iterdir())
        try:
            yield
        except BaseException:
            if is_empty:
                with suppress(OSError):
                    self.recipe_file.unlink(missing_ok=True)  # first: with it, the folder is a run
                    self.base_file.unlink(missing_ok=True)
                    self.base_file.parent.rmdir()
                with suppress(OSError):  # it holds something
                    self.path.rmdir()
            raise

    def write_description(self, description: Description) -> None:
        write_atomic(self.recipe_file, json.dumps(description.as_json(), indent=2) + "\n")

    def description(self) -> Description:
        """What recipe.json says; RunError, as all that reads here, naming the file and the field that is not as it
        should be."""
        return Description.read(self._fields(self.recipe_file, _MOST_DESCRIPTION))

    def recipe(self) -> Recipe:
        """The recipe of the run."""
        return read_recipe(self._fields(self.recipe_file, _MOST_DESCRIPTION))

    def write_history(self, rows: Iterable[EpochRow]) -> None:
        """Put the whole history; used when a resume cuts it back to the checkpoint."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HISTORY_COLUMNS)
        writer.writerows(astuple(row) for row in rows)
        write_atomic(self.history_file, text.getvalue())

    def read_history(self) -> list[EpochRow]:
        """The rows so far; empty where training has not finished an epoch."""
        remedy = f"`{self._resume}` writes it again from the checkpoint"
        if self._is_missing(self.history_file):
            return []
        rows = tables.rows(self._read(self.history_file), self.history_file, HISTORY_COLUMNS, remedy)
        return scores.in_order([scores.epoch_row(row) for row in rows], str(self.history_file))

    def write_scores(self, phases: Iterable[PhaseScores]) -> None:
        """Put the scores; a report of earlier ones goes first."""
        self.report_file.unlink(missing_ok=True)
        content = {"phases": [phase.as_json() for phase in phases]}
        write_atomic(self.scores_file, json.dumps(content, indent=2) + "\n")

    def read_scores(self) -> list[PhaseScores]:
        """The phases judged so far, in order; empty where none is."""
        if self._is_missing(self.scores_file):
            return []
        entries = self._fields(self.scores_file).each("phases", len(PHASES))
        return [scores.phase_scores(entry) for entry in entries]

    def write_predictions(
        self, labels: Labels, predictions: Predictions, class_names: Sequence[str], files: Sequence[str] = ()
    ) -> None:
        """One row an image of the judged split: index, file it came from (empty without `files`), names of its label
        and of the predicted class, probability of the latter. Where the predictions are not calibrated, the last column
        is named uncalibrated_probability."""
        name, probabilities = predictions.named_probabilities
        rows: list[tuple[object, ...]] = [(*PREDICTION_COLUMNS, name.replace(" ", "_"))]
        rows += [
            (index, file, class_names[label], class_names[guess], f"{row[guess]:.6f}")
            for index, (file, label, guess, row) in enumerate(
                zip(files or [""] * len(labels), labels, predictions.labels, probabilities, strict=True)
            )
        ]
        write_atomic(self.predictions_file, csvtext.table(rows))

    def read_predictions(self) -> tuple[Labels, Labels, Floats]:
        """(labels int64, predicted int64, probability float32 of the predicted class, calibrated or not), each (n,),
        in the order of the judged split. RunError also where they are not those that scores.json counts."""
        phases = self.read_scores()
        if not phases:
            raise RunError(
                f"{self.path} has not been evaluated yet; wanted a run with a finished phase; "
                f"`{self._resume}` continues it"
            )
        remedy = f"`{self._resume}` writes it again"
        path = self.predictions_file
        columns = tables.columns(self._read(path, remedy), path, PREDICTION_COLUMNS, remedy, PROBABILITIES)
        _, judged = phases[-1].judged
        found = scores.predictions(columns, [score.name for score in judged.per_class], f"{path}")
        confusion = np.zeros_like(judged.confusion)
        np.add.at(confusion, found[:2], 1)
        if not np.array_equal(confusion, judged.confusion):
            raise RunError(
                f"{self.predictions_file} and {self.scores_file.name} do not belong together; wanted those of one "
                f"phase; `{self._resume}` writes both"
            )
        return found

    def write_reliability(self, content: dict[str, Any]) -> None:
        write_atomic(self.reliability_file, json.dumps(content, indent=2) + "\n")

    def read_reliability(self) -> Calibrated | None:
        """What reliability.json holds, as `evaluate.calibration` has it; None where the run has none."""
        if self._is_missing(self.reliability_file):
            return None
        return scores.calibrated(self._fields(self.reliability_file))

    def write_samples(self, samples: Samples) -> None:
        write_atomic(self.samples_file, samples.pack())

    def read_samples(self) -> Samples | None:
        """The images that the run keeps; None where it has none."""
        if self._is_missing(self.samples_file):
            return None
        data = self._read(self.samples_file)
        return Samples.unpack(data, str(self.samples_file), self.description().data.image_shape)

    def check_data(self, fingerprint: str) -> None:
        """RunError where data of that fingerprint are not those the run was trained on."""
        own = self.description().data.fingerprint
        if own != fingerprint:
            raise RunError(
                f"{self.path} was trained on other data (fingerprint {own[:12]}, "
                f"these have {fingerprint[:12]}); wanted the same images, labels and splits; "
                "give the data as they were, or train again"
            )

    def __repr__(self) -> str:
        """The path, what was trained, and the accuracies of each phase that was judged."""
        if not self.recipe_file.is_file():
            return f"Run '{self.path}': no run yet"
        try:
            description, phases = self.description(), self.read_scores()
        except RunError as error:
            return f"Run '{self.path}': {error}"
        lines = [f"Run '{self.path}': {description.recipe.name} on {description.data.name}"]
        for phase in phases:
            epochs = counted(phase.epochs, "epoch")
            lines.append(
                f"  {phase.name} ({epochs}): {phase.judged[0]} accuracy {phase.judged[1].accuracy:.4f}"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The scores, and the curves where they are drawn."""
        if not self.recipe_file.is_file():
            return markup.table(f"{self.path} (no run yet)", SCORE_COLUMNS, [])
        description = self.description()
        rows = [row for phase in self.read_scores() for row in phase.rows()]
        title = f"{self.name}: {description.recipe.name} on {description.data.name}"
        page = markup.table(title, SCORE_COLUMNS, rows, notice=description.data.notice)
        curves = self.figure_file("curves")
        if curves.is_file():
            picture = base64.b64encode(self._read(curves)).decode()
            page += (
                f'<img alt="training curves" src="data:image/png;base64,{picture}" style="max-width: 100%">'
            )
        return page

    def remove_leftovers(self) -> None:
        """Delete the temporary files that a killed process left in the middle of a write."""
        for path in self.path.rglob(".*.tmp"):
            path.unlink(missing_ok=True)

    @property
    def _resume(self) -> str:
        """The command that goes on with the run, and writes what it can write again."""
        return command("train", "--resume", self.path)

    def _fields(self, path: Path, most: int = _MOST_SCORES) -> Fields:
        return Fields(parse(self._read(path, most=most), str(path), RunError), str(path), RunError)

    def _read(self, path: Path, remedy: str = "put it back, or train again", most: int = MOST_BYTES) -> bytes:
        try:
            return read_file(path, most)
        except OSError as error:
            raise RunError(
                f"cannot read {path}: {error.strerror}; wanted what clothier wrote; {remedy}"
            ) from error

    def _is_empty(self) -> bool:
        """Whether the path is an empty folder."""
        try:
            return not any(self.path.iterdir())
        except OSError:
            return False

    def _is_missing(self, path: Path) -> bool:
        return not os.path.lexists(path)
