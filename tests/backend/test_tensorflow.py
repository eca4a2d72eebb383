from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from clothier.backend import tensorflow


def test_jax_cannot_be_imported_meanwhile_and_can_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    with tensorflow._without("jax"), pytest.raises(ImportError):
        importlib.import_module("jax")
    assert "jax" not in sys.modules


def test_jax_that_is_there_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", sys)
    with tensorflow._without("jax"):
        assert sys.modules["jax"] is sys
    assert sys.modules["jax"] is sys


COMMAND = """
import sys
from clothier import cli
sys.argv = ["clothier", "summary", "cnn1", "--json"]
try:
    cli.main()
finally:
    print("", "keras" in sys.modules, "sklearn" in sys.modules, "jax" in sys.modules)
"""


def test_a_command_loads_no_scikit_learn_or_jax_with_keras() -> None:
    told = subprocess.run(
        [sys.executable, "-c", COMMAND], check=True, capture_output=True, text=True, timeout=250
    )
    assert told.stdout.endswith(" True False False\n")
