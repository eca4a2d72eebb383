"""Which model file: one that is named, a run's own, or one in the box."""

from __future__ import annotations

from pathlib import Path

from clothier import bundle, recipes
from clothier.errors import BundleError, InputError, RunError, command
from clothier.predict import box
from clothier.predict.predictor import Predictor
from clothier.recipes import Recipe
from clothier.runs import Run

MODELS = "a run folder, a model file, or a name that `clothier models --box` lists"


def opened(model: str | Path | None = None, threads: int = 0, engine: str = "onnxruntime") -> Predictor:
    """The network of a model file, of a run folder, or of a model in the box, ready to run.

    `model` is as of `file_of`, `threads` and `engine` as of Predictor. Errors as `read` and Predictor.
    """
    return Predictor(read(model), threads, engine)


def read(model: str | Path | None) -> bundle.Bundle:
    """What the model file holds; `model` is as of `file_of`. Errors as `file_of` and `bundle.read`; RunError too where
    a run's folder holds the model file of another run."""
    file, run = file_of(model), run_of(model)
    try:
        content = bundle.read(file)
    except BundleError as error:
        if run is None:
            raise
        remedy = f"make it again with: {command('export', run.path, '--format', 'clothier')}"
        raise BundleError(f"{error}; {remedy}") from error
    if run is not None:
        _check_own(run, content.manifest)
    return content


def file_of(model: str | Path | None) -> Path:
    """The model file of a run folder, of the name of a model in the box, or of None, the default one there; any other
    path as it is. Only a str is a name: a file or folder of the same name is Path(name), or "./name". Raises RunError
    where the run has none, InputError where none is in the box."""
    if model is None:
        return box.default()
    if isinstance(model, str) and model in (known := box.files()):
        return known[model]
    path = Path(model)
    if not path.is_dir():
        return path
    run = Run.open(path)
    if not run.model_file.is_file():
        raise RunError(
            f"{run.path} has no {run.model_file.name}; wanted one, which training writes at its end; "
            f"make it with: {command('export', run.path, '--format', 'clothier')}"
        )
    return run.model_file


def run_of(model: str | Path | None) -> Run | None:
    """The run where a run folder is named, else None."""
    is_in_box = model is None or (isinstance(model, str) and model in box.files())
    return None if model is None or is_in_box or not Path(model).is_dir() else Run(Path(model))


def _check_own(run: Run, manifest: bundle.Manifest) -> None:
    """RunError where the model file in a run's folder is of another run. What cannot be read of the run is passed over:
    the model file has all that it needs."""
    try:
        description = run.description()
    except RunError:
        return
    own = description.recipe
    try:  # a model file names a base without its folders
        recipe = Recipe.from_json({**own.as_json(), **manifest.recipe, "base": own.base})
    except InputError:
        recipe = None
    # While a run trains longer, its model file is that of its earlier end.
    is_own = recipe is not None and recipes.extends(own, recipe)
    if manifest.fingerprint != description.data.fingerprint or not is_own:
        raise RunError(
            f"{run.model_file} is of another run than {run.recipe_file.name} beside it; wanted the run's own; "
            f"make it with: {command('export', run.path, '--format', 'clothier')}"
        )
