from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.console import Console
from support.killing import stopped_after

import clothier
from clothier import bundle, recipes
from clothier.api import finish
from clothier.errors import InputError, RunError
from clothier.training import progress
from clothier.values import Dataset, Reading


@pytest.mark.usefixtures("quick_page")
def test_train_trains_in_a_folder_of_its_own(tiny: Dataset, tmp_path: Path) -> None:
    run = clothier.train("cnn1", tiny, root=tmp_path / "mine", epochs=1, precision="float32")
    assert run.path == tmp_path / "mine" / "cnn1-1"
    recipe = run.recipe()
    changes = {"epochs": 1, "augmented_epochs": 0, "precision": "float32"}
    assert recipe == recipes.change(recipes.get("cnn1"), changes)
    assert [phase.epochs for phase in run.read_scores()] == [1]
    own = recipes.change(recipes.get("cnn1"), {"name": "own", "augmented_epochs": 0})
    assert clothier.train(own, tiny, epochs=1).path == Path("runs/own-1")
    assert bundle.read(run.model_file).manifest.class_names == tiny.class_names
    assert repr(run).startswith(f"Run '{run.path}': cnn1 on tiny\n  plain (1 epoch): test accuracy 0.")
    assert repr(clothier.Run(tmp_path)) == f"Run '{tmp_path}': no run yet"


@pytest.mark.usefixtures("quick_page")
def test_a_stopped_run_is_resumed_to_the_same_weights(tiny: Dataset) -> None:
    whole = clothier.train("cnn1", tiny, epochs=2, precision="float32", verbose=0)
    with stopped_after(1, r"^stopped with 1 of 2 epochs done and saved; "):
        clothier.train("cnn1", tiny, epochs=2, precision="float32", verbose=0)
    resumed = clothier.resume("runs/cnn1-2", tiny, verbose=0)
    assert [phase.weights_sha256 for phase in resumed.read_scores()] == [
        phase.weights_sha256 for phase in whole.read_scores()
    ]
    assert resumed.model_file.is_file()
    with pytest.raises(RunError, match=r"was trained on other data"):
        clothier.resume(resumed, tiny.first(20))
    with pytest.raises(InputError, match=r"^run is None; wanted a run folder, such as 'runs/cnn1-1'$"):
        clothier.resume(None, tiny)  # type: ignore[arg-type]  # the point


def test_what_is_seen_is_chosen_as_in_keras(tiny: Dataset, capfd: pytest.CaptureFixture[str]) -> None:
    terminal, pipe = Console(force_terminal=True), Console(force_terminal=False)
    kinds = [type(progress.watcher(verbose, terminal)).__name__ for verbose in (None, 0, 1, 2)]
    assert kinds == ["Bars", "Watcher", "Bars", "Lines"]
    kinds = [type(progress.watcher(verbose, pipe)).__name__ for verbose in (None, 0, 1, 2)]
    assert kinds == ["Lines", "Watcher", "Lines", "Lines"]
    for verbose in (3, True, "loud"):
        with pytest.raises(InputError) as caught:
            clothier.train("cnn1", tiny, verbose=verbose)  # type: ignore[arg-type]  # the point
        assert str(caught.value) == (
            f"verbose is {verbose!r}; wanted 0 (nothing), 1 (a bar) or 2 (a line for each epoch)"
        )


@pytest.mark.parametrize(("has_widgets", "kind"), [(True, "Bars"), (False, "Lines")])
def test_a_notebook_gets_bars_where_it_can_draw_them(
    has_widgets: bool, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if has_widgets else None)
    assert type(progress.watcher(console=Console(force_jupyter=True))).__name__ == kind


@pytest.mark.parametrize("crop", ["pad", "centre", "doctor"])
def test_a_run_knows_how_its_photos_were_read(tmp_path: Path, crop: str) -> None:
    for number, name in enumerate(["hat"] * 10 + ["shoe"] * 10):
        (tmp_path / "photos" / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 16), (10 * number, 0, 90)).save(tmp_path / "photos" / name / f"{number}.png")
    dataset = clothier.load("folder:photos", clothier.LoadOptions(image_size=(12, 12), crop=crop, seed=5))
    run = clothier.train("cnn1", dataset, epochs=1, precision="float32")
    assert bundle.read(run.model_file).manifest.preprocessing == {"photos": crop}
    read = run.description().data.reading
    again = clothier.load(read.source, clothier.LoadOptions.from_json(read.options))
    run.check_data(again.fingerprint)


def test_validation_is_chosen_when_data_are_read(tiny: Dataset, tmp_path: Path) -> None:
    dataset = replace(tiny, reading=Reading("generated", {"validation": "stratified"}))
    for given, own in ((dataset, "stratified"), (tiny, "default")):
        with pytest.raises(InputError) as caught:
            clothier.train("cnn1", given, validation="none")
        assert str(caught.value) == (
            f"validation is 'none', and tiny was read already, by '{own}'; wanted no validation here; "
            "choose it when reading: clothier.LoadOptions(validation='none')"
        )
    assert list(tmp_path.iterdir()) == []
    run = clothier.train("cnn1_dropout", dataset, epochs=1, precision="float32", validation="stratified")
    assert run.recipe().validation == "stratified"


def test_wrong_names_make_no_folder(tiny: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^unknown recipe 'cnn11'"):
        clothier.train("cnn11", tiny)
    with pytest.raises(InputError, match=r"^unknown recipe field 'epoch'; wanted epochs$"):
        clothier.train("cnn1", tiny, epoch=3)
    with pytest.raises(InputError, match=r"^unknown model 'cnn2'"):
        clothier.train("cnn1", tiny, model="cnn2")
    with pytest.raises(InputError, match=r"^unknown augmentation policy 'crop'"):
        clothier.train("cnn1", tiny, augment="crop", augmented_epochs=1)
    with pytest.raises(InputError, match=r"^class_weight names class 3, and there are 3; wanted 0 to 2$"):
        clothier.train("cnn1", tiny, class_weight={3: 2})
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(
        InputError, match=r"^unknown class 'rov'; known: column, none, row; did you mean 'row'\?$"
    ):
        clothier.train("cnn1", tiny, class_weight="rov=2")
    assert list(Path("runs").iterdir()) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((None, "tiny"), "recipe is None; wanted a name or a Recipe"),
        (("cnn1", ("images", "labels")),
         "data is of type tuple; wanted a Dataset, such as clothier.load('fashion-mnist') gives"),
        (("cnn1", "fashion-mnist"),
         "data is 'fashion-mnist'; wanted a Dataset, such as clothier.load('fashion-mnist') gives"),
    ],
)  # fmt: skip
def test_train_tells_what_is_of_another_type(given: Any, wanted: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(wanted)}$"):
        clothier.train(*given)
    assert list(tmp_path.iterdir()) == []


def test_a_finished_run_trains_longer(tiny: Dataset) -> None:
    run = clothier.train("cnn1", tiny, epochs=1, precision="float32", verbose=0)
    assert clothier.resume(run, tiny, epochs=2, verbose=0).recipe().phases() == [("plain", 2)]
    assert [phase.epochs for phase in run.read_scores()] == [2]
    with pytest.raises(InputError, match=r"^unknown length of a run 'epoch'; .*did you mean 'epochs'\?$"):
        clothier.resume(run, tiny, epoch=3)


def test_a_pretrained_base_is_named_as_on_the_command_line(tiny: Dataset) -> None:
    with pytest.raises(InputError) as caught:
        clothier.train("transfer", tiny, base="vgg19", base_size=64, epochs=1, verbose=0)
    assert str(caught.value) == (
        "base_size is 64, and the base vgg19 takes images of one size only; wanted 0; leave base_size out"
    )


def test_small_images_for_a_large_base_are_told_of(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(finish, "train", lambda *_, **__: None)
    clothier.train("photos", tiny, root=tmp_path, verbose=2)
    assert "EfficientNet-Lite1 was trained on 240x240" in " ".join(capsys.readouterr().err.split())
