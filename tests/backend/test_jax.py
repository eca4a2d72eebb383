"""JAX against TensorFlow, and what a run owes on either. Runs on the CPU, in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from support import backend_work

import clothier

pytestmark = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")

TESTS = Path(__file__).parent.parent
Found = dict[str, tuple[npt.NDArray[Any], npt.NDArray[Any]]]


def _environment(folder: Path) -> dict[str, str]:
    source = str(Path(clothier.__file__).parent.parent)
    paths = [source, str(TESTS), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "CLOTHIER_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        # Compiling takes longer here than computing.
        "XLA_FLAGS": "--xla_backend_optimization_level=0",
        # What is compiled for one run serves the next, too.
        "JAX_COMPILATION_CACHE_DIR": str(folder / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What on_jax.py left."""
    made = tmp_path_factory.mktemp("jax")
    np.savez(made / "start.npz", allow_pickle=False, **backend_work.start())
    command = [sys.executable, "-W", "error", str(TESTS / "support" / "on_jax.py"), str(made)]
    ended = subprocess.run(
        command, env=_environment(made), cwd=made, capture_output=True, text=True, timeout=280, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return made


@pytest.fixture(scope="module")
def facts(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "facts.json").read_text())
    return content


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    """(by JAX, by TensorFlow), by what it is."""
    theirs, ours = np.load(folder / "steps.npz"), backend_work.everything(dict(np.load(folder / "start.npz")))
    assert set(theirs) == set(ours)
    return {name: (theirs[name], ours[name]) for name in ours}


def _distance(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Relative, of the whole: rounding in a small number beside large ones is no matter."""
    one, other = one.astype(np.float64), other.astype(np.float64)
    return float(np.linalg.norm(one - other) / np.linalg.norm(other))


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        ("float32", 1e-4),  # sums have another order for each number of cores
        ("judged", 1e-5),
        ("traced", 1e-5),
        ("extracted", 2e-3),  # float16
        ("bfloat16", 5e-2),  # eight significant bits, and sums of slopes that nearly cancel
    ],
)
def test_both_libraries_give_the_same(kind: str, bound: float, found: Found) -> None:
    """Two steps of cnn1 and of cnn4, towards smoothed and mixed targets, with averages; logits; derivatives; and
    in bfloat16 one step of a wide residual network."""
    pairs = {what: pair for what, pair in found.items() if what.startswith(f"{kind}/")}
    assert pairs
    assert {what: _distance(*pair) for what, pair in pairs.items() if _distance(*pair) > bound} == {}
    for theirs, ours in pairs.values():
        assert (theirs.dtype, theirs.shape) == (ours.dtype, ours.shape)
        assert np.abs(ours).max() > 0


def test_the_steps_moved_every_weight(folder: Path, found: Found) -> None:
    start = list(np.load(folder / "start.npz").values())
    ends = [pair[0] for what, pair in found.items() if " weight " in what]
    assert len(start) == len(ends)
    assert all((before != after).any() for before, after in zip(start, ends, strict=True))


def test_a_stopped_run_ends_with_the_same_bits(facts: dict[str, Any]) -> None:
    assert facts["equal"]
    assert facts["epochs"] == 4
    assert facts["learned"]


def test_a_seed_repeats_the_first_weights(facts: dict[str, Any]) -> None:
    assert facts["seeded"]


def test_a_run_says_what_computed_it(facts: dict[str, Any]) -> None:
    assert (facts["backend"], facts["device"]) == ("jax", "cpu")
    assert facts["versions"] == ["clothier", "jax", "keras", "numpy", "python"]
    assert facts["threads"] == 1


def test_the_probe_gives_a_ratio(facts: dict[str, Any]) -> None:
    assert 0.001 < facts["speed"] < 1000


def test_tensorflow_stays_out(facts: dict[str, Any]) -> None:
    assert facts["tensorflow"] is False
