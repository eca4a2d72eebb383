from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clothier import cli, data
from clothier.errors import RunError
from clothier.runs import DataDescription
from clothier.runs import baseline as baselines

SOURCE = "generated:300"


def test_a_baseline_is_a_folder_beside_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["baseline", SOURCE]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    folder = Path("runs/knn-1")
    made = baselines.read(folder)
    assert f"{made.what} test accuracy {made.scores.accuracy:.4f} (" in printed
    assert "always T-shirt/top test accuracy 0.1000" in printed
    assert printed.endswith("to compare it with runs: clothier compare runs/knn-1 RUN")
    labels, predicted = made.read_predictions()
    dataset = data.load(SOURCE)
    assert dataset.test is not None
    np.testing.assert_array_equal(labels, dataset.test.labels)
    assert (labels == predicted).mean() == made.scores.accuracy > 0.5
    assert made.tried[made.number] == max(made.tried.values())
    assert made.data == DataDescription.of(dataset)

    assert cli.run(["plot", str(folder)]) == 2
    message = "runs/knn-1 is not a run folder (it is a baseline, without a network); wanted "
    assert message in capsys.readouterr().err

    file = folder / "predictions.csv"
    file.write_text("\n".join(file.read_text("utf-8").splitlines()[:-1]) + "\n", "utf-8")
    with pytest.raises(RunError, match=r"^runs/knn-1/predictions.csv is not what baseline.json counts; "):
        made.read_predictions()
    file.unlink()
    with pytest.raises(RunError, match=r"^cannot read runs/knn-1/predictions.csv: "):
        made.read_predictions()
    (folder / "baseline.json").write_text("{", "utf-8")
    with pytest.raises(RunError, match=r"^runs/knn-1/baseline.json "):
        baselines.read(folder)
