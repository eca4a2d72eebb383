from __future__ import annotations

import subprocess
import sys

import clothier


def test_importing_clothier_and_its_command_line_imports_nothing_heavy() -> None:
    code = (
        "import sys, clothier, clothier.cli, clothier.recipes, clothier.models, clothier.runs;"
        "print([m for m in ('keras', 'tensorflow', 'sklearn', 'scipy', 'matplotlib', 'numba', 'pooch')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_loads() -> None:
    assert all(getattr(clothier, name) is not None for name in clothier.__all__)
    assert dir(clothier) == sorted(clothier.__all__)
