"""What a network predicts for n images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.system.files import as_path, check_folder_of, writing
from clothier.values import markup, prediction_rows
from clothier.values.arrays import Floats, Labels, softmax
from clothier.values.prediction import Prediction, fitted, probability_name
from clothier.values.verdicts import STATUSES, UNREADABLE, lowered
from clothier.values.wording import counted

_SHOWN = 20  # rows of a table in a notebook

Statuses = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False, repr=False)
class Predictions:
    """What a network predicts for n images. Indexing and iteration return a Prediction, and a slice returns
    Predictions.

    `logits` are float32 (n, num_classes), and NaN if a picture could not be read. `temperature` calibrates them; it is
    None if none was fitted to these weights. `statuses` are str (n,), each one of STATUSES, or empty if the status was
    not computed. `set_sizes` are int64 (n,), how many classes are possible, 0 if unknown. `strangeness` is float32 (n,)
    in standard deviations, 0 for an ordinary image, and NaN if unknown. `reasons` say why a picture could not be read,
    `warnings` are those of the photo doctor, and `filenames` name the files; each has one entry per image. `features`,
    float32 (n, d), are those from which the logits were computed; d is 0 unless they were requested.
    """

    logits: Floats
    temperature: float | None = None
    class_names: tuple[str, ...] = ()
    statuses: Statuses = field(default_factory=lambda: np.empty(0, np.str_))
    strangeness: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    reasons: tuple[str, ...] = ()
    warnings: tuple[tuple[str, ...], ...] = ()
    filenames: tuple[str, ...] = ()
    features: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))
    set_sizes: Labels = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        """Fill in missing fields, and raise DataError if counts differ."""
        count, num_classes = self.logits.shape
        defaults = {
            "class_names": tuple(map(str, range(num_classes))) if not self.class_names else None,
            "statuses": np.full(count, "", np.str_) if not len(self.statuses) else None,
            "strangeness": np.full(count, np.nan, np.float32) if not len(self.strangeness) else None,
            "set_sizes": np.zeros(count, np.int64) if not len(self.set_sizes) else None,
            "reasons": ("",) * count if not self.reasons else None,
            "warnings": ((),) * count if not self.warnings else None,
            "filenames": ("",) * count if not self.filenames else None,
            "features": np.empty((count, 0), np.float32) if not self.features.shape[1] else None,
        }
        for name, value in defaults.items():
            if value is not None:
                object.__setattr__(self, name, value)
        lengths = {name: len(getattr(self, name)) for name in _PER_IMAGE}
        if set(lengths.values()) != {count}:
            raise DataError(f"{count} rows of logits, {lengths}; wanted one of each an image")
        if len(self.class_names) != num_classes:
            raise DataError(
                f"{num_classes} logits an image, {len(self.class_names)} class names; wanted as many"
            )

    @property
    def labels(self) -> Labels:
        """The most probable class of each image, int64 (n,); -1 if the picture could not be read."""
        return np.where(self.statuses == UNREADABLE, -1, self.logits.argmax(axis=1)).astype(np.int64)

    @property
    def probabilities(self) -> Floats:
        """Calibrated probabilities, float32 (n, num_classes). Raises InputError without a temperature.

        Rows sum to 1, or are NaN if the picture could not be read.
        """
        return softmax(self.logits, fitted(self.temperature))

    @property
    def uncalibrated_probabilities(self) -> Floats:
        """Softmax of the logits without calibration; shape and dtype are those of `probabilities`."""
        return softmax(self.logits)

    @property
    def named_probabilities(self) -> tuple[str, Floats]:
        """("probability", calibrated) or, without a temperature, ("uncalibrated probability", uncalibrated).

        For output that shows either one and says which.
        """
        return probability_name(self.temperature), softmax(self.logits, self.temperature or 1.0)

    def with_unreadable(self, reasons: Sequence[str]) -> Predictions:
        """One row for each reason: the next of these predictions if the reason is empty, else an unreadable one."""
        if not any(reasons):
            return self
        readable = np.array([not reason for reason in reasons], np.bool_)
        logits = np.full((len(reasons), self.logits.shape[1]), np.nan, np.float32)
        statuses = np.full(len(reasons), UNREADABLE, np.array(STATUSES).dtype)
        strangeness = np.full(len(reasons), np.nan, np.float32)
        set_sizes = np.zeros(len(reasons), np.int64)
        logits[readable], statuses[readable], strangeness[readable], set_sizes[readable] = (
            self.logits,
            self.statuses,
            self.strangeness,
            self.set_sizes,
        )
        return Predictions(
            logits,
            self.temperature,
            self.class_names,
            statuses,
            strangeness,
            reasons=tuple(reasons),
            set_sizes=set_sizes,
        )

    def warned(self, warnings: Sequence[Sequence[str]]) -> Predictions:
        """The same predictions with warnings of the photo doctor, for each image; a plain answer with a warning becomes
        a likely one."""
        statuses = [
            lowered(status) if words else status
            for status, words in zip(self.statuses.tolist(), warnings, strict=True)
        ]
        return replace(
            self,
            statuses=np.array(statuses, np.array(STATUSES).dtype),
            warnings=tuple(tuple(words) for words in warnings),
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Predictions]) -> Predictions:
        """The parts joined into one. All are of the same network, and there is at least one."""
        if len(parts) == 1:
            return parts[0]
        return replace(
            parts[0],
            logits=np.concatenate([part.logits for part in parts]),
            statuses=np.concatenate([part.statuses for part in parts]),
            strangeness=np.concatenate([part.strangeness for part in parts]),
            reasons=tuple(reason for part in parts for reason in part.reasons),
            warnings=tuple(warnings for part in parts for warnings in part.warnings),
            filenames=tuple(filename for part in parts for filename in part.filenames),
            features=np.concatenate([part.features for part in parts]),
            set_sizes=np.concatenate([part.set_sizes for part in parts]),
        )

    def to_csv(self, path: str | Path) -> None:
        """Write a CSV file with one row for each image, as `clothier predict --out` does. Raises WriteError, also where
        its folder does not exist."""
        name, path = probability_name(self.temperature), as_path(path, "path")
        check_folder_of(path)
        with writing(path) as file:
            file.write(prediction_rows.csv_header(name).encode())
            for prediction in self:
                file.write(prediction_rows.as_csv(prediction).encode())

    def __len__(self) -> int:
        return len(self.logits)

    def __iter__(self) -> Iterator[Prediction]:
        return (self[row] for row in range(len(self)))

    @overload
    def __getitem__(self, row: int) -> Prediction: ...
    @overload
    def __getitem__(self, row: slice) -> Predictions: ...
    def __getitem__(self, row: int | slice) -> Prediction | Predictions:
        if isinstance(row, slice):
            return replace(self, **{name: getattr(self, name)[row] for name in _PER_IMAGE})
        strangeness = float(self.strangeness[row])
        return Prediction(
            logits=self.logits[row],
            class_names=self.class_names,
            temperature=self.temperature,
            status=str(self.statuses[row]),
            strangeness=None if np.isnan(strangeness) else strangeness,
            reason=self.reasons[row],
            warnings=self.warnings[row],
            filename=self.filenames[row],
            set_size=int(self.set_sizes[row]),
        )

    def __repr__(self) -> str:
        return f"<Predictions of {self._counts()}>"

    def _counts(self) -> str:
        """Such as "3 images in 10 classes: 2 sure, 1 unreadable"."""
        counts = Counter(self.statuses.tolist())
        found = ", ".join(f"{counts[status]:,} {status}" for status in STATUSES if counts[status])
        images = f"{counted(len(self), 'image')} in {counted(len(self.class_names), 'class', 'classes')}"
        return f"{images}: {found}" if found else images

    def _repr_html_(self) -> str:
        rows = [
            (
                prediction.filename or str(row),
                *(
                    (prediction.classes[0][0], f"{prediction.classes[0][1]:.4f}")
                    if prediction.classes
                    else ("", "")
                ),
                prediction.status,
                "; ".join((prediction.verdict, *prediction.warnings)),
            )
            for row, prediction in enumerate(self[:_SHOWN])
        ]
        rest = f"and {len(self) - _SHOWN:,} more" if len(self) > _SHOWN else ""
        columns = ("image", "class", probability_name(self.temperature), "status", "remark")
        return markup.table(self._counts(), columns, rows, rest)


# The fields of Predictions that have one entry an image.
_PER_IMAGE = (
    "logits",
    "statuses",
    "strangeness",
    "reasons",
    "warnings",
    "filenames",
    "features",
    "set_sizes",
)
