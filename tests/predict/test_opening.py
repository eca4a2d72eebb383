from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import linear_network
from support.run_folders import make_run

from clothier import bundle
from clothier.bundle import Bundle
from clothier.errors import BundleError, InputError, RunError
from clothier.predict import Predictor, box, opened


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read; each holds the hand-made model."""
    seen: list[Path] = []

    def pretend(path: Path) -> Bundle:
        seen.append(path)
        return linear_network.bundle()

    monkeypatch.setattr(bundle, "read", pretend)
    return seen


def test_a_runs_own_file_is_taken_or_the_one_that_is_named(tmp_path: Path, read: list[Path]) -> None:
    run = make_run(tmp_path, "cnn1-1")
    run.model_file.write_bytes(b"")
    assert isinstance(opened(run.path), Predictor)
    opened(tmp_path / "copy.clothier")
    assert read == [run.model_file, tmp_path / "copy.clothier"]


@pytest.mark.parametrize("changes", [{"fingerprint": "e" * 64}, {"recipe": {"seed": 99}}])
def test_the_model_file_of_another_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """Its answers would pass for those of the run whose scores lie beside it."""
    run, other = make_run(tmp_path, "cnn1-1"), linear_network.bundle()
    run.model_file.write_bytes(b"")
    other = replace(other, manifest=replace(other.manifest, **changes))
    monkeypatch.setattr(bundle, "read", lambda _: other)
    wanted = (
        f"{run.model_file} is of another run than recipe.json beside it; wanted the run's own; "
        f"make it with: clothier export {run.path} --format clothier"
    )
    with pytest.raises(RunError, match=f"^{re.escape(wanted)}$"):
        opened(run.path)
    assert isinstance(opened(run.model_file), Predictor)


def test_a_damaged_model_file_of_a_run_can_be_made_again(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1")
    run.model_file.write_bytes(b"damaged")
    with pytest.raises(BundleError) as caught:
        opened(run.path)
    assert str(caught.value).startswith(f"{run.model_file} is not a zip archive; ")
    assert str(caught.value).endswith(f"; make it again with: clothier export {run.path} --format clothier")


def test_a_run_without_a_model_file_is_told_how_to_make_one(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1")
    with pytest.raises(
        RunError,
        match=r"^.*/cnn1-1 has no model\.clothier; wanted one, which training writes at its end; "
        r"make it with: clothier export .*/cnn1-1 --format clothier$",
    ):
        opened(run.path)


def test_without_a_name_the_model_in_the_box_is_taken(
    tmp_path: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "FOLDER", tmp_path)
    with pytest.raises(
        InputError, match=r"^this copy of clothier has no model in the box; wanted one of your own; "
    ):
        opened()
    (tmp_path / "fashion-mnist.clothier").write_bytes(b"")
    opened()
    (tmp_path / "clothes.clothier").write_bytes(b"")
    opened()
    opened("fashion-mnist")
    names = ("fashion-mnist", "clothes", "fashion-mnist")
    assert read == [tmp_path / f"{name}.clothier" for name in names]


def test_a_name_is_that_of_a_model_in_the_box_and_a_path_is_none(tmp_path: Path, read: list[Path]) -> None:
    run = make_run(tmp_path, "fashion-mnist")
    run.model_file.write_bytes(b"")
    with contextlib.chdir(tmp_path):
        opened("fashion-mnist")
        opened("./fashion-mnist")
        opened(Path("fashion-mnist"))
    own = Path("fashion-mnist/model.clothier")
    assert read == [box.FOLDER / "fashion-mnist.clothier", own, own]


def test_what_is_no_model_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r" is not a run folder "):
        opened(tmp_path)
    with pytest.raises(BundleError, match=r"nowhere"):
        opened(tmp_path / "nowhere")


def test_while_a_run_trains_longer_its_model_file_stays_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, earlier = make_run(tmp_path, "cnn1-1", epochs=20), linear_network.bundle()
    run.model_file.write_bytes(b"")
    known = {**run.recipe().as_json(), "epochs": 10}
    fingerprint = run.description().data.fingerprint
    earlier = replace(earlier, manifest=replace(earlier.manifest, recipe=known, fingerprint=fingerprint))
    monkeypatch.setattr(bundle, "read", lambda _: earlier)
    assert isinstance(opened(run.path), Predictor)
    known["epochs"] = "ten"
    with pytest.raises(RunError, match=r"is of another run than recipe\.json beside it"):
        opened(run.path)
