"""plot, predict and explain: the commands that look at a finished run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clothier import calibrate, cli, data, predict, trained
from clothier.runs import Run

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
    run.write_recipe(Run(finished).read_recipe())
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
    content = run.read_recipe()
    content["data"]["fingerprint"] = "0" * 64
    run.write_recipe(content)
    for words in (
        ["plot", str(run.path)],
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
    temperature = predict.opened(finished).calibration.temperature
    probabilities = calibrate.softmax(wanted.logits, temperature)
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
    for label, (name, probability) in enumerate(answer["probabilities"].items()):
        (line,) = [line for line in lines if line.startswith(f"{label}  {name} ")]
        assert f"{probability:.4f}" in line
        assert abs(line.count("█") - 30 * probability) < 1.01
        assert ("true class" in line or "rightly" in line) == (name == answer["true"])
        assert ("predicted" in line) == (name == answer["predicted"])
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
        "generated:600 has no tset split; it has: train, validation, test"
    )
    assert _fails(capsys, *model, "--weights", "first") == "weights are 'first'; wanted one of best, last"
    rng = np.random.default_rng(0)
    for name in ("hat", "shoe"):
        for number in range(10):
            path = tmp_path / "photos" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 256, (20, 20), dtype=np.uint8)).save(path)
    source = f"folder:{tmp_path / 'photos'}"
    assert _fails(capsys, *model, "--data", source, "--image-size", "32").startswith(
        f"cnn1-1 was trained on images of 28 x 28 x 1 and 10 classes, {source} has 32 x 32 x 1 and 2 classes; "
        "wanted the same; choose other --data, or --image-size where they are photos"
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


def test_explain_takes_a_picture_and_says_that_it_is_only_resized(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    path = tmp_path / "my coat.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 60, 3), dtype=np.uint8)).save(path)
    assert cli.run(["explain", str(finished), str(path), "--out", "out", "--dpi", "60"]) == 0
    captured = capsys.readouterr()
    said = " ".join(captured.err.split())
    assert (
        "my coat.jpg is only resized to 28 x 28 grey pixels; where it does not look like the training" in said
    )
    assert "out/grad-cam.png" in captured.out
    assert "true class" not in captured.out


def test_explain_refuses_what_it_cannot_explain(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    run = str(finished)
    assert _fails(capsys, "explain", run, "100") == "there is no test image 100; wanted 0 to 99"
    assert _fails(capsys, "explain", run, "0", "--class", "Boot").startswith(
        "unknown class 'Boot'; known: Ankle"
    )
    assert _fails(capsys, "explain", run, "no.png").startswith(
        "no.png cannot be read (No such file or directory); wanted a JPEG, PNG, WebP, GIF or BMP picture, or an index"
    )
    assert _fails(capsys, "explain", run, "0", "--format", "gif").startswith("unknown figure format 'gif'")
