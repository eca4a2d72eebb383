"""predict of photos; of images of a data set, see test_predict_image."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.command_line import prints

from clothier import cli, data, predict
from clothier.calibrate import Calibration
from clothier.runs import Run
from clothier.values import STATUSES, Floats, Images, Predictions

FORMATS = "JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Six of the run's own test images as photos, and a file that is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, image in enumerate(data.load("generated:600").split("test").images[:6]):
        Image.fromarray(image[..., 0]).save(folder / f"{number}.png")
    (folder / "6.png").write_text("no picture")
    return folder


@pytest.fixture
def words(finished: Path, photos: Path) -> tuple[str, ...]:
    """The command that predicts all of them."""
    return ("predict", str(photos), "--model", str(finished))


def test_a_table_on_the_screen_csv_and_json_lines_say_the_same(
    capsys: pytest.CaptureFixture[str], finished: Path, photos: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    lines = [json.loads(line) for line in prints(capsys, *words, "--json").splitlines()]
    (wanted,) = predict.predict_photos(predict.opened(finished), sorted(photos.iterdir()))
    assert [line["filename"] for line in lines] == [str(path) for path in sorted(photos.iterdir())]
    assert [line.get("label") for line in lines[:6]] == [wanted[row].class_name for row in range(6)]
    assert [line["status"] for line in lines] == [answer.status for answer in wanted]

    out = tmp_path / "answers" / "of.csv"
    assert prints(capsys, *words, "--out", str(out)) == f"{out}: 7 photos, 1 unreadable\n"
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["probability"] for row in rows] == [str(line.get("probability", "")) for line in lines]
    assert rows[6]["reason"] == lines[6]["reason"] == f"is not a {FORMATS} picture"

    one = ("predict", str(photos / "0.png"), "--model", str(finished), "--out", str(tmp_path / "one.csv"))
    assert prints(capsys, *one) == f"{tmp_path / 'one.csv'}: 1 photo\n"

    jsonl = tmp_path / "of.JSONL"
    prints(capsys, *words, "--out", str(jsonl))
    assert [json.loads(line) for line in jsonl.read_text().splitlines()] == lines

    table = prints(capsys, *words).splitlines()
    assert table[0] == f"in {photos}/"
    assert table[1].split() == ["photo", "answer", "remark"]
    for line, row in zip(table[2:], lines, strict=True):
        assert line.startswith(Path(row["filename"]).name)
        assert row.get("verdict", row.get("reason")) in line


def test_where_no_photo_can_be_read_the_exit_code_says_so(
    capsys: pytest.CaptureFixture[str], finished: Path, photos: Path, tmp_path: Path
) -> None:
    bad, other = photos / "6.png", photos / "7.png"
    other.write_bytes((photos / "0.png").read_bytes()[:99])
    words, out = ("--model", str(finished)), tmp_path / "of.csv"
    assert cli.run(["predict", str(bad), *words]) == 2
    told = f"NOTE: {predict.unmeasured(predict.opened(finished))}\n"
    one = f"clothier: {bad} is not a {FORMATS} picture; wanted one picture ({FORMATS})\n"
    assert capsys.readouterr() == ("", told + one)
    both = f"clothier: none of 2 photos can be read; wanted pictures ({FORMATS})\n"
    for more, lines in (((), 4), (("--json",), 2), (("--out", str(out)), 1)):
        assert cli.run(["predict", str(bad), str(other), *words, *more]) == 2
        said = capsys.readouterr()
        assert (len(said.out.splitlines()), said.err) == (lines, told + both)
    assert len(out.read_text().splitlines()) == 3


def test_one_photo_gets_a_bar_a_class(
    capsys: pytest.CaptureFixture[str], finished: Path, photos: Path
) -> None:
    words = ("predict", str(photos / "0.png"), "--model", str(Run(finished).model_file))
    (line,) = prints(capsys, *words, "--json").splitlines()
    answer = json.loads(line)
    shown = prints(capsys, *words).splitlines()
    assert shown[0] == str(photos / "0.png")
    for row, (name, share) in zip(shown[2:12], answer["probabilities"].items(), strict=True):
        assert row.startswith(name)
        assert f"{share:.4f}" in row
        assert row.rstrip().endswith("predicted") == (name == answer["label"])


def test_names_neither_move_the_cursor_nor_break_a_row(
    capsys: pytest.CaptureFixture[str], finished: Path, photos: Path
) -> None:
    names = [photos / name for name in ("a\x1b[2Jb.png", "a\nb.png")]
    for name in names:
        shutil.copy(photos / "0.png", name)
    words = ("predict", *map(str, names), "--model", str(finished))
    _, _, *rows = prints(capsys, *words).splitlines()
    assert [row.split()[0] for row in rows] == ["a\\x1b[2Jb.png", "a\\nb.png"]
    lines = prints(capsys, *words, "--json").splitlines()
    assert [json.loads(line)["filename"] for line in lines] == list(map(str, names))
    assert cli.run(["predict", "a\nb"]) == 2
    assert capsys.readouterr().err.startswith("clothier: a\\nb does not exist; wanted")


def _shaded(*statuses: str) -> Predictions:
    """A coat, with a probability of 40 %, for each status."""
    shares: Floats = np.tile(np.array([0.4, 0.35, 0.25], np.float32), (len(statuses), 1))
    sizes = np.full(len(statuses), 2)
    return Predictions(np.log(shares), 1.0, ("Coat", "Shirt", "Bag"), np.array(statuses), set_sizes=sizes)


def test_doubts_are_put_into_words(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = ("sure", "likely", "unsure", "unlike")
    given = replace(_shaded(*statuses), filenames=tuple(f"a/{status}.png" for status in statuses))
    monkeypatch.setattr(predict, "predict_photos", lambda *_, **__: iter([given]))
    table = prints(capsys, *words).splitlines()
    assert [line.rstrip().split(maxsplit=1)[1] for line in table[2:]] == [
        "Coat (40 %)",
        "Probably Coat, perhaps Shirt",
        "Could be many things (Coat 40 %)",
        "Coat? This does not look like the pictures I learned from",
    ]


def test_warnings_are_in_files_whole_and_in_tables_short(
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = ("it is cut off: something is missing", "it is dark")
    both = replace(_shaded("likely", "sure"), filenames=("a/1.png", "a/2.png"), warnings=(said, ()))
    monkeypatch.setattr(predict, "predict_photos", lambda *_, **__: iter([both]))
    table = [line.rstrip() for line in prints(capsys, *words).splitlines()]
    assert table[2].split(maxsplit=1)[1] == "Probably Coat, perhaps Shirt  it is cut off; it is dark"
    assert table[3].endswith("Coat (40 %)")
    out = tmp_path / "answers.csv"
    prints(capsys, *words, "--out", str(out))
    with out.open(newline="") as file:
        assert [row["warnings"] for row in csv.DictReader(file)] == ["; ".join(said), ""]

    monkeypatch.setattr(predict, "predict_photos", lambda *_, **__: iter([both[:1]]))
    assert prints(capsys, *words).splitlines()[5:] == ["", "Probably Coat, perhaps Shirt", *said]


def test_the_engine_and_its_threads_are_chosen(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = predict.opened
    given: list[tuple[int, str]] = []

    def spy(model: Path | None, threads: int, engine: str) -> predict.Predictor:
        given.append((threads, engine))
        return opened(model, threads, engine)

    monkeypatch.setattr(predict, "opened", spy)
    plain = prints(capsys, *words, "--json")
    assert prints(capsys, *words, "--json", "--engine", "onnxruntime", "--threads", "1") == plain
    assert given == [(0, "onnxruntime"), (1, "onnxruntime")]

    monkeypatch.setitem(sys.modules, "openvino", None)
    for more, said in (
        (
            ["--engine", "openvino"],
            "the engine openvino needs the package 'openvino', which is not installed; "
            "install it with: pip install 'clothier[openvino]'",
        ),
        (
            ["--engine", "openvin"],
            "unknown engine 'openvin'; known: onnxruntime, openvino; did you mean 'openvino'?",
        ),
    ):
        assert cli.run([*words, *more]) == 2
        assert capsys.readouterr().err == f"clothier: {said}\n"


class _Many(predict.Predictor):
    """Knows more classes than anybody wants to read of."""

    def __init__(self) -> None:
        self.is_measured_on_photos = True

    class_names = tuple(f"kind {number}" for number in range(1100))
    image_shape, photos, threads = (28, 28, 1), "pad", 1
    calibration = Calibration(sure=0.1, possible=0.1)

    def as_photos(self, predictions: Predictions, warnings: Sequence[Sequence[str]]) -> Predictions:
        return predictions.warned(warnings)

    def predict(self, images: Images, *, keep_features: bool = False) -> Predictions:
        shares = np.arange(1100, dtype=np.float32) + 1
        rows = np.tile(shares / shares.sum(), (len(images), 1))
        return Predictions(np.log(rows), 1.0, self.class_names, np.array(["sure"] * len(images)))


def test_of_many_classes_the_most_probable_are_printed(
    capsys: pytest.CaptureFixture[str], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predict, "opened", lambda *_: _Many())
    photo = str(photos / "0.png")
    lines = prints(capsys, "predict", photo).splitlines()
    kinds = [f"kind {number}" for number in range(1099, 1094, -1)]
    assert [line[:9] for line in lines[2:]] == [*kinds, "1,095 oth", "", "Kind 1099"]
    assert lines[-3] == "1,095 other classes: 0.9909 together (--top 1100 shows all)"
    lines = prints(capsys, "predict", photo, "--top", "1099").splitlines()
    assert (len(lines), lines[-3][:21]) == (2 + 1099 + 1 + 2, "1 other class: 0.0000")
    assert len(prints(capsys, "predict", photo, "--top", "1100").splitlines()) == 2 + 1100 + 2
    for words, said in (
        (
            [str(photos)],
            "--top is for a single photo, got 7; leave it out; --json prints every class of each",
        ),
        ([photo, "--json"], "got --top and --json, which leaves no class out; wanted one of both"),
        (
            [photo, "--out", "a.csv"],
            "got --top and --out a.csv, which leaves no class out; wanted one of both",
        ),
    ):
        assert cli.run(["predict", *words, "--top", "3"]) == 2
        assert capsys.readouterr().err == f"clothier: {said}\n"


def test_a_run_without_a_model_file_says_how_to_make_one(
    capsys: pytest.CaptureFixture[str], finished: Path, photos: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    Run(copy).model_file.unlink()
    photo = str(photos / "0.png")
    for words in (["predict", str(photos), "--model", str(copy)], ["explain", str(copy), photo]):
        assert cli.run(words) == 2
        assert capsys.readouterr().err.endswith(
            f"{copy} has no model.clothier; wanted one, which training writes at its end; "
            f"make it with: clothier export {copy} --format clothier\n"
        )
    # An image of the run's own shape can be judged without one: as the file would, but for its status.
    of_data = ["predict", "--json", "--index", "3", "--model"]
    told = []
    for run in (finished, copy):
        assert cli.run([*of_data, str(run)]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[1]["probabilities"] == pytest.approx(told[0]["probabilities"], abs=1e-4)
    assert (told[0]["status"] in STATUSES, told[1]["status"]) == (True, None)


@pytest.mark.parametrize("out", [["--out", "answers.csv"], ["--json"]])
def test_ctrl_c_leaves_whole_rows_or_no_file(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    image = (photos / "0.png").read_bytes()
    for number in range(3000):
        (photos / f"more{number}.png").write_bytes(image)
    words = [sys.executable, "-m", "clothier", "predict", str(photos), *out]
    with Path("printed").open("w") as printed:
        process = subprocess.Popen(words, stdout=printed, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        if out == ["--json"]:
            while not Path("printed").stat().st_size and process.poll() is None:
                time.sleep(0.02)
        else:
            assert process.stderr.readline().startswith("photos: ")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (said.splitlines()[-1], process.returncode) == ("clothier: interrupted", 130)
    assert "Traceback" not in said
    lines = Path("printed").read_text().splitlines()
    assert all(json.loads(line)["filename"].startswith(str(photos)) for line in lines)
    assert (0 < len(lines) < 3007) == (out == ["--json"])
    assert not [path for path in tmp_path.iterdir() if "answers" in path.name]


def test_an_answer_file_that_cannot_be_written_is_told(
    capsys: pytest.CaptureFixture[str], photos: Path, words: tuple[str, ...]
) -> None:
    out = photos / "0.png" / "answers.csv"
    assert cli.run([*words, "--out", str(out)]) == 74
    assert capsys.readouterr().err.startswith(f"clothier: cannot write {out}: ")
