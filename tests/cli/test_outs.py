"""Places that cannot be written are told before any work is done."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from support.run_folders import make_run

from clothier import bundle, cli, data, predict, reproduce
from clothier.photo import doctor
from clothier.reports import compare
from clothier.runs import trained

FILES = {
    "explore --data generated:60 --out OUT.html": ".html",
    "embed --data generated:60 --out OUT.npz": ".npz",
    "export RUN --out OUT.onnx": ".onnx",
    "predict photo.png --out OUT.csv": ".csv",
    "doctor photo.png --out OUT.png": ".png",
    "data generated:60 --augment article --out OUT.png": ".png",
}
FOLDERS = [
    "projector --data generated:60 --out OUT",
    "plot RUN --out OUT",
    "explain RUN 0 --out OUT",
    "compare RUN RUN --out OUT",
    "reproduce article --rows cnn1 --data generated:60 --out OUT",
    "reproduce article --rows cnn1 --data generated:60 --runs OUT",
    "data generated:60 --out OUT",
    "check generated:60 --out OUT",
    "plan generated:60 --out OUT",
    "train cnn1 --data generated:60 --runs OUT",
    "sweep cnn1 --data generated:60 --set epochs=1,2 --sweeps OUT",
]


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever takes time fails here."""

    def work(*words: object, **named: object) -> None:
        raise AssertionError("work was done")

    for module, name in (
        (data, "load"), (predict, "opened"), (compare, "compare"), (trained, "load"), (bundle, "read"),
        (doctor, "examine"), (reproduce, "plan"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, work)
    make_run(tmp_path, "RUN")
    Image.new("RGB", (20, 20)).save(tmp_path / "photo.png")


def _fails(capsys: pytest.CaptureFixture[str], words: str) -> str:
    assert cli.run(words.split()) == 74
    (line,) = [one for one in capsys.readouterr().err.splitlines() if one.startswith("clothier: ")]
    return line


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("words", FILES)
def test_a_file_that_cannot_be_written(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = f"OUT{FILES[words]}"
    Path("file").write_text("in the way")
    inside = words.replace("OUT", "file/OUT")
    assert _fails(capsys, inside) == (
        f"clothier: cannot write file/{name}: file is not a folder; earlier files are untouched; make room or choose "
        "another place"
    )
    if not words.startswith("doctor"):  # which has words of its own for what is there
        Path(name).mkdir()
        assert _fails(capsys, words) == (
            f"clothier: cannot write {name}: Is a directory; earlier files are untouched; make room or choose another "
            "place"
        )
        Path(name).rmdir()
        os.mkfifo(name)
        assert f"cannot write {name}: it is a pipe; " in _fails(capsys, words)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("words", FOLDERS)
def test_a_folder_that_cannot_be_written(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("in the way")
    for place in ("file/OUT", "file/OUT/deeper"):
        told = _fails(capsys, words.replace("OUT", place))
        assert told.startswith(f"clothier: cannot write {place}: ")
        assert "is not a folder; earlier files are untouched" in told


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("words", [*FILES, *FOLDERS])
def test_a_folder_without_permission(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: not mode & os.W_OK)  # root may write everywhere
    assert "Permission denied" in _fails(capsys, words)
