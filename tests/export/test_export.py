"""Runs written in every format, and held against the run first."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from clothier import __version__, backend, export, models
from clothier.errors import ExportError, InputError, MissingExtraError, RunError
from clothier.export import formats, running
from clothier.runs import Run, trained
from clothier.values import Dataset, Floats, Predictions, Reading

OPENVINO = importlib.util.find_spec("openvino") is not None
needs_openvino = pytest.mark.skipif(not OPENVINO, reason="the package openvino is not installed")
ALL = ["clothier", "keras", "onnx", pytest.param("openvino", marks=needs_openvino)]


def _probabilities(run: Run, dataset: Dataset) -> Floats:
    assert dataset.test
    model = trained.load(run)
    judge = backend.Inference(models.averaged(model, trained.plan(run).views))
    temperature = trained.temperature(run)
    assert temperature is not None
    assert abs(temperature - 1) > 0.05
    return Predictions(judge.logits(model.get_weights(), dataset.test.images), temperature).probabilities


@pytest.mark.parametrize("name", ALL)
def test_every_format_says_what_the_run_says(name: str, run: Run, tiny: Dataset, tmp_path: Path) -> None:
    out = tmp_path / f"m{export.FORMATS[name].suffix}"
    made = export.export(run, tiny, name, out)
    assert made.files[0] == out
    assert all(path.stat().st_size for path in made.files)
    assert made.agreement.images == 90
    assert 0 <= made.agreement.difference < 1e-5
    assert made.agreement.labels == 1
    assert made.accuracies is None


@pytest.mark.parametrize("name", ["onnx", pytest.param("openvino", marks=needs_openvino)])
def test_the_written_file_gives_probabilities(name: str, run: Run, tiny: Dataset, tmp_path: Path) -> None:
    assert tiny.test
    out = tmp_path / f"m{export.FORMATS[name].suffix}"
    export.export(run, tiny, name, out)
    if name == "onnx":
        made = running.onnx_outputs(out.read_bytes(), tiny.test.images, ["probabilities"])[0]
    else:
        made = running.openvino_outputs(out, tiny.test.images)
    assert np.abs(made - _probabilities(run, tiny)).max() < 1e-5


METADATA = {
    "class_names": '["row", "column", "none"]',
    "image_shape": "[12, 12, 1]",
    "colour": "grey",
    "photos": "pad",
    "calibrated": "yes",
    "recipe": "cnn1",
    "data": "tiny",
    "fingerprint": "f" * 64,
    "clothier": __version__,
}


def test_an_onnx_file_says_how_its_images_are_made(run: Run, tiny: Dataset, tmp_path: Path) -> None:
    export.export(run, tiny, "onnx", tmp_path / "m.onnx")
    assert {said.key: said.value for said in onnx.load(tmp_path / "m.onnx").metadata_props} == METADATA
    reading = Reading(options={"crop": "centre"})
    said = formats.Work(run, replace(tiny, reading=reading), int8=False).metadata
    assert said == METADATA | {"photos": "centre"}
    assert formats.Work(run, None, int8=False).metadata == METADATA  # as the run's model file says


@needs_openvino
def test_an_openvino_file_says_so_too(run: Run, tiny: Dataset, tmp_path: Path) -> None:
    export.export(run, tiny, "openvino", tmp_path / "m.xml")
    made = running.openvino().Core().read_model(tmp_path / "m.xml")
    for key, value in METADATA.items():
        assert made.get_rt_info(["clothier", key]).astype(str) == value


def test_int8_tells_both_accuracies(
    run: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "clothier.export.checking.LEAST_AGREEMENT", 0.9
    )  # a network of two epochs is seldom sure
    made = export.export(run, tiny, "onnx", tmp_path / "m.onnx", int8=True)
    scores = run.read_scores()[-1].test
    assert scores
    assert made.accuracies
    assert made.accuracies[0] == pytest.approx(scores.accuracy)
    assert abs(made.accuracies[1] - made.accuracies[0]) < 0.1
    assert made.agreement.difference > 0


def test_a_file_that_says_something_else_is_not_written(
    run: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        running, "onnx_outputs", lambda graph, images, names: [np.eye(3, dtype=np.float32)[[0] * 90]]
    )
    with pytest.raises(ExportError, match=r"onnx differs from the run by .* nothing was written"):
        export.export(run, tiny, "onnx", tmp_path / "m.onnx")
    assert not list(tmp_path.glob("*.onnx"))


def test_by_default_files_lie_in_the_run_folder(run: Run, tiny: Dataset) -> None:
    assert export.export(run, tiny, "onnx").files == (run.path / "model.onnx",)
    assert export.export(run, tiny, "clothier").files == (run.model_file,)


def test_wrong_words_are_refused(run: Run, tiny: Dataset, photos: Dataset, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=f"unknown format 'onx'; known: {', '.join(sorted(export.FORMATS))}; did you mean"
    ):
        export.export(run, tiny, "onx")
    with pytest.raises(
        InputError, match=r"--out is .*m\.txt; wanted a file that ends in \.keras for --format keras"
    ):
        export.export(run, tiny, "keras", tmp_path / "m.txt")
    with pytest.raises(
        InputError, match="--int8 does not work with --format keras; wanted --format onnx or openvino"
    ):
        export.export(run, tiny, "keras", int8=True)
    with pytest.raises(RunError, match="was trained on other data"):
        export.export(run, photos, "onnx")


def test_openvino_is_asked_for_where_it_is_missing(
    run: Run, tiny: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(MissingExtraError) as caught:
        export.export(run, tiny, "openvino")
    assert str(caught.value) == (
        "--format openvino needs the package 'openvino', which is not installed; "
        "install it with: pip install 'clothier[openvino]'"
    )


def test_every_format_has_words_and_an_ending() -> None:
    assert set(formats.FORMATS) == {"clothier", "keras", "onnx", "openvino"}
    assert len({form.suffix for form in formats.FORMATS.values()}) == 4


def test_without_data_the_kept_images_are_predicted_again(run: Run, tiny: Dataset, tmp_path: Path) -> None:
    made = export.export(run, None, "onnx", tmp_path / "m.onnx")
    kept = run.read_samples()
    assert kept
    assert (made.checked_on, made.agreement.images) == ("kept", len(kept.rows))
    assert (tmp_path / "m.onnx").read_bytes() == _written(run, tiny, tmp_path / "with.onnx")
    for words in ({"name": "clothier"}, {"name": "onnx", "int8": True}):
        with pytest.raises(InputError) as caught:
            export.export(run, None, **words)
        assert str(caught.value) == (
            "model files and --int8 need the images that the run was trained on; give the data, or choose another "
            "format"
        )


def _written(run: Run, dataset: Dataset, path: Path) -> bytes:
    export.export(run, dataset, "onnx", path)
    return path.read_bytes()
