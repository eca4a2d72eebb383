"""What other libraries read from the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

DRAWING = """
import json, os
from clothier import plots
render = plots.render  # which loads matplotlib
from matplotlib.figure import Figure
import matplotlib
data = render(Figure())
print(json.dumps([data[1:4].decode(), matplotlib.rcParams["backend"], os.environ.get("MPLBACKEND")]))
"""


@pytest.mark.parametrize(
    ("named", "then"),
    [("nonsense", None), ("svg", "svg"), ("module://nowhere.at_all", "module://nowhere.at_all")],
)
def test_any_backend_of_matplotlib_will_do(named: str, then: str | None) -> None:
    """And the one that is named counts for the caller's own figures."""
    environment = {**os.environ, "MPLBACKEND": named}
    told = subprocess.run(
        [sys.executable, "-c", DRAWING], env=environment, check=True, capture_output=True, timeout=120
    )
    format_, backend, after = json.loads(told.stdout)
    assert (format_, after) == ("PNG", named)
    assert then is None or backend == then


def test_keras_imports_matplotlib_whatever_backend_is_named() -> None:
    environment = {**os.environ, "MPLBACKEND": "nonsense"}
    command = [sys.executable, "-m", "clothier", "summary", "cnn1", "--json"]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    assert json.loads(told.stdout)["parameters"] == 693_962


def test_no_room_loads_matplotlib_with_a_backend_that_it_refuses() -> None:
    environment = {**os.environ, "MPLBACKEND": "nonsense"}
    code = "from clothier.reports import compare_page, evaluation, report"
    subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, timeout=120
    )
