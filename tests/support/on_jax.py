"""What JAX makes of the same work: python on_jax.py FOLDER, with CLOTHIER_BACKEND=jax.

Reads start.npz and leaves steps.npz and facts.json there. A process has one backend, so this one needs its own.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clothier import backend, models, training
from clothier.errors import InterruptedRunError
from clothier.reports import report
from clothier.runs import Run, checkpoint
from support import backend_work


class _Stop(training.Watcher):
    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        if epoch == 3:
            raise KeyboardInterrupt


def _state(run: Run) -> list[Any]:
    tensors = checkpoint.digest(checkpoint.load(run.last_checkpoint).tensors)
    history = [str(replace(row, seconds=0.0)) for row in run.read_history()]
    return [tensors, history, [phase.as_json() for phase in run.read_scores()]]


def _resumes(folder: Path) -> dict[str, Any]:
    """A run that never stopped, and one that was stopped after two of four epochs."""
    report.draw, report.render = (lambda *_: {}), (lambda *_: "")
    tiny = backend_work.tiny()
    whole, stopped = Run.create("whole", folder), Run.create("stopped", folder)
    training.train(backend_work.RECIPE, tiny, whole)
    try:
        training.train(backend_work.RECIPE, tiny, stopped, watcher=_Stop())
    except InterruptedRunError:
        training.resume(stopped, tiny)
    content = whole.description()
    return {
        "equal": _state(whole) == _state(stopped),
        "epochs": len(stopped.read_history()),
        "learned": whole.read_history()[-1].loss < whole.read_history()[0].loss,
        "backend": content.backend,
        "device": content.device,
        "versions": sorted(content.versions),
    }


def _seeded() -> bool:
    """Whether a seed gives the same first weights again."""
    made = []
    for _ in range(2):
        backend.set_seed(7)
        made.append([np.asarray(weight) for weight in models.build("fastnet", (28, 28, 1), 10).weights])
    return all((one == other).all() for one, other in zip(*made, strict=True))


def main(folder: Path) -> None:
    backend.start(1)
    start = dict(np.load(folder / "start.npz"))
    np.savez(folder / "steps.npz", allow_pickle=False, **backend_work.everything(start))
    facts = _resumes(folder) | {"speed": backend.bfloat16_speed(), "threads": backend.start()}
    facts["seeded"] = _seeded()
    facts["tensorflow"] = "tensorflow" in sys.modules
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
