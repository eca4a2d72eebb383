from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import clothier


def test_importing_clothier_and_its_command_line_imports_nothing_heavy() -> None:
    code = (
        "import sys, clothier, clothier.cli, clothier.recipes, clothier.models, clothier.runs;"
        "print([m for m in ('keras', 'tensorflow', 'sklearn', 'scipy', 'matplotlib', 'numba', 'pooch')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_clothier_takes_less_than_a_tenth_of_a_second() -> None:
    code = "import time; began = time.process_time(); import clothier; print(time.process_time() - began)"
    seconds = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(seconds) < 0.1


def test_few_names_are_shown() -> None:
    assert len(dir(clothier)) < 25


def test_every_public_name_loads() -> None:
    assert all(getattr(clothier, name) is not None for name in clothier.__all__)
    assert dir(clothier) == sorted(clothier.__all__)


def test_nobody_is_told_which_networks_run(tmp_path: Path) -> None:
    """ONNX Runtime's telemetry keeps what it sends in the user's cache; in tests and in CI it is quiet by itself."""
    quiet = {"CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "XDG_CACHE_HOME"}
    environment = {name: value for name, value in os.environ.items() if name not in quiet} | {
        "HOME": str(tmp_path)
    }
    code = "from clothier import predict; print(*predict.opened().class_names)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "shoes" in done.stdout
    assert list(tmp_path.rglob("*")) == []
