from __future__ import annotations

from clothier.system import hardware


def test_the_machine_is_described() -> None:
    facts = hardware.machine()
    assert facts["cores"] >= 1
    assert facts["memory_gib"] > 0.1
    assert facts["processor"]
