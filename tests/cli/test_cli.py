"""The command line as a person uses it: results, one-line errors, exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image
from support.command_line import fails, prints

from clothier import __version__, augment, cli, models, recipes
from clothier.predict import box


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert prints(capsys, "--version") == prints(capsys, "-V") == f"clothier {__version__}\n"
    assert prints(capsys, "--help") == prints(capsys)


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
            "unknown augmentation policy 'mixed'; known: alternate-flip, article, corruptions,",
        ),
        (
            "data generated --augment mixed",
            "unknown augmentation policy 'mixed'; known: alternate-flip, article, corruptions,",
        ),
        (
            "data generated --out sheet.png",
            "--out is sheet.png; wanted a folder; a single picture is drawn with --augment NAME",
        ),
        (
            "summary cnn5",
            f"unknown model 'cnn5'; known: {', '.join(sorted([*models.MODELS, *box.files()]))}; did",
        ),
        (
            "summary fashion",
            f"unknown model 'fashion'; known: {', '.join(sorted([*models.MODELS, *box.files()]))}; did you mean "
            "'fashion-mnist'?",
        ),
        (
            "summary cnn3 --image-size 9",
            "cnn3 got images of 9x9 pixels; wanted at least 18x18; choose a larger",
        ),
        ("summary cnn3 --channels 2", "--channels is 2; wanted 1 for grey or 3 for colour"),
        ("recipes cnn9", "unknown recipe 'cnn9'"),
        (
            "train vgg19 --base imagnet --data nowhere",
            "the base imagnet does not exist; wanted a network of `clothier bases`, imagenet, random, a weights file",
        ),
        (
            "train cnn1 --base random",
            "the recipe cnn1 trains the whole network and takes no base; wanted photos, transfer or vgg19; "
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
        ("train transfer", "the base runs/cnn3-1 does not exist; wanted a network of"),
        ("train cnn1 --epochs many", "--epochs is 'many'; wanted a whole number"),
        ("plot nowhere", "nowhere does not exist; wanted a run folder, a model file, or a name that"),
        ("plot nowhere --format pgn", "--format is 'pgn'; wanted png or svg; did you mean 'png'?"),
        (
            "predict --model nowhere",
            "nowhere does not exist; wanted a run folder, a model file, or a name that",
        ),
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
            "predict --model fashion-mnist --out a.csv",
            "--out is for photos; name some, or use --json in its place",
        ),
        (
            "predict no.jpg",
            "no.jpg does not exist; wanted a photo (JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP), a folder",
        ),
        (
            "predict no.jpg --out a.xls",
            "answers are written to .csv and .jsonl files; got '.xls'; name one of those",
        ),
        ("explain nowhere 0", "nowhere does not exist; wanted a run folder, a model file, or a name that"),
        ("explain fashion-mnist", "no IMAGE is given; wanted `clothier explain MODEL IMAGE`"),
    ],
)
def test_wrong_words_end_with_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: str, message: str
) -> None:
    assert fails(capsys, *words.split()).startswith(message)


def test_a_file_that_begins_with_a_dash_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("-x.png", "-m", "--data.png", "-hat.png")
    for name in names:
        Image.new("L", (9, 9)).save(name, "PNG")
    cases = [(["predict", "--json"], name) for name in names[:3]]
    cases += [(words, name) for words in (["predict"], ["doctor"], ["explain", "run"]) for name in names]
    for words, name in cases:
        assert fails(capsys, *words, name) == (
            f"{name} is read as an option, because it begins with a dash; wanted the file as ./{name}"
        )
    assert "Usage: clothier predict" in prints(capsys, "predict", "-h")
    for words in (["./-x.png"], ["--", "-x.png"], ["--", "-hat.png"]):
        assert json.loads(prints(capsys, "predict", "--json", *words))["filename"] == words[-1].removeprefix(
            "./"
        )
    assert fails(capsys, "predict", "-y.png") == "unknown option '-y'; `clothier predict --help` lists them"


def test_what_is_no_file_is_never_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe that nobody writes into would be read for ever."""
    for name in ("pipe", "pipe.png", "pipe.npz"):
        os.mkfifo(name)
    Image.new("L", (9, 9)).save("x.png")
    Path("photos").mkdir()
    Image.new("L", (9, 9)).save("photos/x.png")
    formats = "JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP"
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
        assert fails(capsys, *words.split()).startswith(message)
    words = "embed --photos photos --into pipe.npz --project pca --out e.npz"
    assert cli.run(words.split()) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "clothier: pipe.npz is a pipe; wanted a file; save what it gives in one and name that"
    )


def test_the_tables_of_models_and_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(json.loads(prints(capsys, "models", "--json"))) == set(models.MODELS)
    assert "one convolution" in prints(capsys, "models")
    assert json.loads(prints(capsys, "recipes", "cnn3", "--json"))["batch_size"] == 256
    assert "10 plain then 50 augmented" in prints(capsys, "recipes")
    assert prints(capsys, "recipes").rstrip().endswith(recipes.NOTES["best"])
    assert "learning_rate" in prints(capsys, "recipes", "cnn1")
    assert recipes.NOTES["best"] in prints(capsys, "recipes", "best")
    assert recipes.NOTES["best"] not in prints(capsys, "recipes", "cnn1")
    assert set(json.loads(prints(capsys, "recipes", "--json"))) == set(recipes.RECIPES)


def test_the_rate_that_comes_with_an_optimizer_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["train", "cnn1", "--set", "optimizer=sgd", "--data", "folder:none"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "optimizer sgd trains with its usual learning_rate 0.01"


def test_a_recipe_is_printed_with_the_fields_that_count(capsys: pytest.CaptureFixture[str]) -> None:
    def fields(*words: str) -> set[str]:
        return {line.split()[0] for line in prints(capsys, "recipes", *words).splitlines() if line.strip()}

    short, whole = fields("cnn1"), fields("cnn1", "--all")
    assert {"learning_rate", "augment", "seed"} <= short
    assert {"momentum", "head_units", "skip_to"}.isdisjoint(short)
    assert whole - short >= {"momentum", "head_units", "skip_to"}
    assert json.loads(prints(capsys, "recipes", "cnn1", "--json")).keys() <= whole


def test_summary_prints_the_layer_table(capsys: pytest.CaptureFixture[str]) -> None:
    text = prints(capsys, "summary", "cnn4")
    assert "1,221,546 parameters, 1,219,754 of them trainable" in text
    assert any(
        line.split() == ["conv4", "Conv2D", "8", "x", "8", "x", "128", "73,856"] for line in text.splitlines()
    )
    facts = json.loads(
        prints(capsys, "summary", "cnn1", "--image-size", "20x30", "--channels", "3", "--json")
    )
    assert facts["layers"][0]["output_shape"] == [20, 30, 3]


def test_a_summary_takes_no_memory_for_weights(capsys: pytest.CaptureFixture[str]) -> None:
    text = prints(capsys, "summary", "cnn1", "--image-size", "4096")
    assert "17,163,097,802 parameters" in text
