from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import clothier
from clothier import bundle, recipes
from clothier.errors import InputError
from clothier.reports import report
from clothier.values import Dataset, Reading
from clothier.values.fingerprint import fingerprint


def test_fit_trains_in_a_folder_of_its_own(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "draw", lambda *_: {})
    monkeypatch.setattr(report, "render", lambda run, _: "")
    run = clothier.fit("cnn1", tiny, tmp_path / "mine", epochs=1, augmented_epochs=0, precision="float32")
    assert run.path == tmp_path / "mine" / "cnn1-1"
    recipe = run.recipe()
    changes = {"epochs": 1, "augmented_epochs": 0, "precision": "float32"}
    assert recipe == recipes.change(recipes.get("cnn1"), changes)
    assert [phase.epochs for phase in run.read_scores()] == [1]
    own = recipes.change(recipes.get("cnn1"), {"name": "own", "augmented_epochs": 0})
    assert clothier.fit(own, tiny, epochs=1).path == Path("runs/own-1")


@pytest.mark.parametrize("crop", ["pad", "centre", "doctor"])
def test_a_run_knows_how_its_photos_were_read(tmp_path: Path, crop: str) -> None:
    for number, name in enumerate(["hat"] * 10 + ["shoe"] * 10):
        (tmp_path / "photos" / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 16), (10 * number, 0, 90)).save(tmp_path / "photos" / name / f"{number}.png")
    dataset = clothier.load("folder:photos", clothier.LoadOptions(image_size=(12, 12), crop=crop, seed=5))
    run = clothier.fit("cnn1", dataset, epochs=1, augmented_epochs=0, precision="float32")
    assert bundle.read(run.model_file).manifest.preprocessing == {"photos": crop}
    read = run.description().data.reading
    again = clothier.load(read.source, clothier.LoadOptions.from_json(read.options))
    run.check_data(again.fingerprint)


def test_validation_is_chosen_when_data_are_read(tiny: Dataset, tmp_path: Path) -> None:
    dataset = replace(tiny, reading=Reading("generated", {"validation": "stratified"}))
    for given, own in ((dataset, "stratified"), (tiny, "default")):
        with pytest.raises(InputError) as caught:
            clothier.fit("cnn1", given, validation="none")
        assert str(caught.value) == (
            f"validation is 'none', and tiny was read already, by '{own}'; wanted no validation here; "
            "choose it when reading: clothier.LoadOptions(validation='none')"
        )
    assert list(tmp_path.iterdir()) == []
    run = clothier.fit("cnn1_dropout", dataset, epochs=1, precision="float32", validation="stratified")
    assert run.recipe().validation == "stratified"


def test_wrong_names_make_no_folder(tiny: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^unknown recipe 'cnn11'"):
        clothier.fit("cnn11", tiny)
    with pytest.raises(InputError, match=r"^unknown recipe field 'epoch'; .*did you mean 'epochs'\?$"):
        clothier.fit("cnn1", tiny, epoch=3)
    with pytest.raises(InputError, match=r"^unknown model 'cnn2'"):
        clothier.fit("cnn1", tiny, model="cnn2")
    with pytest.raises(InputError, match=r"^unknown augmentation policy 'crop'"):
        clothier.fit("cnn1", tiny, augment="crop", augmented_epochs=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((None, "tiny"), "recipe is None; wanted a name or a Recipe"),
        (("cnn1", "fashion-mnist"),
         "dataset is 'fashion-mnist'; wanted a Dataset, such as clothier.load('fashion-mnist') gives"),
    ],
)  # fmt: skip
def test_fit_tells_what_is_of_another_type(given: Any, wanted: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(wanted)}$"):
        clothier.fit(*given)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("num_images", [2.5, "3", None])
def test_first_takes_whole_numbers(tiny: Dataset, num_images: Any) -> None:
    with pytest.raises(InputError, match=f"^num_images is {num_images!r}; wanted a whole number$"):
        clothier.first(tiny, num_images)
    with pytest.raises(InputError, match=r"^dataset is None; wanted a Dataset, such as "):
        clothier.first(None, 3)  # type: ignore[arg-type]  # the point


def test_first_cuts_each_split_and_is_other_data(tiny: Dataset) -> None:
    few = clothier.first(replace(tiny, reading=Reading("folder:tiny", {"crop": "centre"})), 100)
    assert {name: len(split) for name, split in few.splits().items()} == {
        "train": 100, "validation": 90, "test": 90,
    }  # fmt: skip
    assert np.array_equal(few.train.images, tiny.train.images[:100])
    assert np.array_equal(few.train.labels, tiny.train.labels[:100])
    assert few.fingerprint == fingerprint(few.splits(), tiny.class_names) != tiny.fingerprint
    assert few.name == "tiny, first 100"
    assert few.reading == Reading(options={"crop": "centre"})
    with pytest.raises(InputError, match=r"^num_images is 0; wanted 1 or more$"):
        clothier.first(tiny, 0)
