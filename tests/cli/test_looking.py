"""plot, predict and explain: the commands that look at a finished run."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image, ImageDraw
from support.in_process_service import JPEG, InProcessService

import clothier
from clothier import bundle, cli, data, plots, predict
from clothier.errors import InputError
from clothier.photo import doctor
from clothier.runs import Run, checkpoint, trained
from clothier.values import csvtext

FIGURES = (
    "curves",
    "confusion",
    "per-class",
    "reliability",
    "predictions",
    "right",
    "wrong",
    "confident-mistakes",
)


def _prints(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.run(list(words)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def _fails(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The last line of stderr; above it may stand notices and progress."""
    assert cli.run(list(words)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()[-1].removeprefix("clothier: ")


def test_plot_draws_every_figure_and_renews_the_report(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "copy"
    shutil.copytree(finished, run)
    shutil.rmtree(run / "figures")
    (run / "report.html").unlink()
    printed = _prints(capsys, "plot", str(run), "--dpi", "60").splitlines()
    assert printed == [*(f"{run}/figures/{name}.png" for name in FIGURES), f"{run}/report.html"]
    with Image.open(run / "figures" / "wrong.png") as picture:
        assert round(picture.info["dpi"][0]) == 60
    assert (run / "report.html").read_text().count("data:image/png") == len(FIGURES)


def test_plot_elsewhere_leaves_the_run_alone(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    before = (finished / "report.html").stat().st_mtime_ns
    out = tmp_path / "figures"
    printed = _prints(capsys, "plot", str(finished), "--format", "svg", "--out", str(out)).splitlines()
    assert printed == [f"{out}/{name}.svg" for name in FIGURES]
    assert all(Path(path).read_bytes().startswith(b"<?xml") for path in printed)
    assert (finished / "report.html").stat().st_mtime_ns == before


def test_plot_of_a_run_in_the_middle_draws_curves_alone(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    run = Run(tmp_path / "copy")
    run.write_description(Run(finished).description())
    assert _fails(capsys, "plot", str(run.path)).startswith(
        f"{run.path} has no finished epoch; wanted at least"
    )
    run.write_history(Run(finished).read_history())
    assert _prints(capsys, "plot", str(run.path), "--dpi", "60").splitlines() == [
        f"{run.path}/figures/curves.png", f"{run.path}/report.html",
    ]  # fmt: skip


def test_other_data_are_refused(capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "copy")
    shutil.copytree(finished, run.path)
    own = run.description()
    run.write_description(replace(own, data=replace(own.data, fingerprint="0" * 64)))
    for words in (
        ["explain", str(run.path), "0"],
        ["predict", "--model", str(run.path)],
    ):
        assert _fails(capsys, *words).startswith(
            f"{run.path} was trained on other data (fingerprint 000000000000, these have"
        )


def test_predict_gives_the_probabilities_of_one_image(
    capsys: pytest.CaptureFixture[str], finished: Path
) -> None:
    answer = json.loads(_prints(capsys, "predict", "--model", str(finished), "--index", "7", "--json"))
    dataset = data.load("generated:600")
    wanted = trained.predict(Run(finished), dataset.split("test").images)
    probabilities = wanted.probabilities
    names = list(dataset.class_names)
    assert list(answer["probabilities"]) == names
    np.testing.assert_allclose(list(answer["probabilities"].values()), probabilities[7], atol=1e-5)
    assert answer["predicted"] == names[wanted.labels[7]]
    assert answer["true"] == names[dataset.split("test").labels[7]]
    assert answer["first_predicted"] == wanted.labels[:20].tolist()
    assert answer["first_true"] == dataset.split("test").labels[:20].tolist()
    assert (answer["split"], answer["index"], answer["weights"]) == ("test", 7, "last")


def test_predict_draws_a_bar_a_class(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    words = (
        "predict",
        "--model",
        str(finished),
        "--split",
        "validation",
        "--index",
        "3",
        "--weights",
        "best",
    )
    answer = json.loads(_prints(capsys, *words, "--json"))
    lines = _prints(capsys, *words).splitlines()
    kind = "probabilities" if "probabilities" in answer else "uncalibrated_probabilities"
    for label, (name, probability) in enumerate(answer[kind].items()):
        (line,) = [line for line in lines if line.startswith(f"{label}  {name} ")]
        assert f"{probability:.4f}" in line
        assert abs(line.count("█") - 30 * probability) < 1.01
        assert ("true class" in line or "correct" in line) == (name == answer["true"])
        assert ("predicted" in line or "correct" in line) == (name == answer["predicted"])
    assert f"predicted  {' '.join(map(str, answer['first_predicted']))}" in lines
    assert f"true       {' '.join(map(str, answer['first_true']))}" in lines


def test_predict_takes_other_data_of_the_same_shape_alone(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    model = ("predict", "--model", str(finished))
    other = json.loads(_prints(capsys, *model, "--data", "generated:660", "--json"))
    assert other["source"] == "generated:660"
    assert _fails(capsys, *model, "--index", "100") == "--index is 100; wanted 0 to 99"
    assert _fails(capsys, *model, "--split", "tset") == (
        "--split is 'tset'; wanted train, validation or test; did you mean 'test'?"
    )
    assert _fails(capsys, *model, "--weights", "first") == "--weights is 'first'; wanted last or best"
    rng = np.random.default_rng(0)
    for name in ("hat", "shoe"):
        for number in range(10):
            path = tmp_path / "photos" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 256, (20, 20), dtype=np.uint8)).save(path)
    source = f"folder:{tmp_path / 'photos'}"
    assert _fails(capsys, *model, "--data", source, "--image-size", "32").startswith(
        f"cnn1-1 was trained on images of 28 x 28 x 1 in 10 classes, {source} has images of 32 x 32 x 1 in 2 "
        "classes; wanted the same; choose other --data, or --image-size where they are photos"
    )


def test_explain_draws_each_layer_and_where_the_network_looked(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    printed = _prints(capsys, "explain", str(finished), "5", "--out", str(out), "--dpi", "60")
    assert printed.splitlines()[:3] == [f"{out}/{name}.png" for name in ("1-conv1", "2-pool1", "grad-cam")]
    answer = json.loads(_prints(capsys, "predict", "--model", str(finished), "--index", "5", "--json"))
    assert f"predicted  {answer['predicted']} (" in printed
    assert f"true class {answer['true']}" in printed

    run = tmp_path / "copy"
    shutil.copytree(finished, run)
    words = ("explain", str(run), "0", "--split", "train", "--class", "Bag", "--weights", "best")
    svg = _prints(capsys, *words, "--format", "svg").splitlines()
    assert svg[2] == f"{run}/figures/explain/train-image-0-best/grad-cam.svg"
    assert "speaks for Bag" in Path(svg[2]).read_text() or Path(svg[2]).read_bytes().startswith(b"<?xml")


def test_an_image_that_came_from_a_file_is_called_by_it(
    capsys: pytest.CaptureFixture[str], finished_photos: Path, tmp_path: Path
) -> None:
    run, folder = str(finished_photos), finished_photos.parents[1] / "mine"
    answer = json.loads(_prints(capsys, "predict", "--model", run, "--index", "1", "--json"))
    assert (folder / answer["file"]).is_file()
    assert (folder / answer["file"]).parent.name == answer["true"]
    said = _prints(capsys, "predict", "--model", run, "--index", "1").splitlines()[0]
    assert said == f"folder:{folder}, test image 1 ({answer['file']}), by {run}"
    words = ("explain", run, "1", "--out", str(tmp_path / "out"), "--format", "svg")
    with patch.object(plots, "heat_overlay", wraps=plots.heat_overlay) as drawn:
        printed = _prints(capsys, *words)
    assert f"\nfile       {answer['file']}\npredicted  " in printed
    assert drawn.call_args.args[2].startswith(f"cnn1-1, test image 1, {answer['file']}: ")


def test_an_image_that_came_from_no_file_is_called_by_its_number(
    capsys: pytest.CaptureFixture[str], finished: Path
) -> None:
    words = ("predict", "--model", str(finished), "--index", "1")
    assert json.loads(_prints(capsys, *words, "--json"))["file"] == ""
    assert _prints(capsys, *words).startswith(f"generated:600, test image 1, by {finished}\n")


def _photo(path: Path, seed: int) -> Path:
    """A dark thing on a light ground, with noise, as a phone might see it."""
    image = Image.new("RGB", (90, 120), (190, 170, 140))
    ImageDraw.Draw(image).rectangle((20 + seed, 25, 60, 95 - 3 * seed), (30, 40, 40 + 30 * seed))
    noise = np.random.default_rng(seed).integers(-8, 9, (120, 90, 3))
    Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)).save(path)
    return path


@pytest.mark.parametrize("photos", ["doctor", "pad", "centre"])
def test_a_photo_gets_one_answer_whoever_is_asked(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path, photos: str
) -> None:
    run = Run(tmp_path / "copy")
    shutil.copytree(finished, run.path)
    content = bundle.read(run.model_file)
    # A temperature far from 1, in both places that a run keeps it, so that no raw probability passes for another.
    manifest = replace(content.manifest, temperature=2.5, preprocessing={"photos": photos})
    bundle.write(run.model_file, replace(content, manifest=manifest))
    kept = json.loads(run.reliability_file.read_text())
    run.write_reliability({**kept, "temperature": 2.5})
    service = InProcessService(content=bundle.read(run.model_file))
    try:
        for seed in range(3):
            path = _photo(tmp_path / f"{seed}.png", seed)
            told = json.loads(_prints(capsys, "predict", str(path), "--model", str(run.path), "--json"))
            shares, status = told["probabilities"], told["status"]
            label = max(shares, key=lambda name: shares[name])
            (served,) = service.post("/v1/predict", content=path.read_bytes(), headers=JPEG).json()["answers"]
            assert served["probabilities"] == pytest.approx(shares, abs=1e-4)
            assert (served["label"], served["status"]) == (label, status)
            drawn = tmp_path / f"{photos}{seed}.png"
            words = ("doctor", str(path), "--model", str(run.path), "--json", "--out", str(drawn))
            examined = json.loads(_prints(capsys, *words))
            last = examined["steps"][-1]["classes"]
            assert last == pytest.approx({name: shares[name] for name in last}, abs=1e-4)
            assert (next(iter(last)), examined["status"]) == (label, status)
            printed = _prints(
                capsys, "explain", str(run.path), str(path), "--out", str(tmp_path), "--dpi", "40"
            )
            ((answer,),) = predict.predict_photos(predict.opened(run.path), [path])
            assert f"predicted  {label} ({shares[label]:.1%})" in printed
            assert (answer.doubt in printed, answer.status) == (True, status)
            assert dict(answer.classes) == pytest.approx(shares, abs=1e-4)
            image = doctor.prepare(path, photos, (28, 28), 1)
            made = trained.predict(run, image[np.newaxis]).probabilities[0]
            assert dict(zip(manifest.class_names, made, strict=True)) == pytest.approx(shares, abs=1e-4)
    finally:
        service.close()


def test_explain_says_of_a_photo_what_predict_says(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    path = tmp_path / "my coat.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 60, 3), dtype=np.uint8)).save(path)
    assert cli.run(["explain", str(finished), str(path), "--out", "out", "--dpi", "60"]) == 0
    captured = capsys.readouterr()
    ((answer,),) = predict.predict_photos(predict.opened(finished), [path])
    assert captured.err == ""
    assert captured.out.splitlines()[-3:] == [
        f"predicted  {answer.classes[0][0]} ({answer.classes[0][1]:.1%})", answer.doubt, *answer.warnings
    ]  # fmt: skip
    assert answer.doubt
    assert answer.warnings
    assert "out/grad-cam.png" in captured.out
    assert "true class" not in captured.out


def test_a_truncated_photo_is_told_by_each_command(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    run = str(finished)
    words = "the file is truncated: "
    told = json.loads(_prints(capsys, "predict", str(path), "--model", run, "--json"))
    assert told["warnings"][0].startswith(words)
    assert words in _prints(capsys, "predict", str(path), "--model", run)
    assert words in _prints(capsys, "explain", run, str(path), "--out", str(tmp_path), "--dpi", "40")
    drawn = ("--out", str(tmp_path / "drawn.png"), "--json")
    examined = json.loads(_prints(capsys, "doctor", str(path), "--model", run, *drawn))
    assert examined["warnings"][0].startswith(words)


@pytest.mark.parametrize("command", ["explain", "predict"])
def test_what_is_not_calibrated_says_so_in_its_name(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path, command: str
) -> None:
    run = Run(tmp_path / "copy")
    shutil.copytree(finished, run.path)
    state = checkpoint.load(run.last_checkpoint)
    # The best weights of an earlier epoch than the one that was judged, for which no temperature was fitted.
    assert state.best
    run.best_checkpoint(state.best.epoch).rename(run.best_checkpoint(1))
    checkpoint.save(run.last_checkpoint, replace(state, best=replace(state.best, epoch=1)))
    place = (str(run.path), "0") if command == "explain" else ("--model", str(run.path))
    assert cli.run([command, *place, "--weights", "best"]) == 0
    captured = capsys.readouterr()
    said = "NOTE: the probabilities are not calibrated: no temperature was fitted to the best weights"
    assert captured.err.splitlines()[-1] == said
    if command == "explain":
        assert "(uncalibrated probability " in captured.out
    else:
        told = json.loads(_prints(capsys, command, *place, "--weights", "best", "--json"))
        assert "probabilities" not in told
        assert len(told["uncalibrated_probabilities"]) == 10
        assert told["status"] is None
    with pytest.raises(InputError, match=r"^these predictions are not calibrated: no temperature was fitted"):
        _ = trained.predict(run, data.load("generated:600").train.images[:1], "best").probabilities


@pytest.mark.parametrize("kind", ["box", "file"])
def test_explain_takes_a_model_file_as_python_does(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path, kind: str
) -> None:
    path, model = _photo(tmp_path / "coat.png", 1), "box"
    if kind == "file":
        model = str(shutil.copy(Run(finished).model_file, tmp_path / "mine.clothier"))
    explanation = clothier.open(model).explain(str(path))
    answer = explanation.prediction
    with patch.object(plots, "heat_overlay", wraps=plots.heat_overlay) as drawn:
        printed = _prints(capsys, "explain", model, str(path), "--dpi", "40").splitlines()
    folder = {"box": "coat.png-box", "file": "coat.png-mine"}[kind]
    assert printed[:3] == [
        f"explain/{folder}/occlusion.png", "", f"predicted  {answer.class_name} ({answer.classes[0][1]:.1%})"
    ]  # fmt: skip
    assert Path(printed[0]).read_bytes().startswith(b"\x89PNG")
    np.testing.assert_array_equal(drawn.call_args.args[1], explanation.heat)
    words = ("explain", model, str(path), "--out", "out", "--format", "svg", "--class", "Bag")
    with patch.object(plots, "heat_overlay", wraps=plots.heat_overlay) as drawn:
        assert _prints(capsys, *words).splitlines()[0] == "out/occlusion.svg"
    assert ": what speaks for Bag (" in drawn.call_args.args[2]


def test_explain_refuses_of_a_model_file_what_only_a_run_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert _fails(capsys, "explain", "box", "3") == (
        "IMAGE is 3, and the model in the box has no images of its own; wanted a picture file"
    )
    for words in (["--weights", "best"], ["--split", "train"], ["--data", "generated:600"]):
        assert _fails(capsys, "explain", "box", "photo.png", *words) == (
            "the model in the box is a model file, and --split, --weights and the options of data are for a run; leave "
            "them out"
        )
    assert _fails(capsys, "explain", "box", "no.png").startswith("no.png cannot be read (No such file")
    assert _fails(capsys, "explain", "box", "no.png", "--class", "Bagg").endswith("did you mean 'Bag'?")


def test_explain_refuses_what_it_cannot_explain(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    run = str(finished)
    assert _fails(capsys, "explain", run, "100") == "there is no test image 100; wanted 0 to 99"
    assert _fails(capsys, "explain", run, "0", "--class", "Boot").startswith(
        "unknown class 'Boot'; known: Ankle"
    )
    assert _fails(capsys, "explain", run, "no.png").startswith(
        "no.png cannot be read (No such file or directory); wanted a JPEG, PNG, WebP, GIF or BMP picture, or an index"
    )
    assert _fails(capsys, "explain", run, "0", "--format", "gif").startswith(
        "--format is 'gif'; wanted png or svg"
    )


def test_predictions_name_files_and_classes(finished_photos: Path) -> None:
    run, folder = Run(finished_photos), finished_photos.parents[1] / "mine"
    with run.predictions_file.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["index", "file", "label", "predicted", "probability"]
    names = run.description().data.class_names
    labels, predicted, _ = run.read_predictions()
    for row, label, guess in zip(rows, labels, predicted, strict=True):
        name = csvtext.unshielded(row["file"])
        assert (folder / name).is_file()
        assert csvtext.unshielded(row["label"]) == names[label] == Path(name).parent.name
        assert csvtext.unshielded(row["predicted"]) == names[guess]
