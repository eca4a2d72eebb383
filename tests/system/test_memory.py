"""Free memory, as the machine, the control group and the process's own limit have it."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from clothier.system import memory

MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with 64 MB free, no control group and no limit."""
    for name in ("_MEMORY", "_STATUS", "_GROUP", "_GROUPS"):
        monkeypatch.setattr(memory, name, tmp_path / name)
    (tmp_path / "_MEMORY").write_text("MemTotal: 99999 kB\nMemFree: 100 kB\nMemAvailable:   65536 kB\n")
    _limit(monkeypatch, resource.RLIM_INFINITY)


def _limit(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (size, resource.RLIM_INFINITY))


def _group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_of_the_machine(tmp_path: Path) -> None:
    assert memory.available() == 64 * MEGABYTE
    (tmp_path / "_MEMORY").unlink()
    assert memory.available() is None


def test_of_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "_STATUS").write_text("Name: x\nVmPeak: 7 kB\nVmSize:    10240 kB\n")
    _limit(monkeypatch, 30 * MEGABYTE)
    assert memory.available() == int(0.7 * 20 * MEGABYTE)
    _limit(monkeypatch, 5 * MEGABYTE)
    assert memory.available() == 0


def test_of_the_control_group_and_those_above_it(tmp_path: Path) -> None:
    (tmp_path / "_GROUP").write_text("0::/pod/own\n")
    root = tmp_path / "_GROUPS"
    _group(root / "pod" / "own", memory__max="max\n", memory__current="100\n")
    assert memory.available() == 64 * MEGABYTE
    _group(
        root / "pod",
        memory__max=f"{50 * MEGABYTE}\n",
        memory__current=f"{30 * MEGABYTE}\n",
        memory__stat=f"anon 5\ninactive_file {8 * MEGABYTE}\n",
    )
    assert memory.available() == 28 * MEGABYTE


def test_of_a_control_group_of_the_first_version(tmp_path: Path) -> None:
    (tmp_path / "_GROUP").write_text("9:cpu,cpuacct:/\n4:hugetlb,memory:/not/mounted/here\n0::/\n")
    root = tmp_path / "_GROUPS" / "memory"
    files = {"memory__limit_in_bytes": str(2**63 - 4096), "memory__usage_in_bytes": "5"}
    _group(root, **files)
    assert memory.available() == 64 * MEGABYTE
    _group(root, **files | {"memory__limit_in_bytes": "1005", "memory__stat": "total_inactive_file 0\n"})
    assert memory.available() == 1000
