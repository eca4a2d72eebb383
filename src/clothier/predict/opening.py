"""Which model file: one that is named, a run's own, or the one in the box."""

from __future__ import annotations

from pathlib import Path

from clothier import bundle
from clothier.errors import InputError, RunError, command
from clothier.predict.predictor import Predictor
from clothier.runs import Run

_BOX = Path(__file__).parents[1] / "box" / "model.clothier"


def opened(model: Path | None = None, threads: int = 0, engine: str = "onnxruntime") -> Predictor:
    """The network of a model file, of a run folder, or without either of the model in the box, ready to run.

    `threads` and `engine` as of Predictor. Raises RunError for a folder without a model file, InputError where none is
    in the box, BundleError as `bundle.read`, and as Predictor.
    """
    return Predictor(bundle.read(file_of(model)), threads, engine)


def file_of(model: Path | None) -> Path:
    """The model file of a run folder, the one in the box for None; any other path as it is. Raises RunError where the
    run has none, InputError where none is in the box."""
    if model is None:
        return in_the_box()
    if not model.is_dir():
        return model
    run = Run.open(model)
    if not run.model_file.is_file():
        raise RunError(
            f"{run.path} has no {run.model_file.name}; wanted one, which training writes at its end; "
            f"make it with: {command('export', run.path, '--format', 'clothier')}"
        )
    return run.model_file


def in_the_box() -> Path:
    """The model file that comes with clothier; InputError where this copy has none."""
    if not _BOX.is_file():
        raise InputError(
            "this copy of clothier has no model in the box; wanted one of your own; name it with --model RUN_OR_FILE"
        )
    return _BOX
