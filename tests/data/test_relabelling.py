"""Decisions applied to data: labels change, images are left out or added, splits stay, other data are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from support.class_folders import MakeFolder, Save, counts, loaded, told

import clothier
from clothier.data import labelled, relabelling
from clothier.data.decisions import CHANGED, COLUMNS, LABELLED, LEFT_OUT, UNDO, Decision
from clothier.data.options import LoadOptions
from clothier.data.split import from_arrays
from clothier.errors import DataError
from clothier.runs import DataDescription
from clothier.values import Dataset, Split
from clothier.values.fields import Fields
from clothier.values.repair import Repair

NAMES = ("hat", "shoe")


def written(path: Path, *rows: tuple[str, str, str, str, str]) -> Path:
    """(id, path, old, new, reason)."""
    made = [Decision(*cells, "2026-11-30T12:00:00Z") for cells in rows]
    path.write_text(",".join(COLUMNS) + "\n" + "".join(each.text() for each in made))
    return path


def arrays(labels: Path | None = None, said: list[str] | None = None, **options: object) -> Dataset:
    images = np.arange(20, dtype=np.uint8)[:, None, None, None] + np.zeros((1, 2, 2, 1), np.uint8)
    train = Split(images, np.array([0, 1] * 10, np.int64))
    test = Split(images[:4] + np.uint8(100), np.array([0, 1, 0, 1], np.int64))
    warn = None if said is None else said.append
    chosen = LoadOptions(validation="none", labels=labels, warn=warn, **options)  # type: ignore[arg-type]
    return from_arrays("toy", train, test, NAMES, options=chosen, default_validation="none")


def digest(tone: int) -> str:
    return relabelling.pixels(np.full((2, 2, 1), tone, np.uint8))


def refusal(labels: Path) -> str:
    with pytest.raises(DataError) as caught:
        arrays(labels)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_images_in_memory(tmp_path: Path) -> None:
    file = written(
        tmp_path / "labels.csv",
        ("train/2", digest(2), "hat", "shoe", CHANGED),
        ("train/5", digest(5), "shoe", "", LEFT_OUT),
        ("train/7", digest(7), "shoe", "hat", CHANGED),
        ("train/7", digest(7), "shoe", "shoe", UNDO),
        ("test/1", digest(101), "shoe", "hat", CHANGED),
    )
    said: list[str] = []
    plain, repaired = arrays(), arrays(file, said)
    assert said == [
        f"toy: {file} has 3 decisions: 1 label changed, 1 image left out in train; 1 label changed in test"
    ]
    assert repaired.train.images[:, 0, 0, 0].tolist() == [*range(5), *range(6, 20)]
    assert repaired.train.labels[[2, 6]].tolist() == [1, 1]
    assert repaired.train.ids("train")[4:6] == ("train/4", "train/6")
    assert repaired.test is not None and repaired.test.labels.tolist() == [0, 0, 0, 1]
    assert repaired.fingerprint != plain.fingerprint
    before = DataDescription.of(plain).fingerprints
    assert repaired.repairs == {
        "train": Repair(1, (5,), before=before["train"]),
        "test": Repair(1, before=before["test"]),
    }
    description = DataDescription.of(repaired)
    assert DataDescription.read(Fields(description.as_json(), "recipe.json")).repairs == repaired.repairs
    by_hand = relabelling.relabel(plain, file)
    assert (by_hand.fingerprint, by_hand.repairs) == (repaired.fingerprint, repaired.repairs)


def test_an_image_keeps_its_id_without_others_and_without_duplicates(tmp_path: Path) -> None:
    file = written(tmp_path / "labels.csv", ("train/0", digest(0), "hat", "", LEFT_OUT))
    dataset = arrays(file, drop_duplicates=True)
    assert dataset.train.ids("train")[:2] == ("train/1", "train/2")
    again = relabelling.relabel(
        dataset, written(tmp_path / "more.csv", ("train/3", digest(3), "shoe", "hat", CHANGED))
    )
    assert again.train.labels[2] == 0


def test_decisions_that_are_taken_back_change_nothing(tmp_path: Path) -> None:
    rows = [("train/2", digest(2), "hat", new, why) for new, why in (("shoe", CHANGED), ("hat", UNDO))]
    assert arrays(written(tmp_path / "labels.csv", *rows)).fingerprint == arrays().fingerprint


def test_decisions_about_other_data_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    written(file, ("train/99", "", "hat", "shoe", CHANGED))
    assert f"{file}, line 2: toy has no image 'train/99'" in refusal(file)
    written(file, ("train/2", "", "shoe", "hat", CHANGED))
    assert f"{file}, line 2: the old label of 'train/2' is 'shoe', and in toy it is 'hat'" in refusal(file)
    written(file, ("train/2", digest(4), "hat", "shoe", CHANGED))
    assert "'train/2' is another image in toy" in refusal(file)
    written(file, ("train/2", "", "hat", "boot", CHANGED))
    assert "unknown class 'boot'" in refusal(file)
    written(file, *[(f"train/{row}", "", NAMES[row % 2], "hat", CHANGED) for row in range(20)])
    assert "class 'shoe' has no image in the train split" in refusal(file)


def test_photos_keep_their_split_and_others_are_added(
    tmp_path: Path, photo_folder: MakeFolder, save_picture: Save
) -> None:
    root = photo_folder(tmp_path / "photos", {"hat": 10, "shoe": 10})
    plain = loaded(root)
    assert plain.test is not None and plain.validation is not None
    new = save_picture(tmp_path / "new" / "x.png", 200)
    changed, out, test = plain.train.files[0], plain.train.files[1], plain.test.files[0]
    others = {"hat": "shoe", "shoe": "hat"}
    old = {file: file.partition("/")[0] for file in (changed, out, test)}
    file = written(
        tmp_path / "labels.csv",
        (changed, "", old[changed], others[old[changed]], CHANGED),
        (out, "", old[out], "", LEFT_OUT),
        (test, "", old[test], others[old[test]], CHANGED),
        ("unlabelled/x.png", str(new), "", "hat", LABELLED),
        ("unlabelled/y.png", str(new), "", "", LEFT_OUT),
    )
    repaired = loaded(root, labels=file)
    assert repaired.test is not None and repaired.validation is not None
    assert repaired.train.files == (changed, *plain.train.files[2:], "unlabelled/x.png")
    assert (repaired.validation.files, repaired.test.files) == (plain.validation.files, plain.test.files)
    assert repaired.train.labels[[0, -1]].tolist() == [NAMES.index(others[old[changed]]), 0]
    assert repaired.train.images[-1, 3, 4].tolist() == [200, 100, 0]
    before = DataDescription.of(plain).fingerprints
    assert repaired.repairs == {
        "train": Repair(1, (1,), 1, before["train"]),
        "test": Repair(1, before=before["test"]),
    }
    assert clothier.data.paths(repaired)["unlabelled/x.png"] == new
    judged = labelled(f"folder:{root}", "test", LoadOptions(labels=file))
    assert judged.labels.tolist() == repaired.test.labels.tolist()
    assert judged.notice == "Labels were repaired: 1 label changed."
    assert len(labelled(f"folder:{root}", None, LoadOptions(labels=file))) == 20
    # What is appended later does not change what was read.
    rows = repaired.reading.options
    assert (rows["labels"], rows["labels_rows"]) == (str(file), 5)
    with file.open("a") as more:
        more.write(Decision(test, "", old[test], "", LEFT_OUT, "").text())
    again = clothier.load(f"folder:{root}", LoadOptions.from_json({**rows, "cache_dir": Path("cache")}))
    assert again.fingerprint == repaired.fingerprint
    assert counts(loaded(root, labels=file)) != counts(repaired)
    assert any(
        "has 5 decisions: 1 label changed, 1 image left out, 1 photo added in train; 1 image" in line
        for line in told(root, labels=file)
    )


def test_a_photo_to_add_must_be_there(tmp_path: Path, photo_folder: MakeFolder) -> None:
    root = photo_folder(tmp_path / "photos", {"hat": 5, "shoe": 5})
    rows: Sequence[tuple[str, str, str, str, str]] = [
        ("u/x.png", str(tmp_path / "x.png"), "", "hat", LABELLED)
    ]
    with pytest.raises(DataError, match=r"line 2: the photo .*x\.png is not there"):
        loaded(root, labels=written(tmp_path / "labels.csv", *rows))
