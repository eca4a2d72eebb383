from __future__ import annotations

import importlib
import sys

import pytest

from clothier.backend import tensorflow


def test_jax_cannot_be_imported_meanwhile_and_can_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    with tensorflow._without_jax(), pytest.raises(ImportError):
        importlib.import_module("jax")
    assert "jax" not in sys.modules


def test_jax_that_is_there_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", sys)
    with tensorflow._without_jax():
        assert sys.modules["jax"] is sys
    assert sys.modules["jax"] is sys
