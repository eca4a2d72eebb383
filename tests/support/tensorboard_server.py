"""TensorBoard in a process of its own, with TensorFlow beside it or without."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# What TensorBoard looks for to know that it is to do without TensorFlow.
ALONE = "import types; sys.modules['tensorboard.compat.notf'] = types.ModuleType('notf')"
SERVE = (
    "from clothier import projector; from pathlib import Path; print(projector.serve(Path(sys.argv[1]), 0))"
)


@contextlib.contextmanager
def tensorboard(folder: Path, *, alone: bool) -> Iterator[str]:
    """The address of the routes of the projector while it serves the folder."""
    script = "\n".join(
        ["import sys", *([ALONE] if alone else []), SERVE, "sys.stdout.flush()", "sys.stdin.read()"]
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        address, fragment = process.stdout.readline().strip().split("#")
        assert fragment == "projector"
        yield f"{address}data/plugin/projector/"
        process.communicate()  # the end of its input ends it
