"""The model file that training leaves behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from clothier import backend, bundle, calibrate, export, models
from clothier.calibrate import Calibration, Outputs, Promises
from clothier.errors import RunError
from clothier.export import bundling
from clothier.export.running import onnx_outputs
from clothier.runs import Run, checkpoint, trained
from clothier.values import Dataset, Floats, Images, Reading, Split


def _outputs(graph: bytes, split: Split) -> Outputs:
    logits, features = onnx_outputs(graph, split.images, ["logits", "features"])
    return Outputs(logits, features, split.images, split.labels)


def test_training_leaves_a_model_file_that_tells_the_run(run: Run, tiny: Dataset) -> None:
    read = bundle.read(run.model_file)
    manifest, content = read.manifest, run.description()
    assert manifest.image_shape == trained.plan(run).image_shape
    assert manifest.num_features == 128
    assert manifest.class_names == tiny.class_names
    assert manifest.fingerprint == tiny.fingerprint
    assert manifest.recipe == content.recipe.as_json()
    assert manifest.versions == content.versions
    last = run.read_scores()[-1]
    assert last.test
    assert manifest.scores["test"] == {"images": 90, "loss": last.test.loss, "accuracy": last.test.accuracy}
    assert set(manifest.scores) == {"train", "validation", "test", "calibration", "promises", "photos"}


def test_its_graph_is_the_run_s(run: Run, tiny: Dataset) -> None:
    read, model = bundle.read(run.model_file), trained.load(run)
    assert tiny.test
    (logits,) = onnx_outputs(read.graph, tiny.test.images, ["logits"])
    judge = backend.Inference(models.averaged(model, "mirror+shift"))
    theirs = judge.logits(model.get_weights(), tiny.test.images)
    assert np.abs(logits - theirs).max() < 1e-5 * np.abs(theirs).max()


def test_it_is_calibrated_on_validation_images_alone(run: Run, tiny: Dataset) -> None:
    assert tiny.validation
    read = bundle.read(run.model_file)
    held, training = (_outputs(read.graph, split) for split in (tiny.validation, tiny.train))
    expected = calibrate.fit(held, training)
    assert read.manifest.temperature == pytest.approx(expected.temperature, rel=1e-4)
    assert read.manifest.thresholds == pytest.approx(expected.thresholds, rel=1e-4)
    made = Calibration.of_tensors(read.manifest.temperature, read.manifest.thresholds, read.statistics)
    assert len(made.judge(held.logits, held.features, held.images).statuses) == len(held.labels)
    assert read.manifest.photo_thresholds == {
        "temperature": read.manifest.temperature,
        **read.manifest.thresholds,
    }
    promises = Promises.of_scores(read.manifest.scores["promises"])
    assert promises == calibrate.measure(held, made)
    assert promises.words("photos") in read.manifest.card
    with patch.object(bundling, "photos_of", lambda _: "doctor"):
        of_images = export.bundle_of(run, tiny).manifest
    assert of_images.photo_thresholds == {}
    assert "photos" not in of_images.scores
    assert "never measured on photos, so no answer about a photo is plain" in of_images.card


def test_photos_in_colour_are_judged_by_several_views(run: Run, tiny: Dataset) -> None:
    """The graph is that of grey images: only what is made of the photos is looked at."""
    colour = [replace(split, images=np.repeat(split.images, 3, axis=3)) for split in tiny.splits().values()]
    dataset = replace(tiny, train=colour[0], validation=colour[1], test=colour[2])
    seen: list[Images] = []

    def outputs(graph: bytes, images: Images, names: list[str], between: object) -> list[Floats]:
        seen.append(images)
        return [np.zeros((len(images), 3 if name == "logits" else 4), np.float32) for name in names]

    with patch.object(bundling, "onnx_outputs", outputs):
        _, promises, _ = bundling._calibrate(b"", dataset, 10_000, 1.0, lambda: None)
    assert promises is not None
    assert promises.photos == len(colour[1])
    for one, other in zip(seen, calibrate.views(colour[1].images), strict=False):
        np.testing.assert_array_equal(one, other)


def test_the_same_run_gives_the_same_bytes(run: Run, tiny: Dataset) -> None:
    assert bundle.pack(export.bundle_of(run, tiny)) == run.model_file.read_bytes()


def test_without_validation_data_nothing_is_doubted(run: Run, tiny: Dataset) -> None:
    made = export.bundle_of(run, replace(tiny, validation=None)).manifest
    assert (made.temperature, made.thresholds) == (1.0, {})
    assert "calibration" not in made.scores


def test_look_alikes_are_training_images_of_each_class(run: Run, tiny: Dataset) -> None:
    some = export.bundle_of(run, tiny, lookalikes=10).lookalikes
    assert some
    assert np.bincount(some.labels).tolist() == [4, 4, 4]
    assert np.array_equal(some.images, tiny.train.images[some.ids])
    (features,) = onnx_outputs(bundle.read(run.model_file).graph, some.images, ["features"])
    assert np.allclose(some.features, features)


@pytest.mark.parametrize(
    ("border", "channels", "photos"), [(0, 1, "doctor"), (255, 1, "centre"), (0, 3, "centre")]
)
def test_photos_are_doctored_where_images_are_grey_and_light_on_dark(
    border: int, channels: int, photos: str, tiny: Dataset
) -> None:
    images = np.full((4, 6, 6, channels), border, np.uint8)
    images[:, 1:-1, 1:-1] = 128
    data = replace(tiny, train=Split(images, np.zeros(4, np.int64)), validation=None, test=None)
    assert bundling.photos_of(replace(data, reading=Reading(options={"crop": "centre"}))) == photos


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("fashion-mnist", "fashion-mnist"),
        ("folder:/home/someone/photos", "folder:photos"),
        ("csv:/home/someone/a.csv,/home/someone/b.csv", "csv:a.csv,b.csv"),
        ("generated:300", "generated:300"),
        ("", ""),
    ],
)
def test_the_file_tells_nothing_of_the_machine_s_folders(source: str, told: str) -> None:
    assert bundling.without_folders(source) == told


def test_a_run_without_a_finished_phase_is_refused(run: Run, tiny: Dataset, tmp_path: Path) -> None:
    begun = Run(tmp_path / "cnn1-1")
    begun.write_description(run.description())
    with pytest.raises(
        RunError, match="has no finished phase; wanted one; continue with: clothier train --resume"
    ):
        export.bundle_of(begun, tiny)


def test_costly_networks_are_calibrated_on_fewer_images(
    run: Run, tiny: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundling, "MOST_WORK", 10)
    monkeypatch.setattr(bundling, "LEAST_IMAGES", 40)
    assert export.bundle_of(run, tiny).manifest.scores["calibration"]["images"] == 40


def test_writing_it_changes_nothing_of_the_run(run: Run, tiny: Dataset) -> None:
    before = checkpoint.digest(checkpoint.load(run.last_checkpoint).tensors)
    export.write_model_file(run, tiny)
    assert checkpoint.digest(checkpoint.load(run.last_checkpoint).tensors) == before
