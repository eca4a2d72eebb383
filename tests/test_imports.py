"""Imports stand at the top of files, but for a few, and loading a room loads no network library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import clothier

SOURCES = Path(clothier.__file__).parent

# Packages of an extra: what imports them serves an install without the extra, too.
OF_EXTRAS = {
    "h5py",
    "imagehash",
    "onnxruntime.quantization",  # which needs onnx
    "platformdirs",
    "pooch",
    "requests",
    "scipy",
    "sklearn",
    "tensorboard",
    "threadpoolctl",  # which comes with scikit-learn
    "werkzeug",  # which comes with TensorBoard
}
# Rooms that need a package of an extra and take 0.1 to 3 s to load; help, and commands for which the base install is
# enough, do without.
SLOW_ROOMS = {
    "clothier.augment",
    "clothier.checking",
    "clothier.evaluate",
    "clothier.explorer",
    "clothier.export",
    "clothier.api.finish",
    "clothier.api.label",
    "clothier.label",
    "clothier.planning",
    "clothier.predict.evaluating",
    "clothier.projector",
    "clothier.reports",
    "clothier.reproduce",
    "clothier.serve",
    "clothier.sweeping",
    "clothier.training",
}
# file -> what it may import in a function besides, and why
OTHERS = {
    "cli/screen.py": "rich",  # rich.progress: a sixth of the time of --help, which shows no progress
    "serve/samples.py": "clothier.data.generated",  # 0.1 s, and only a browser on the page asks for the samples
}


def in_functions(path: Path) -> Iterator[str]:
    """Each name that a function of that file imports, with its module."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_in(name: str, modules: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def test_functions_import_only_extras_and_slow_rooms() -> None:
    wrong = []
    for path in sorted(SOURCES.rglob("*.py")):
        file = path.relative_to(SOURCES).as_posix()
        # Only what stands above the rooms may load one late: the command line, the model, and labelling.
        late = SLOW_ROOMS if file.startswith("cli/") or file in ("api/label.py", "api/model.py") else set()
        known = OF_EXTRAS | late | {OTHERS.get(file, "nothing")}
        wrong += [f"{file}: {name}" for name in in_functions(path) if not _is_in(name, known)]
    assert not wrong, "import these at the top of the file"


def test_every_exception_is_in_use() -> None:
    """An exception that nothing needs any more leaves the lists above."""
    names = {name for path in SOURCES.rglob("*.py") for name in in_functions(path)}
    known = OF_EXTRAS | SLOW_ROOMS | set(OTHERS.values())
    assert [module for module in sorted(known) if not any(_is_in(name, {module}) for name in names)] == []


def test_no_room_loads_keras_before_the_backend_is_started() -> None:
    rooms = "api.train, embed, explain, export, models.size, projector, reports, training, training.transfer.features"
    code = (
        f"import sys, {', '.join(f'clothier.{room}' for room in rooms.split(', '))}\n"
        "print([name for name in ('keras', 'tensorflow', 'jax') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_no_more_than_it_needs() -> None:
    code = (
        "import sys, clothier.cli; clothier.cli.run(['--help'])\n"
        "print([name for name in ('PIL', 'numpy', 'onnxruntime', 'rich.progress') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_figures_can_be_named_without_matplotlib() -> None:
    code = "import sys; from clothier import plots; print('matplotlib' in sys.modules, plots.render)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False <function render")


def test_only_a_sweep_loads_optuna() -> None:
    rooms = "cli, cli.sweep, api.train, reproduce, sklearn, training"
    code = (
        f"import sys, {', '.join(f'clothier.{room}' for room in rooms.split(', '))}\n"
        "print([name for name in ('alembic', 'optuna', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
