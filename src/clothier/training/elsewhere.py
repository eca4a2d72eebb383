"""Where a run is resumed, as far as that decides the bits of its weights."""

from __future__ import annotations

from clothier import backend
from clothier.runs import Description
from clothier.system import hardware


def differences(own: Description, threads: int) -> str:
    """What this process has in place of what the run began with, in words; "" where the bits will be the same.

    With another number of threads, sums are added in another order; processors and libraries choose how to compute.
    """
    versions = {name: version for name, version in backend.versions().items() if name != "python"}
    pairs = [
        ("threads", str(threads), str(own.threads)),
        *((name, version, own.versions.get(name, "")) for name, version in versions.items()),
        ("processor", hardware.machine()["processor"], own.machine.processor),
        ("device", backend.device(), own.device),
    ]
    return ", ".join(f"{what} {new}, not {old or 'known'}" for what, new, old in pairs if new != old)
