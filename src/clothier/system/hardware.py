"""The machine this process runs on."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import Any


def num_cores() -> int:
    """Cores this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """System, processor, cores this process may use, and memory in GiB."""
    processor = platform.processor() or platform.machine()
    if platform.system() == "Linux":
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        processor = models[0] if models else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": processor,
        "cores": num_cores(),
        "memory_gib": round(memory, 1),
    }


def has_fast_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware. Without, it is slower than float32 by far."""
    if platform.system() != "Linux":
        return False
    flags = Path("/proc/cpuinfo").read_text(errors="replace").split()
    return "avx512_bf16" in flags or "amx_bf16" in flags
