"""clothier projector: folders for TensorBoard, from the command line."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.command_line import last_error, prints

from clothier import cli, projector
from clothier.embed.projections import stochastic
from clothier.runs import Run


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A t-SNE of few iterations."""
    monkeypatch.setattr(stochastic, "ITERATIONS", 20)


def test_a_run_s_vectors_come_before_the_pixels(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    axes = ("--x", "sandal", "bag", "--y", "/^dress$/", "Coat")
    tensor = ("--tensor", f"{finished}:dense1", "--sample", "40")
    printed = prints(
        capsys, "projector", "--model", str(finished), *axes, *tensor, "--out", str(out)
    ).splitlines()
    assert printed[-1] == f"to see   clothier projector --out {out} --open"
    vectors, pixels, weights = projector.check(out)
    assert [found.faults for found in (vectors, pixels, weights)] == [[]] * 3
    assert [found.name for found in (vectors, pixels, weights)] == [
        *("1-cnn1-1-dense1", "2-pixels", "3-cnn1-1-dense1-weights")
    ]
    assert vectors.shows["metadata"] == "index, label, predicted, correct, confidence, id"
    assert vectors.shows["bookmarks"].endswith(
        "t-SNE, openTSNE, seed 13, axes: sandal to bag; ^dress$ to Coat"
    )
    assert [found.shows["tensor"] for found in (vectors, pixels, weights)] == [
        "40 x 128",
        "40 x 784",
        "40 x 128",
    ]
    assert {path.name for path in out.iterdir()} == {
        *("1-cnn1-1-dense1.bytes", "2-pixels.bytes", "3-cnn1-1-dense1-weights.bytes", "metadata.tsv"),
        *(
            "sprite.png",
            "bookmarks.json",
            "bookmarks-2.json",
            "events.out.tfevents.projector",
            projector.CONFIG,
        ),
    }
    assert (
        prints(capsys, "projector", "--check", str(out)).splitlines()[-1] == f"TensorBoard reads all of {out}"
    )


def test_weights_are_those_of_the_run(finished: Path) -> None:
    from clothier.runs import trained

    run = Run.open(finished)
    kernel, _ = trained.load(run).get_layer("dense1").get_weights()
    np.testing.assert_array_equal(projector.matrices.weights(run, "dense1"), kernel)


def test_an_array_alone_with_names_for_its_rows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    np.save("words.npy", np.eye(6))
    Path("words.txt").write_text("a\nb\nc\nd\ne\nf\n")
    prints(capsys, "projector", "--tensor", "words.npy", "--labels", "words.txt", "--limit", "4")
    (found,) = projector.check(tmp_path / "projector")
    assert (found.name, found.shows["tensor"], found.shows["metadata"]) == ("words", "4 x 6", "one column")
    assert (tmp_path / "projector" / "metadata.tsv").read_text() == "a\nb\nc\nd\n"


def test_photos_without_labels(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Path("shop").mkdir()
    for number in range(5):
        Image.new("RGB", (40, 30), (50 * number, 0, 0)).save(f"shop/{number}.png")
    prints(capsys, "projector", "--photos", "shop", "--image-size", "12x16", "--tsne", "0")
    assert (tmp_path / "projector" / "metadata.tsv").read_text().splitlines()[:2] == ["index\tid", "0\t0.png"]


def test_open_serves_until_ctrl_c(tmp_path: Path) -> None:
    projector.write(tmp_path / "f", [projector.ShownTensor("a", np.eye(4))])
    with subprocess.Popen(
        [sys.executable, "-m", "clothier", "projector", "--out", "f", "--open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("TensorBoard shows f at http://127.0.0.1:")
        assert line.endswith("/#projector\n")
        address = line.split()[-1].removesuffix("#projector")
        with urllib.request.urlopen(f"{address}data/plugin/projector/runs", timeout=60) as answer:
            assert answer.read() == b'["."]'
        assert process.stdout.readline() == "press Ctrl-C to stop\n"
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "ended\n")
    assert "Traceback" not in errors


def test_what_is_wrong_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    np.save("long.npy", np.zeros((100_001, 1), np.int8))
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("")
    for words, told in (
        (
            (),
            "nothing is given to show; wanted --data, --photos, --model or --tensor, or --check or --open for a "
            "folder that is there; try --data fashion-mnist",
        ),
        (
            ("--data", "generated:600", "--tsne", 1),
            "--tsne is 1; wanted 2 or 3 dimensions, or 0 for no t-SNE",
        ),
        (
            ("--data", "generated:600", "--y", "a", "b"),
            "--y is given without --x; wanted both, or --x alone",
        ),
        (
            ("--data", "generated:600", "--limit", 1),
            "images: TensorBoard shows 2 rows or more, and there are 1; give more",
        ),
        (
            ("--data", "generated:600", "--tsne", 0, "--limit", 9, "--x", "hat", "bag"),
            "search 'hat' finds no image; wanted one or more; try part of a label",
        ),
        (
            ("--tensor", "dense1"),
            "--tensor is 'dense1'; wanted FILE.npy, or RUN:LAYER such as runs/cnn1-1:dense1",
        ),
        (
            ("--tensor", "long.npy"),
            "long: TensorBoard shows at most 100,000 rows, and there are 100,001; take a part, such as "
            "--sample 10000",
        ),
        (
            ("--tensor", f"{finished}:conv1"),
            "layer 'conv1' has no weights of two dimensions (it has: 3 x 3 x 1 x 32, 32); wanted one of: dense1, "
            "logits",
        ),
        (
            ("--tensor", "long.npy", "--out", "mine"),
            "mine holds files that are not of a projector folder, such as notes.txt; wanted a new or an empty "
            "folder; choose another place with --out",
        ),
        (
            ("--open", "--out", "mine"),
            "mine is not a projector folder; wanted one that `clothier projector` wrote",
        ),
        (
            ("--check", "mine"),
            "mine has no projector_config.pbtxt; wanted a folder that `clothier projector` wrote",
        ),
    ):
        assert last_error(capsys, "projector", *map(str, words)) == told
    assert not (tmp_path / "projector").exists()
    assert last_error(capsys, "projector", "--tensor", f"{finished}:dense").startswith(
        "unknown layer 'dense'; known: "
    )


def test_check_tells_each_fault(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    projector.write(tmp_path / "f", [projector.ShownTensor("a", np.eye(4), {"label": "wxyz"})])
    (tmp_path / "f" / "metadata.tsv").write_text("w\nx\n")
    assert cli.run(["projector", "--check", "f"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "a: tensor 4 x 4\nfault in a: metadata: has 2 rows; the tensor has 4\n"
    assert captured.err.endswith(
        "clothier: f has 1 fault; wanted none; write it again with `clothier projector`\n"
    )


def test_without_tensorboard_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(folder: Path) -> str:
        raise ModuleNotFoundError("No module named 'tensorboard'", name="tensorboard")

    projector.write(Path("projector"), [projector.ShownTensor("a", np.eye(4))])
    monkeypatch.setattr(projector, "serve", gone)
    assert last_error(capsys, "projector", "--open") == (
        "this command needs the package 'tensorboard', which is not installed; install it with: "
        "pip install 'clothier[train]'"
    )
