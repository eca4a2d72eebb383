from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.data import damage
from benchmarks.data.damage import DAMAGES, KINDS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_noticed_or_as_written(
    kind: damage.Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage, "CASES", 3)
    monkeypatch.setattr("os.fsync", damage.quiet)
    monkeypatch.setattr(damage, "SECONDS", 60.0)  # what is measured here is not the machine
    found = damage.outcomes(kind, DAMAGES["a stretch zeroed"], tmp_path, np.random.default_rng(1))
    assert set(Counter(outcome for outcome, _ in found)) <= {"noticed", "as written"}


def test_a_reader_that_believes_anything_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "CASES", 3)
    kind = damage.Kind(
        "text",
        "x",
        lambda folder: (folder / "x").write_bytes(b"abcdefgh"),
        lambda folder, tell: (folder / "x").read_bytes(),
    )
    found = list(damage.outcomes(kind, DAMAGES["a byte flipped"], tmp_path, np.random.default_rng(1)))
    assert found == [("FAULT", "")] * 3
