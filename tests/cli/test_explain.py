"""explain: the activations and the heat map of an image."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from unittest.mock import patch

import keras
import numpy as np
import pytest
from PIL import Image
from support.command_line import last_error, prints
from support.own_networks import spectrum
from support.pictures import phone_photo

import clothier
from clothier import cli, plots, predict
from clothier.runs import Run
from clothier.training import Build


def test_explain_draws_each_layer_and_where_the_network_looked(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    printed = prints(capsys, "explain", str(finished), "5", "--out", str(out), "--dpi", "60")
    assert printed.splitlines()[:3] == [f"{out}/{name}.png" for name in ("1-conv1", "2-pool1", "grad-cam")]
    answer = json.loads(prints(capsys, "predict", "--model", str(finished), "--index", "5", "--json"))
    assert f"predicted  {answer['predicted']} (" in printed
    assert f"true class {answer['true']}" in printed

    run = tmp_path / "copy"
    shutil.copytree(finished, run)
    words = ("explain", str(run), "0", "--split", "train", "--class", "Bag", "--weights", "best")
    svg = prints(capsys, *words, "--format", "svg").splitlines()
    assert svg[2] == f"{run}/figures/explain/train-image-0-best/grad-cam.svg"
    assert "speaks for Bag" in Path(svg[2]).read_text() or Path(svg[2]).read_bytes().startswith(b"<?xml")


def test_explain_draws_one_layer_or_one_channel(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    words = ("explain", str(finished), "5", "--out", str(tmp_path), "--dpi", "40", "--layer")
    with (
        patch.object(plots, "feature_maps", wraps=plots.feature_maps) as all_,
        patch.object(plots, "feature_map", wraps=plots.feature_map) as one,
    ):
        assert prints(capsys, *words, "pool1").splitlines()[:2] == [f"{tmp_path}/2-pool1.png", ""]
        printed = prints(capsys, *words, "pool1", "--channel", "4").splitlines()
    assert printed[:2] == [f"{tmp_path}/2-pool1-channel-4.png", ""]
    np.testing.assert_array_equal(one.call_args.args[0], all_.call_args.args[0][..., 4])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2-pool1-channel-4.png", "2-pool1.png"]
    assert last_error(capsys, *words, "pool1", "--channel", "32") == (
        "--channel is 32; pool1 has 32; wanted 0 to 31"
    )
    assert last_error(capsys, *words, "pol1") == (
        "unknown layer 'pol1'; known: conv1, pool1; did you mean 'pool1'?"
    )
    assert last_error(capsys, "explain", str(finished), "5", "--channel", "1") == (
        "--channel is 1 of no layer; wanted --layer too, such as --layer conv2"
    )
    assert last_error(capsys, "explain", "fashion-mnist", "a.png", "--layer", "conv1") == (
        "the model fashion-mnist is a model file, which holds no layers; leave --layer out"
    )


def test_explain_says_of_a_photo_what_predict_says(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    path = tmp_path / "my coat.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 60, 3), dtype=np.uint8)).save(path)
    assert cli.run(["explain", str(finished), str(path), "--out", "out", "--dpi", "60"]) == 0
    captured = capsys.readouterr()
    ((answer,),) = predict.predict_photos(predict.opened(finished), [path])
    assert captured.err == f"NOTE: {predict.unmeasured(predict.opened(finished))}\n"
    assert captured.out.splitlines()[-3:] == [
        f"predicted  {answer.classes[0][0]} ({answer.classes[0][1]:.1%})", answer.doubt, *answer.warnings
    ]  # fmt: skip
    assert answer.doubt
    assert answer.warnings
    assert "out/grad-cam.png" in captured.out
    assert "true class" not in captured.out


@pytest.mark.parametrize("kind", ["fashion-mnist", "file"])
def test_explain_takes_a_model_file_as_python_does(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path, kind: str
) -> None:
    path, model = phone_photo(tmp_path / "coat.png", 1), "fashion-mnist"
    if kind == "file":
        model = str(shutil.copy(Run(finished).model_file, tmp_path / "mine.clothier"))
    explanation = clothier.open(model).explain(str(path))
    answer = explanation.prediction
    with patch.object(plots, "heat_overlay", wraps=plots.heat_overlay) as drawn:
        printed = prints(capsys, "explain", model, str(path), "--dpi", "40").splitlines()
    folder = {"fashion-mnist": "coat.png-fashion-mnist", "file": "coat.png-mine"}[kind]
    assert printed[:3] == [
        f"explain/{folder}/occlusion.png", "", f"predicted  {answer.class_name} ({answer.classes[0][1]:.1%})"
    ]  # fmt: skip
    assert Path(printed[0]).read_bytes().startswith(b"\x89PNG")
    np.testing.assert_array_equal(drawn.call_args.args[1], explanation.heat)
    words = ("explain", model, str(path), "--out", "out", "--format", "svg", "--class", "Bag")
    with patch.object(plots, "heat_overlay", wraps=plots.heat_overlay) as drawn:
        assert prints(capsys, *words).splitlines()[0] == "out/occlusion.svg"
    assert ": what speaks for Bag (" in drawn.call_args.args[2]


def test_explain_refuses_of_a_model_file_what_only_a_run_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert last_error(capsys, "explain", "fashion-mnist", "3") == (
        "IMAGE is 3, and the model fashion-mnist has no images of its own; wanted a picture file"
    )
    for words in (["--weights", "best"], ["--split", "train"], ["--data", "generated:600"]):
        assert last_error(capsys, "explain", "fashion-mnist", "photo.png", *words) == (
            "the model fashion-mnist is a model file, and --split, --weights and the options of data are for a run; "
            "leave them out"
        )
    assert last_error(capsys, "explain", "fashion-mnist", "no.png").startswith(
        "no.png cannot be read (No such file"
    )
    assert last_error(capsys, "explain", "fashion-mnist", "no.png", "--class", "Bagg").endswith(
        "did you mean 'Bag'?"
    )


def test_explain_refuses_what_it_cannot_explain(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    run = str(finished)
    assert last_error(capsys, "explain", run, "100") == "there is no test image 100; wanted 0 to 99"
    assert last_error(capsys, "explain", run, "0", "--class", "Boot").startswith(
        "unknown class 'Boot'; known: Ankle"
    )
    assert last_error(capsys, "explain", run, "no.png").startswith(
        "no.png cannot be read (No such file or directory); "
        "wanted a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP picture, or an index"
    )
    assert last_error(capsys, "explain", run, "0", "--format", "gif").startswith(
        "--format is 'gif'; wanted png or svg"
    )


def _flat(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images = keras.Input(image_shape)
    x = keras.layers.Dense(8)(keras.layers.Flatten()(images / 255.0))
    return keras.Model(images, keras.layers.Dense(num_classes)(x))


@pytest.mark.parametrize("network", [_flat, spectrum])
@pytest.mark.usefixtures("quick_page")
def test_what_train_offers_next_works_without_convolutions_and_without_a_model_file(
    capsys: pytest.CaptureFixture[str], network: Build
) -> None:
    run = clothier.train("cnn1", clothier.load("generated:60"), model=network, epochs=1, verbose=0)
    phone_photo(Path("photo.jpg"), 1)
    printed = prints(capsys, "train", "--resume", str(run.path))
    offered = [shlex.split(line)[1:] for line in printed.splitlines() if line.startswith("    clothier ")]
    assert [words[0] for words in offered[:2]] == ["predict", "explain"]
    prints(capsys, *offered[0])
    figure, _, name, *_ = prints(capsys, *offered[1]).splitlines()
    assert figure.endswith("/occlusion.png")
    if run.model_file.exists():
        explanation = clothier.open(run.path).explain("photo.jpg")
        assert (explanation.method, explanation.layers) == ("occlusion", ())
        assert explanation.class_name in name
