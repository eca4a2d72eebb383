"""One run folder: its file names, what is written there and read."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from clothier import markup
from clothier.errors import InputError, RunError, WriteError, command
from clothier.files import held, write_atomic
from clothier.values import SCORE_COLUMNS, EpochRow, Floats, Labels, PhaseScores, Predictions

HISTORY_COLUMNS = tuple(field.name for field in fields(EpochRow))


@dataclass(frozen=True)
class Run:
    """One run folder. Making the object touches no file; `create` and `open` do."""

    path: Path

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
        run = cls(Path(path))
        if not run.recipe_file.is_file():
            raise RunError(
                f"{path} is not a run folder (no {run.recipe_file.name} in it); wanted one like runs/cnn1-1; "
                "`ls runs` lists them"
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

    @contextmanager
    def begun(self) -> Iterator[None]:
        """While a new run gets its first files: where it gets none, its folder goes again."""
        try:
            yield
        except BaseException:
            with suppress(OSError):  # it holds something
                self.path.rmdir()
            raise

    @property
    def name(self) -> str:
        return self.path.resolve().name

    # File names, each in one place.
    @property
    def recipe_file(self) -> Path:
        return self.path / "recipe.json"

    @property
    def history_file(self) -> Path:
        return self.path / "history.csv"

    @property
    def scores_file(self) -> Path:
        return self.path / "scores.json"

    @property
    def predictions_file(self) -> Path:
        return self.path / "predictions.csv"

    @property
    def reliability_file(self) -> Path:
        return self.path / "reliability.json"

    @property
    def report_file(self) -> Path:
        return self.path / "report.html"

    @property
    def model_file(self) -> Path:
        return self.path / "model.clothier"

    @property
    def events_folder(self) -> Path:
        return self.path / "events"

    @property
    def last_checkpoint(self) -> Path:
        return self.path / "checkpoint" / "last.safetensors"

    @property
    def base_file(self) -> Path:
        """The frozen base's weights, where the network stands on one: so a run needs nothing but its own folder."""
        return self.path / "checkpoint" / "base.safetensors"

    def best_checkpoint(self, epoch: int) -> Path:
        return self.path / "checkpoint" / f"best-{epoch:04d}.safetensors"

    def best_checkpoints(self) -> list[Path]:
        return sorted((self.path / "checkpoint").glob("best-*.safetensors"))

    def figure_file(self, name: str, suffix: str = "png") -> Path:
        return self.path / "figures" / f"{name}.{suffix}"

    # Reading and writing.
    def write_recipe(self, content: dict[str, Any]) -> None:
        write_atomic(self.recipe_file, json.dumps(content, indent=2) + "\n")

    def read_recipe(self) -> dict[str, Any]:
        """recipe.json: {"recipe": every field, "data": {...}, "versions": {...}, "machine": {...}}."""
        content = self._read_json(self.recipe_file)
        if not isinstance(content, dict) or "recipe" not in content:
            raise RunError(f"{self.recipe_file} holds no recipe; wanted the file clothier wrote; train again")
        return content

    def write_history(self, rows: Iterable[EpochRow]) -> None:
        """Put the whole history; used when a resume cuts it back to the checkpoint."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HISTORY_COLUMNS)
        writer.writerows(astuple(row) for row in rows)
        write_atomic(self.history_file, text.getvalue())

    def read_history(self) -> list[EpochRow]:
        """The rows so far; empty where training has not finished an epoch."""
        if not self.history_file.exists():
            return []

        def number(cell: str) -> float | None:
            return float(cell) if cell else None

        try:
            with self.history_file.open(newline="") as file:
                return [
                    EpochRow(
                        epoch=int(row["epoch"]),
                        phase=row["phase"],
                        loss=float(row["loss"]),
                        accuracy=float(row["accuracy"]),
                        val_loss=number(row["val_loss"]),
                        val_accuracy=number(row["val_accuracy"]),
                        learning_rate=float(row["learning_rate"]),
                        seconds=float(row["seconds"]),
                    )
                    for row in csv.DictReader(file)
                ]
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"{self.history_file} is damaged ({error}); wanted the columns {', '.join(HISTORY_COLUMNS)}; "
                f"`{command('train', '--resume', self.path)}` writes it anew"
            ) from error

    def write_scores(self, phases: Iterable[PhaseScores]) -> None:
        content = {"phases": [phase.as_json() for phase in phases]}
        write_atomic(self.scores_file, json.dumps(content, indent=2) + "\n")

    def read_scores(self) -> list[PhaseScores]:
        """The phases judged so far, in order; empty where none is."""
        if not self.scores_file.exists():
            return []
        try:
            return [PhaseScores.from_json(entry) for entry in self._read_json(self.scores_file)["phases"]]
        except (KeyError, TypeError) as error:
            raise RunError(
                f"{self.scores_file} is damaged ({error}); wanted the file clothier wrote"
            ) from error

    def write_predictions(self, labels: Labels, predictions: Predictions) -> None:
        """One row an image of the judged split: index, label, predicted, probability of the predicted class. Where
        the predictions are not calibrated, the last column is named uncalibrated_probability."""
        predicted, (name, probabilities) = predictions.labels, predictions.named_probabilities
        lines = [f"index,label,predicted,{name.replace(' ', '_')}"]
        lines += [
            f"{index},{label},{guess},{row[guess]:.6f}"
            for index, (label, guess, row) in enumerate(zip(labels, predicted, probabilities, strict=True))
        ]
        write_atomic(self.predictions_file, "\n".join(lines) + "\n")

    def read_predictions(self) -> tuple[Labels, Labels, Floats]:
        """(labels int64, predicted int64, probability float32 of the predicted class, calibrated or not), each (n,),
        in the order of the judged split."""
        try:
            with self.predictions_file.open(newline="") as file:
                rows = list(csv.DictReader(file))
            name = "probability" if "probability" in rows[0] else "uncalibrated_probability"
            return (
                np.array([row["label"] for row in rows], np.int64),
                np.array([row["predicted"] for row in rows], np.int64),
                np.array([row[name] for row in rows], np.float32),
            )
        except OSError as error:
            raise RunError(
                f"cannot read {self.predictions_file}: {error.strerror}; wanted a run with a finished phase; "
                f"`{command('train', '--resume', self.path)}` goes on with it"
            ) from error
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"{self.predictions_file} is damaged ({error}); wanted the file clothier wrote; train again"
            ) from error

    def write_reliability(self, content: dict[str, Any]) -> None:
        write_atomic(self.reliability_file, json.dumps(content, indent=2) + "\n")

    def read_reliability(self) -> dict[str, Any] | None:
        """reliability.json: {"split", "temperature", "before", "after"}, as `evaluate.calibration` has it; None where
        the run has none."""
        if not self.reliability_file.exists():
            return None
        content = self._read_json(self.reliability_file)
        if not isinstance(content, dict) or not {"split", "temperature", "before", "after"} <= content.keys():
            raise RunError(f"{self.reliability_file} is damaged; wanted the file clothier wrote")
        return content

    def check_data(self, fingerprint: str) -> None:
        """RunError where data of that fingerprint are not those the run was trained on."""
        own = self.read_recipe()["data"]["fingerprint"]
        if own != fingerprint:
            raise RunError(
                f"{self.path} was trained on other data (fingerprint {own[:12]}, "
                f"these have {fingerprint[:12]}); wanted the same images, labels and splits; "
                "give the data as they were, or train anew"
            )

    def _repr_html_(self) -> str:
        """The scores, and the curves where they are drawn."""
        if not self.recipe_file.is_file():
            return markup.table(f"{self.path} (no run yet)", SCORE_COLUMNS, [])
        content = self.read_recipe()
        rows = [row for phase in self.read_scores() for row in phase.rows()]
        title = f"{self.name}: {content['recipe']['name']} on {content['data']['name']}"
        page = markup.table(title, SCORE_COLUMNS, rows, notice=content["data"]["notice"])
        curves = self.figure_file("curves")
        if curves.is_file():
            picture = base64.b64encode(curves.read_bytes()).decode()
            page += (
                f'<img alt="training curves" src="data:image/png;base64,{picture}" style="max-width: 100%">'
            )
        return page

    def remove_leftovers(self) -> None:
        """Delete the temporary files that a killed process left in the middle of a write."""
        for path in self.path.rglob(".*.tmp"):
            path.unlink(missing_ok=True)

    def _read_json(self, path: Path) -> Any:
        try:
            return json.loads(path.read_text())
        except OSError as error:
            raise RunError(f"cannot read {path}: {error.strerror}; wanted a finished run") from error
        except ValueError as error:
            raise RunError(f"{path} is not JSON ({error}); wanted the file clothier wrote") from error
