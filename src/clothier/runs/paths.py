"""The file names of a run folder, each in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The files of the run folder `path`, whether they are there or not."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.resolve().name

    @property
    def recipe_file(self) -> Path:
        return self.path / "recipe.json"

    @property
    def history_file(self) -> Path:
        return self.path / "history.csv"

    @property
    def scores_file(self) -> Path:
        return self.path / "scores.json"

    @property
    def predictions_file(self) -> Path:
        return self.path / "predictions.csv"

    @property
    def reliability_file(self) -> Path:
        return self.path / "reliability.json"

    @property
    def samples_file(self) -> Path:
        return self.path / "samples.safetensors"

    @property
    def baseline_file(self) -> Path:
        """Where this is the folder of a baseline, which has no network and no recipe."""
        return self.path / "baseline.json"

    @property
    def report_file(self) -> Path:
        return self.path / "report.html"

    @property
    def model_file(self) -> Path:
        return self.path / "model.clothier"

    @property
    def events_folder(self) -> Path:
        return self.path / "events"

    @property
    def last_checkpoint(self) -> Path:
        return self.path / "checkpoint" / "last.safetensors"

    @property
    def base_file(self) -> Path:
        """The frozen base's weights, where the network stands on one: so a run needs nothing but its own folder."""
        return self.path / "checkpoint" / "base.safetensors"

    def best_checkpoint(self, epoch: int) -> Path:
        return self.path / "checkpoint" / f"best-{epoch:04d}.safetensors"

    def best_checkpoints(self) -> list[Path]:
        return sorted((self.path / "checkpoint").glob("best-*.safetensors"))

    def figure_file(self, name: str, suffix: str = "png") -> Path:
        return self.path / "figures" / f"{name}.{suffix}"
