"""What predict, explain and doctor say of the same image."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image
from support.command_line import last_error, prints
from support.in_process_service import JPEG, InProcessService
from support.pictures import phone_photo

from clothier import bundle, cli, data, plots, predict
from clothier.errors import InputError
from clothier.photo import doctor
from clothier.runs import Run, checkpoint, trained


def test_other_data_are_refused(capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "copy")
    shutil.copytree(finished, run.path)
    own = run.description()
    run.write_description(replace(own, data=replace(own.data, fingerprint="0" * 64)))
    for words in (
        ["explain", str(run.path), "0"],
        ["predict", "--model", str(run.path)],
    ):
        assert last_error(capsys, *words).startswith(
            f"{run.path} was trained on other data (fingerprint 000000000000, these have"
        )


def test_an_image_that_came_from_a_file_is_called_by_it(
    capsys: pytest.CaptureFixture[str], finished_photos: Path, tmp_path: Path
) -> None:
    run, folder = str(finished_photos), finished_photos.parents[1] / "mine"
    answer = json.loads(prints(capsys, "predict", "--model", run, "--index", "1", "--json"))
    assert (folder / answer["file"]).is_file()
    assert (folder / answer["file"]).parent.name == answer["true"]
    said = prints(capsys, "predict", "--model", run, "--index", "1").splitlines()[0]
    assert said == f"folder:{folder}, test image 1 ({answer['file']}), by {run}"
    words = ("explain", run, "1", "--out", str(tmp_path / "out"), "--format", "svg")
    with patch.object(plots, "heat_overlay", wraps=plots.heat_overlay) as drawn:
        printed = prints(capsys, *words)
    assert f"\nfile       {answer['file']}\npredicted  " in printed
    assert drawn.call_args.args[2].startswith(f"cnn1-1, test image 1, {answer['file']}: ")


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
            path = phone_photo(tmp_path / f"{seed}.png", seed)
            told = json.loads(prints(capsys, "predict", str(path), "--model", str(run.path), "--json"))
            shares, status = told["probabilities"], told["status"]
            label = max(shares, key=lambda name: shares[name])
            (served,) = service.post("/v1/predict", content=path.read_bytes(), headers=JPEG).json()["answers"]
            assert served["probabilities"] == pytest.approx(shares, abs=1e-4)
            assert (served["label"], served["status"]) == (label, status)
            drawn = tmp_path / f"{photos}{seed}.png"
            words = ("doctor", str(path), "--model", str(run.path), "--json", "--out", str(drawn))
            examined = json.loads(prints(capsys, *words))
            last = examined["steps"][-1]["classes"]
            assert last == pytest.approx({name: shares[name] for name in last}, abs=1e-4)
            assert (next(iter(last)), examined["status"]) == (label, status)
            printed = prints(
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


def test_a_truncated_photo_is_told_by_each_command(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    run = str(finished)
    words = "the file is truncated: "
    told = json.loads(prints(capsys, "predict", str(path), "--model", run, "--json"))
    assert told["warnings"][0].startswith(words)
    assert words in prints(capsys, "predict", str(path), "--model", run)
    assert words in prints(capsys, "explain", run, str(path), "--out", str(tmp_path), "--dpi", "40")
    drawn = ("--out", str(tmp_path / "drawn.png"), "--json")
    examined = json.loads(prints(capsys, "doctor", str(path), "--model", run, *drawn))
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
        told = json.loads(prints(capsys, command, *place, "--weights", "best", "--json"))
        assert "probabilities" not in told
        assert len(told["uncalibrated_probabilities"]) == 10
        assert told["status"] is None
    with pytest.raises(InputError, match=r"^these predictions are not calibrated: no temperature was fitted"):
        _ = trained.predict(run, data.load("generated:600").train.images[:1], "best").probabilities
