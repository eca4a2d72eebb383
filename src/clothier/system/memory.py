"""How much memory this process may still take."""

from __future__ import annotations

import resource
from pathlib import Path

_MEMORY = Path("/proc/meminfo")
_STATUS = Path("/proc/self/status")
_GROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_USED = 0.7  # of the addresses that TensorFlow takes while it trains; measured: 0.62 to 0.81
_UNLIMITED = 2**60  # cgroups of the first version say a number like this where there is no limit


def available() -> int | None:
    """Bytes: the least of what the machine has free, what its control group leaves and what the process's limit on
    addresses leaves; None where none of these is known."""
    known = [bytes_ for bytes_ in (_of_machine(), _of_group(), _of_process()) if bytes_ is not None]
    return max(0, min(known)) if known else None


def _of_machine() -> int | None:
    """The bytes of memory that are free, or held by caches that give way."""
    return _kilobytes(_MEMORY, "MemAvailable")


def _of_process() -> int | None:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    taken = _kilobytes(_STATUS, "VmSize")
    if limit == resource.RLIM_INFINITY or taken is None:
        return None
    return int(_USED * (limit - taken))


def _of_group() -> int | None:
    """The least that this process's control group and those above it leave; their caches of files give way."""
    left = []
    for line in _text(_GROUP).splitlines():
        _, controllers, name = line.split(":", 2)
        if controllers == "":
            root, limit, taken, cached = _GROUPS, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, limit = _GROUPS / "memory", "memory.limit_in_bytes"
            taken, cached = "memory.usage_in_bytes", "total_inactive_file"
        else:
            continue
        folder = root / name.lstrip("/")
        while True:
            most, used = _number(_text(folder / limit)), _number(_text(folder / taken))
            if most is not None and most < _UNLIMITED and used is not None:
                statistics = dict(line.split() for line in _text(folder / "memory.stat").splitlines())
                left.append(most - used + int(statistics.get(cached, 0)))
            if folder == root:
                break
            folder = folder.parent
    return min(left) if left else None


def _kilobytes(file: Path, name: str) -> int | None:
    for line in _text(file).splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return None


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
