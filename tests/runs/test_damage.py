"""A run whose files were damaged, or come from elsewhere: every reader ends well, or in one line of ours."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from support.damage import faults
from support.run_folders import LABELS, make_run

from clothier import evaluate, recipes
from clothier.errors import ClothierError, RunError
from clothier.reports import compare, compare_page, grids, report
from clothier.runs import Run, checkpoint, overview, trained
from clothier.runs.checkpoint import Best, Checkpoint
from clothier.values import Predictions, Split

VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.floats()
    | some.integers()
    | some.sampled_from([10**400, -1, 2**63, 1e308, "\ud800", "\x00", "$\\frac$", "x" * 300])
    | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = (
    "recipe.json",
    "scores.json",
    "reliability.json",
    "history.csv",
    "predictions.csv",
    "samples.safetensors",
)


def sound(root: Path, name: str = "cnn1-1") -> Run:
    run = make_run(root, name, wrong=[3, 5], epochs=2, augmented_epochs=0)
    rng = np.random.default_rng(0)
    labels, logits = LABELS, rng.normal(size=(len(LABELS), 3)).astype(np.float32)
    content = evaluate.calibration("test", labels, Predictions(logits), (labels, Predictions(logits * 2)))
    run.write_reliability(content)
    images = rng.integers(0, 256, (len(LABELS), 28, 28, 1), np.uint8)
    grids.keep(run, Split(images, labels, tuple(f"{row}.png" for row in range(len(labels)))))
    return run


def _damaged_json(draw: some.DataObject, text: str) -> bytes:
    """With one value at a random place put in another's place, or taken away."""
    content: Any = json.loads(text)
    place = content
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw.draw(some.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and draw.draw(some.integers(0, 3)):
            place = place[key]
            continue
        if draw.draw(some.booleans()):
            place[key] = draw.draw(VALUES)
        else:
            del place[key]
        return json.dumps(content).encode()


def _damaged_bytes(draw: some.DataObject, data: bytes) -> bytes:
    """Cut, or with bytes in the place of others."""
    start = draw.draw(some.integers(0, len(data)))
    end = draw.draw(some.integers(start, min(len(data), start + 8)))
    kind = draw.draw(some.sampled_from(["cut", "put", "deep", "all"]))
    new = draw.draw(
        some.binary(max_size=8) | some.sampled_from([b"NaN", b"Infinity", b"1e999", b"\xff", b'"'])
    )
    return {
        "cut": data[:start],
        "put": data[:start] + new + data[end:],
        "deep": data[:start] + b"[" * 100_000 + data[start:],
        "all": new,
    }[kind]


def damage(draw: some.DataObject, run: Run) -> None:
    path = run.path / draw.draw(some.sampled_from(NAMES))
    data = path.read_bytes()
    as_json = path.suffix == ".json" and draw.draw(some.booleans())
    path.write_bytes(_damaged_json(draw, data.decode()) if as_json else _damaged_bytes(draw, data))


def ends_well(read: Callable[[], object]) -> None:
    try:
        read()
    except ClothierError as error:
        assert error.exit_code == 2


@given(draw=some.data())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_compares_runs_ends_well(tmp_path: Path, draw: some.DataObject) -> None:
    shutil.rmtree(tmp_path / "runs", ignore_errors=True)
    one, other = sound(tmp_path / "runs"), sound(tmp_path / "runs", "cnn1-2")
    damage(draw, one)
    ends_well(lambda: compare_page.as_json(compare.compare([one, other])))
    ends_well(lambda: trained.plan(one))
    ends_well(one._repr_html_)


@given(draw=some.data())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_lists_runs_shows_the_damaged(tmp_path: Path, draw: some.DataObject) -> None:
    shutil.rmtree(tmp_path / "runs", ignore_errors=True)
    damage(draw, sound(tmp_path / "runs"))
    (found,) = overview.overviews(tmp_path / "runs")
    json.dumps(found.as_json())
    assert overview.by_validation([found]) == [found]


@given(draw=some.data())
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_draws_a_run_ends_well(tmp_path: Path, draw: some.DataObject) -> None:
    shutil.rmtree(tmp_path / "runs", ignore_errors=True)
    run = sound(tmp_path / "runs")
    damage(draw, run)
    ends_well(lambda: report.write_figures(run, report.draw(run), dpi=20))
    ends_well(lambda: report.render(run, report.draw(run)))


@given(draw=some.data())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_checkpoints_end_well(tmp_path: Path, draw: some.DataObject) -> None:
    shutil.rmtree(tmp_path / "runs", ignore_errors=True)
    run = sound(tmp_path / "runs")
    tensors = {"model/a": np.zeros((2, 3), np.float32)}
    kept = Checkpoint(tensors, run.recipe().as_json(), "f" * 64, run.read_history(), Best(1, 0.5, "ab" * 32))
    checkpoint.save(run.last_checkpoint, kept)
    data = run.last_checkpoint.read_bytes()
    size = int.from_bytes(data[:8], "little")
    if draw.draw(some.booleans()):
        header = json.loads(data[8 : 8 + size])
        state = _damaged_json(draw, header["__metadata__"]["clothier"]).decode()
        header["__metadata__"]["clothier"] = state
        new = json.dumps(header).encode()
        run.last_checkpoint.write_bytes(len(new).to_bytes(8, "little") + new + data[8 + size :])
    else:
        run.last_checkpoint.write_bytes(_damaged_bytes(draw, data))
    ends_well(lambda: checkpoint.load(run.last_checkpoint))
    ends_well(lambda: checkpoint.read_progress(run.last_checkpoint))
    ends_well(lambda: trained.weights(run, "best"))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_kinds_of_damage_end_in_one_line(tmp_path: Path, name: str) -> None:
    run = sound(tmp_path)
    readers: dict[str, Callable[[], object]] = {
        "recipe.json": lambda: (run.description().plan, recipes.ends(run.recipe(), [])),
        "scores.json": run.read_scores,
        "reliability.json": run.read_reliability,
        "history.csv": run.read_history,
        "predictions.csv": run.read_predictions,
        "samples.safetensors": run.read_samples,
    }
    assert faults(run.path / name, readers[name], RunError, 1000, seed=1) == []


@pytest.mark.skipif(os.name != "posix", reason="makes pipes")
@pytest.mark.parametrize("name", NAMES)
def test_pipes_and_endless_devices_are_not_read(tmp_path: Path, name: str) -> None:
    run = sound(tmp_path)
    path = run.path / name
    path.unlink()
    os.mkfifo(path)
    (found,) = overview.overviews(tmp_path)
    assert bool(found.problems) == (name in ("recipe.json", "scores.json", "history.csv"))
    for read in (run.description, run.read_scores, run.read_reliability, run.read_history, run.read_samples):
        ends_well(read)
    path.unlink()
    path.symlink_to("/dev/zero")
    for read in (run.description, run.read_scores, run.read_reliability, run.read_history, run.read_samples):
        ends_well(read)


def test_a_huge_description_is_not_read(tmp_path: Path) -> None:
    run = sound(tmp_path)
    with run.recipe_file.open("wb") as file:
        file.truncate(2**40)  # it takes no room on the disk
    with pytest.raises(
        RunError, match=r"recipe\.json: it has more than 16,777,216 bytes; wanted what clothier wrote"
    ):
        run.description()


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_run_is_told_in_one_line(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from clothier.cli import run as cli

    one, other = sound(tmp_path), sound(tmp_path, "cnn1-2")
    (one.path / name).write_bytes(b"[" * 200_000)
    code = cli(["compare", str(one.path), str(other.path)])
    if name not in ("reliability.json", "samples.safetensors"):  # which compare does not read
        assert code == 2
        error = capsys.readouterr().err
        assert error.startswith(f"clothier: {one.path / name}")
        assert error.count("\n") == 1
