"""The command line as a person uses it: results, one-line errors, exit codes."""

from __future__ import annotations

import errno
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clothier import __version__, augment, backend, cli, models, recipes
from clothier.runs import Run

# A run of a few seconds, on data drawn on the spot.
QUICK = ("train", "cnn1", "--data", "generated:600", "--epochs", "1", "--set", "augmented_epochs=1")


def _fails(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    assert cli.run(list(words)) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("clothier: ")
    assert captured.err.count("\n") == 1, captured.err
    return captured.err.removeprefix("clothier: ").rstrip()


def _prints(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.run(list(words)) == 0
    return capsys.readouterr().out


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert _prints(capsys, "--version") == _prints(capsys, "-V") == f"clothier {__version__}\n"
    assert _prints(capsys, "--help") == _prints(capsys)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("trian", "unknown command 'trian'; did you mean 'train'?"),
        ("train", "no recipe given; wanted one such as cnn1; `clothier recipes` lists them"),
        (
            "train cnn44",
            f"unknown recipe 'cnn44'; known: {', '.join(sorted(recipes.RECIPES))}; did you mean 'cnn4'?",
        ),
        (
            "train cnn1 --set epochs",
            "--set got 'epochs'; wanted FIELD=VALUE, such as --set learning_rate=3e-4",
        ),
        (
            "train cnn1 --set momentum=0.9",
            "momentum does nothing here: optimizer is adam; wanted optimizer muon or",
        ),
        ("train cnn1 --set lr=0.1", "unknown recipe field 'lr'; wanted learning_rate"),
        ("train cnn1 --set epochs=ten", "epochs is 'ten'; wanted a whole number from 0 to 100,000"),
        ("train cnn1 --set model=vgg", f"unknown model 'vgg'; known: {', '.join(sorted(models.MODELS))}"),
        (
            "train cnn1 --set augment=none",
            f"unknown augmentation policy 'none'; known: {', '.join(sorted(augment.POLICIES))}",
        ),
        (
            "train cnn1 --data fashion-mist",
            "unknown data source 'fashion-mist'; known: csv:FILE[,TEST_FILE],",
        ),
        ("train cnn1 --image-size big", "--image-size is 'big'; wanted a side in pixels or HEIGHTxWIDTH,"),
        ("train cnn1 --data generated --image-size 28x0", "--image-size is '28x0'; wanted a side in pixels"),
        (
            "train --resume nowhere",
            "nowhere is not a run folder (no recipe.json in it); wanted one like runs/cnn1-1",
        ),
        ("data folder:nowhere", "cannot read the folder nowhere: No such file or directory; check the name"),
        (
            "train cnn1 --set augment=cutmix+mixup",
            "augmentation 'cutmix+mixup' mixes images twice (cutmix, mixup); wanted at most one policy that mixes;",
        ),
        (
            "data generated --augment erase+mixed",
            "unknown augmentation policy 'mixed'; known: alternate-flip, article, crop-flip,",
        ),
        (
            "data generated --augment mixed",
            "unknown augmentation policy 'mixed'; known: alternate-flip, article, crop-flip,",
        ),
        (
            "data generated --out sheet.png",
            "--out is sheet.png; wanted a folder; a single picture is drawn with --augment NAME",
        ),
        (
            "summary cnn5",
            f"unknown model 'cnn5'; known: {', '.join(sorted([*models.MODELS, 'box']))}; did",
        ),
        (
            "summary bx",
            f"unknown model 'bx'; known: {', '.join(sorted([*models.MODELS, 'box']))}; did you mean 'box'?",
        ),
        (
            "summary cnn3 --image-size 9",
            "cnn3 got images of 9x9 pixels; wanted at least 18x18; choose a larger",
        ),
        ("summary cnn3 --channels 2", "--channels is 2; wanted 1 for grey or 3 for colour"),
        ("recipes cnn9", "unknown recipe 'cnn9'"),
        (
            "train vgg19 --base imagnet --data nowhere",
            "the base imagnet does not exist; wanted imagenet, random, a Keras .h5 or .weights.h5 file, or a run",
        ),
        (
            "train cnn1 --base random",
            "the recipe cnn1 trains the whole network and takes no base; wanted vgg19 or transfer; "
            "use `clothier train vgg19 --base random`",
        ),
        (
            "train cnn1 --fine-tune",
            "fine_tune_epochs is 10 without a base; wanted 0; choose a recipe with a base,",
        ),
        ("train vgg19 --set resize=cubic", "unknown resize 'cubic'; known: bilinear, nearest"),
        (
            "train vgg19 --set augmented_epochs=5 --base random",
            "augmented_epochs is 5 with a base; wanted 0,",
        ),
        ("train transfer", "the base runs/cnn3-1 does not exist; wanted imagenet, random,"),
        ("train cnn1 --epochs many", "--epochs is 'many'; wanted a whole number"),
        ("plot nowhere", "nowhere does not exist; wanted a run folder, a model file, or box"),
        ("plot nowhere --format pgn", "--format is 'pgn'; wanted png or svg; did you mean 'png'?"),
        ("predict --model nowhere", "nowhere does not exist; wanted a run folder, a model file, or box"),
        (
            "predict",
            "no photos are given; wanted photos, or --model MODEL and --index for an image of its data",
        ),
        (
            "predict a.jpg --index 3",
            "got photos and --index, which is for an image of a data set; wanted one or the other; leave one out",
        ),
        (
            "predict a.jpg --weights best",
            "got photos and --weights, which is for an image of a data set; wanted",
        ),
        (
            "predict a.jpg --split train",
            "got photos and --split, which is for an image of a data set; wanted",
        ),
        ("predict a.jpg --crop doctor", "got photos and --crop, which is for an image of a data set; wanted"),
        (
            "predict a.jpg --skip-bad",
            "got photos and --skip-bad, which is for an image of a data set; wanted",
        ),
        (
            "predict a.jpg --json --out a.csv",
            "got --json and --out a.csv; wanted one place for the predictions; leave one out",
        ),
        (
            "predict --model box --out a.csv",
            "--out is for photos; name some, or use --json in its place",
        ),
        (
            "predict no.jpg",
            "no.jpg does not exist; wanted a photo (JPEG, PNG, WebP, GIF or BMP), a folder of some, or",
        ),
        (
            "predict no.jpg --out a.xls",
            "answers are written to .csv and .jsonl files; got '.xls'; name one of those",
        ),
        ("explain nowhere 0", "nowhere does not exist; wanted a run folder, a model file, or box"),
        ("explain box", "no IMAGE is given; wanted `clothier explain MODEL IMAGE`"),
    ],
)
def test_wrong_words_end_with_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: str, message: str
) -> None:
    assert _fails(capsys, *words.split()).startswith(message)


def test_a_file_that_begins_with_a_dash_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("-x.png", "-m", "--data.png", "-hat.png")
    for name in names:
        Image.new("L", (9, 9)).save(name, "PNG")
    cases = [(["predict", "--json"], name) for name in names[:3]]
    cases += [(words, name) for words in (["predict"], ["doctor"], ["explain", "run"]) for name in names]
    for words, name in cases:
        assert _fails(capsys, *words, name) == (
            f"{name} is read as an option, because it begins with a dash; wanted the file as ./{name}"
        )
    assert "Usage: clothier predict" in _prints(capsys, "predict", "-h")
    for words in (["./-x.png"], ["--", "-x.png"], ["--", "-hat.png"]):
        assert json.loads(_prints(capsys, "predict", "--json", *words))["filename"] == words[-1].removeprefix(
            "./"
        )
    assert _fails(capsys, "predict", "-y.png") == "unknown option '-y'; `clothier predict --help` lists them"


def test_what_is_no_file_is_never_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe that nobody writes into would be read for ever."""
    for name in ("pipe", "pipe.png", "pipe.npz"):
        os.mkfifo(name)
    Image.new("L", (9, 9)).save("x.png")
    Path("photos").mkdir()
    Image.new("L", (9, 9)).save("photos/x.png")
    formats = "JPEG, PNG, WebP, GIF or BMP"
    for words, message in (
        ("predict pipe.png", f"pipe.png is a pipe, not a file; wanted one picture ({formats})"),
        ("predict /dev/zero", f"/dev/zero is a device, not a file; wanted one picture ({formats})"),
        (
            "predict -",
            f"- would be what another command prints, which is not read; wanted a photo ({formats}), a",
        ),
        (
            "predict x.png --model pipe",
            "pipe is not an ordinary file; wanted a model file that clothier wrote; ",
        ),
        ("doctor pipe.png", f"pipe.png is a pipe, not a file; wanted one picture ({formats})"),
        ("doctor x.png --model pipe", "pipe is not an ordinary file; wanted a model file"),
        ("data csv:pipe", "pipe is a pipe; wanted a file; save what it gives in one and name that"),
        ("data folder:pipe", "cannot read the folder pipe: Not a directory; "),
        ("data idx:pipe", "cannot read the folder pipe: Not a directory; "),
        ("embed --photos pipe --out e.npz", "cannot read the folder pipe: Not a directory; "),
        ("train vgg19 --base pipe --data generated:60", "the base pipe is no weights file by name; "),
    ):
        assert _fails(capsys, *words.split()).startswith(message)
    words = "embed --photos photos --into pipe.npz --project pca --out e.npz"
    assert cli.run(words.split()) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "clothier: pipe.npz is a pipe; wanted a file; save what it gives in one and name that"
    )


def test_the_tables_of_models_and_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(json.loads(_prints(capsys, "models", "--json"))) == set(models.MODELS)
    assert "one convolution" in _prints(capsys, "models")
    assert json.loads(_prints(capsys, "recipes", "cnn3", "--json"))["batch_size"] == 256
    assert "10 plain then 50 augmented" in _prints(capsys, "recipes")
    assert _prints(capsys, "recipes").rstrip().endswith(recipes.NOTES["best"])
    assert "learning_rate" in _prints(capsys, "recipes", "cnn1")
    assert recipes.NOTES["best"] in _prints(capsys, "recipes", "best")
    assert recipes.NOTES["best"] not in _prints(capsys, "recipes", "cnn1")
    assert set(json.loads(_prints(capsys, "recipes", "--json"))) == set(recipes.RECIPES)


def test_the_rate_that_comes_with_an_optimizer_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["train", "cnn1", "--set", "optimizer=sgd", "--data", "folder:none"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "optimizer sgd trains with its usual learning_rate 0.01"


def test_a_recipe_is_printed_with_the_fields_that_count(capsys: pytest.CaptureFixture[str]) -> None:
    def fields(*words: str) -> set[str]:
        return {line.split()[0] for line in _prints(capsys, "recipes", *words).splitlines() if line.strip()}

    short, whole = fields("cnn1"), fields("cnn1", "--all")
    assert {"learning_rate", "augment", "seed"} <= short
    assert {"momentum", "head_units", "skip_to"}.isdisjoint(short)
    assert whole - short >= {"momentum", "head_units", "skip_to"}
    assert json.loads(_prints(capsys, "recipes", "cnn1", "--json")).keys() <= whole


def test_summary_prints_the_layer_table(capsys: pytest.CaptureFixture[str]) -> None:
    text = _prints(capsys, "summary", "cnn4")
    assert "1,221,546 parameters, 1,219,754 of them trainable" in text
    assert any(
        line.split() == ["conv4", "Conv2D", "8", "x", "8", "x", "128", "73,856"] for line in text.splitlines()
    )
    facts = json.loads(
        _prints(capsys, "summary", "cnn1", "--image-size", "20x30", "--channels", "3", "--json")
    )
    assert facts["layers"][0]["output_shape"] == [20, 30, 3]


def test_a_summary_takes_no_memory_for_weights(capsys: pytest.CaptureFixture[str]) -> None:
    text = _prints(capsys, "summary", "cnn1", "--image-size", "4096")
    assert "17,163,097,802 parameters" in text


def test_data_prints_facts_and_draws_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.run(["data", "generated:600", "--index", "3"]) == 0
    captured = capsys.readouterr()
    assert "480 x 28 x 28 x 1" in captured.out
    assert "fingerprint  " in captured.out
    assert "generated" in captured.err
    for name in ("samples", "classes", "image-3"):
        picture = tmp_path / "pictures" / "generated-600" / f"{name}.png"
        assert picture.read_bytes().startswith(b"\x89PNG")
    facts = json.loads(_prints(capsys, "data", "generated:600", "--json", "--out", "elsewhere"))
    assert facts["splits"]["train"]["shape"] == [480, 28, 28, 1]
    assert sum(facts["splits"]["test"]["counts"].values()) == 100
    assert facts["notice"]
    assert {"fashion-mnist", "folder", "csv", "idx", "generated"} <= set(
        json.loads(_prints(capsys, "data", "list", "--json"))
    )
    assert "folder:DIR" in _prints(capsys, "data", "list")
    assert cli.run(["data", "generated:600", "--index", "480"]) == 2
    assert capsys.readouterr().err.endswith("clothier: --index is 480; wanted 0 to 479\n")


def test_data_stay_the_same_where_they_are_looked_at_among_the_photos(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("hat", "shoe"):
        (tmp_path / "d" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (8, 8), (number, 40, 90)).save(tmp_path / "d" / name / f"{number}.png")
    monkeypatch.chdir(tmp_path / "d")
    words = ("data", "folder:.", "--image-size", "8", "--index", "0", "--json")
    facts = [json.loads(_prints(capsys, *words))]
    assert cli.run([*words]) == 0
    captured = capsys.readouterr()
    assert "NOTE: .: left out 3 figures drawn by clothier\n" in captured.err
    facts.append(json.loads(captured.out))
    monkeypatch.chdir("hat")
    _prints(capsys, *words[:1], "folder:..", *words[2:], "--out", ".")
    again = json.loads(_prints(capsys, "data", "folder:..", "--image-size", "8", "--index", "0", "--json"))
    assert {entry["fingerprint"] for entry in (*facts, again)} == {facts[0]["fingerprint"]}
    assert again["classes"] == ["hat", "shoe"]


def test_data_shows_originals_above_their_variants(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = _prints(capsys, "data", "generated:600", "--augment", "cutmix", "--out", "sheets/sheet.png")
    assert text.endswith("pictures     sheets/sheet.png\n")
    assert (tmp_path / "sheets" / "sheet.png").read_bytes().startswith(b"\x89PNG")
    facts = json.loads(_prints(capsys, "data", "generated:600", "--augment", "article", "--json"))
    assert facts["pictures"] == ["pictures/generated-600/augment-article.png"]
    assert [path.name for path in (tmp_path / "pictures" / "generated-600").iterdir()] == [
        "augment-article.png"
    ]


def test_train_shows_scores_and_leaves_a_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.run([*QUICK, "--verbose", "2"]) == 0
    captured = capsys.readouterr()
    assert "epoch 1/2 plain  loss " in captured.err
    assert "epoch 2/2 augmented  loss " in captured.err
    assert "images/s" in captured.err
    assert "report  runs/cnn1-1/report.html" in captured.out
    assert "The data are generated" in captured.out
    assert "published" not in captured.out  # the tutorials' figures belong to other data
    assert (tmp_path / "runs" / "cnn1-1" / "report.html").stat().st_size > 10_000
    drawn = {path.stem for path in (tmp_path / "runs" / "cnn1-1" / "figures").glob("*.png")}
    assert {"curves", "predictions", "right", "wrong", "confident-mistakes"} <= drawn

    result = json.loads(_prints(capsys, *QUICK, "--json", "--augmented-epochs", "0", "--verbose", "0"))
    assert result["run"] == "runs/cnn1-2"
    assert [phase["name"] for phase in result["phases"]] == ["plain"]
    assert result["recipe"]["augmented_epochs"] == 0

    # Resuming: the recipe of the run stands.
    run = "runs/cnn1-1"
    assert _fails(capsys, "train", "cnn3", "--resume", run) == (
        "runs/cnn1-1 is a run of cnn1, not of cnn3; leave the name out to continue it"
    )
    assert _fails(capsys, "train", "--resume", run, "--set", "learning_rate=0.5").startswith(
        "runs/cnn1-1 was started with learning_rate=0.001, not 0.5; a resumed run keeps its recipe, and only its "
        "epochs may grow;"
    )
    assert _resume_errors(capsys, run) == "runs/cnn1-1 is finished and complete\n"
    Path(run, "report.html").unlink()
    assert "continuing runs/cnn1-1 (cnn1), 2 epochs done" in _resume_errors(capsys, run)


def test_a_backend_that_is_none_is_refused_before_anything_is_begun(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(backend.VARIABLE, "torch")
    settled = backend.name
    monkeypatch.setattr(backend, "name", settled.__wrapped__)
    assert _fails(capsys, "train", "cnn1").startswith(
        "unknown CLOTHIER_BACKEND 'torch'; known: jax, tensorflow"
    )
    assert not (tmp_path / "runs").exists()


def test_epochs_are_those_of_the_first_phase(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a recipe augments from its first epoch, that is the augmented phase."""
    only = recipes.change(recipes.get("cnn1"), {"name": "strong", "epochs": 0, "augment": "crop-flip+cutmix"})
    monkeypatch.setitem(recipes.RECIPES, "strong", only)
    words = ["train", "strong", "--data", "generated:100", "--epochs", "1"]
    result = json.loads(_prints(capsys, *words, "--json", "--verbose", "0"))
    assert (result["recipe"]["epochs"], result["recipe"]["augmented_epochs"]) == (0, 1)
    assert [(phase["name"], phase["epochs"]) for phase in result["phases"]] == [("augmented", 1)]
    assert "is finished and complete" in _resume_errors(capsys, "runs/strong-1 --epochs 1")
    assert "continuing runs/strong-1 (strong), 1 epoch done" in _resume_errors(
        capsys, "runs/strong-1 --epochs 2"
    )
    assert [row.phase for row in Run(Path("runs/strong-1")).read_history()] == ["augmented"] * 2
    assert _fails(capsys, "train", "--resume", "runs/strong-1", "--epochs", "1").startswith(
        "augmented_epochs is 1, and the run was started with 2; wanted 2 or more,"
    )


def _resume_errors(capsys: pytest.CaptureFixture[str], run: str) -> str:
    assert cli.run(["train", "--resume", *run.split()]) == 0
    return capsys.readouterr().err


@pytest.mark.usefixtures("quick_page")
def test_train_on_the_base_of_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Asked of vgg19, a run is the business of `transfer`; what becomes of the pictures is said."""
    assert cli.run([*QUICK, "--augmented-epochs", "0", "--verbose", "0"]) == 0
    capsys.readouterr()
    words = ["train", "vgg19", "--base", "runs/cnn1-1", "--data", "generated:200", "--verbose", "2"]
    words += ["--epochs", "2", "--set", "head_units=8"]
    assert cli.run([*words, "--fine-tune", "--set", "fine_tune_epochs=1"]) == 0
    captured = capsys.readouterr()
    assert "runs/cnn1-1 is a run, so the recipe is transfer, not vgg19" in captured.err
    assert "base runs/cnn1-1: cnn1, 320 weights, features in " in captured.err
    assert "extracting features: 233 of 233" in captured.err
    assert "epoch 3/3 fine-tuned  loss " in captured.err
    assert "report  runs/transfer-1/report.html" in captured.out
    # The second time, the features are there.
    assert cli.run(words) == 0
    assert "extracting" not in capsys.readouterr().err
    assert "runs/transfer-2" in _prints(capsys, "train", "--resume", "runs/transfer-2")


@pytest.mark.usefixtures("quick_page")
def test_photos_on_a_small_grey_base_are_told_of_what_they_lose(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run([*QUICK, "--augmented-epochs", "0", "--verbose", "0"]) == 0
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{name}{number}.png")
    words = "train transfer --base runs/cnn1-1 --data folder:photos --image-size 40x32 --epochs 1 --json"
    assert cli.run(words.split()) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert (
        "NOTE: the images are 40x32 and in colour; this base takes 28x28 grey, so they are made grey and resized to "
        "28x28; detail and colour beyond that are lost"
    ) in told


@pytest.mark.usefixtures("quick_page")
def test_verbose_0_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*QUICK, "--verbose", "0", "--augmented-epochs", "0"]) == 0
    assert "epoch 1" not in capsys.readouterr().err


def _start(words: list[str], **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "clothier", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_ctrl_c_ends_with_the_command_that_goes_on() -> None:
    with _start([*QUICK, "--epochs", "500", "--verbose", "2"]) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith("epoch 1/"):
                break
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    last = rest.splitlines()[-1]
    assert last.startswith("clothier: stopped with ")
    assert last.endswith("continue with: clothier train --resume runs/cnn1-1")
    assert "Traceback" not in rest


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on file sizes")
def test_a_file_that_cannot_grow_ends_with_exit_code_74() -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))  # checkpoints of cnn1 are larger

    with _start([*QUICK, "--verbose", "2"], preexec_fn=limit) as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 74, errors
    last = errors.splitlines()[-1]
    assert last.startswith("clothier: cannot write ")
    assert ".safetensors: File too large" in last
    assert "Traceback" not in errors
    assert list(Path("runs").rglob("*.tmp")) == []


def test_a_reader_who_leaves_early_causes_no_traceback() -> None:
    with _start(["recipes"]) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == ""
    assert process.returncode == 0


@pytest.mark.parametrize("words", [["recipes"], ["data", "generated:600", "--json"]])
def test_a_full_disk_under_the_output_is_told_in_one_line(words: list[str]) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("needs /dev/full")
    command = [sys.executable, "-m", "clothier", *words]
    with full.open("w") as disk:
        ended = subprocess.run(command, stdout=disk, stderr=subprocess.PIPE, text=True, check=False)
    said = "clothier: cannot print: No space left on device; make room, or print to another place"
    assert (ended.stderr.splitlines()[-1], ended.returncode) == (said, 74)
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="streams are closed by a shell of POSIX")
@pytest.mark.parametrize(("words", "code"), [("models", 0), ("models extra", 2)])
def test_closed_streams_lead_nowhere(words: str, code: int) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m clothier {words} <&- >&- 2>&-"
    assert subprocess.run(command, shell=True, check=False).returncode == code


def test_what_an_encoding_has_not_comes_as_escapes(tmp_path: Path) -> None:
    photo = tmp_path / "Jäckchen.png"
    Image.new("L", (28, 28)).save(photo)
    command = [sys.executable, "-m", "clothier", "predict", str(photo)]
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    title, _, first, *_ = ended.stdout.splitlines()
    assert title == f"{tmp_path}/J\\xe4ckchen.png"
    _, share, bar, remark = first.split()
    assert (bar, remark) == ("#" * round(30 * float(share)), "predicted")


def test_a_path_that_cannot_be_used_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "attic/photos")

    monkeypatch.setattr(cli, "app", closed)
    assert cli.run(["models"]) == 2
    assert capsys.readouterr().err == (
        "clothier: attic/photos cannot be used (Permission denied); wanted a path that may be; name another\n"
    )


def test_an_error_of_the_system_that_no_one_expects_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(OSError, match="Bad file descriptor"):
        cli.run(["models"])


def test_help_answers_at_once_compared_with_python_itself() -> None:
    """A bound relative to this machine: ten times an interpreter's own start."""

    def seconds(code: str) -> float:
        def once() -> float:
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            return time.perf_counter() - began

        return min(once() for _ in range(3))

    assert seconds("from clothier import cli; cli.run(['--help'])") < 10 * seconds("pass") + 0.2


def test_warnings_of_libraries_are_not_shown_unless_asked_for() -> None:
    code = (
        "import sys, warnings; from clothier import cli; sys.argv = ['clothier']; "
        "cli.run = lambda words: warnings.warn('a bomb', RuntimeWarning) or 0; cli.main()"
    )
    for options, shown in (([], False), (["-W", "default"], True)):
        ended = subprocess.run(
            [sys.executable, *options, "-c", code], capture_output=True, text=True, check=True
        )
        assert ("a bomb" in ended.stderr) == shown


def test_of_very_many_classes_those_with_the_fewest_images_are_counted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for number in range(101):
        for split, count in (("train", 1 + number % 3), ("validation", 1), ("test", 1)):
            folder = tmp_path / "many" / split / f"class {number:03d}"
            folder.mkdir(parents=True)
            for photo in range(count):
                Image.new("L", (4, 4), number + photo).save(folder / f"{photo}.png")
    words = ["data", f"folder:{tmp_path / 'many'}", "--image-size", "4"]
    assert cli.run(words) == 0
    printed = capsys.readouterr().out
    assert "\nthe 20 of 101 classes with the fewest training images; --json counts all\n" in printed
    listed = [line for line in printed.splitlines() if line.startswith("class 0")]
    assert [line.split()[1] for line in listed] == [f"{number:03d}" for number in range(0, 60, 3)]
    assert cli.run([*words, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["splits"]["train"]["counts"]) == 101
