"""Which library computes. What is settled once in a process is asked for again here."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from clothier.backend import VARIABLE, library
from clothier.errors import InputError

Installed = Callable[..., None]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Installed:
    def pretend(*packages: str) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name in packages else None)

    return pretend


@pytest.fixture(autouse=True)
def _no_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with a GPU, and nothing said about it."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    (tmp_path / "gpu").touch()
    monkeypatch.setattr(library, "_GPU_DEVICES", (str(tmp_path / "none"), str(tmp_path / "gpu")))


def _name() -> str:
    return library.name.__wrapped__()


def test_jax_is_chosen_where_it_is_installed_for_a_gpu_that_is_there(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed("jax", "jax_plugins")
    assert _name() == "jax"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert _name() == "tensorflow"
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    (tmp_path / "gpu").unlink()
    assert _name() == "tensorflow"


@pytest.mark.parametrize("packages", [(), ("jax",), ("jax_plugins",)])
def test_a_gpu_without_jax_for_it_changes_nothing(installed: Installed, packages: tuple[str, ...]) -> None:
    installed(*packages)
    assert _name() == "tensorflow"


def test_the_variable_decides(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    installed("jax", "jax_plugins")
    monkeypatch.setenv(VARIABLE, "tensorflow")
    assert _name() == "tensorflow"
    installed("jax")
    monkeypatch.setenv(VARIABLE, "jax")
    assert _name() == "jax"


def test_jax_that_is_not_there_is_refused(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    installed()
    monkeypatch.setenv(VARIABLE, "jax")
    with pytest.raises(InputError) as caught:
        _name()
    assert str(caught.value) == (
        "CLOTHIER_BACKEND is jax, but JAX is not installed; wanted it beside clothier; install clothier[gpu], or "
        "leave CLOTHIER_BACKEND out"
    )


def test_another_word_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "jaxx")
    with pytest.raises(InputError) as caught:
        _name()
    assert str(caught.value) == (
        "unknown CLOTHIER_BACKEND 'jaxx'; known: jax, tensorflow; did you mean 'jax'?"
    )
