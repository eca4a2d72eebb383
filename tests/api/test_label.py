"""A session of real, small data: what it gathers, what it refuses, and training with what it wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import clothier
from clothier.api import label
from clothier.data import LoadOptions
from clothier.errors import DataError, InputError
from clothier.label.session import Session, Wish


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of two colours, one of them in the wrong folder, and `new` photos."""
    root = tmp_path_factory.mktemp("label")
    rng = np.random.default_rng(0)

    def save(path: Path, colour: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.clip(rng.integers(-20, 20, (16, 16, 3)) + colour, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(path)

    for split in ("train", "test"):
        for name, colour in (("dark", 40), ("light", 200)):
            for number in range(12):
                save(root / "photos" / split / name / f"{name}{number}.png", colour)
    save(root / "photos" / "train" / "dark" / "wrong.png", 200)
    for number in range(3):
        save(root / "new" / f"{number}.png", 60 * number + 40)
    return root


def made(folder: Path, labels: Path, **more: object) -> Session:
    options = LoadOptions(image_size=(16, 16), validation="none", cache_dir=labels.parent / "cache")
    return label.session(f"folder:{folder / 'photos'}", options=options, labels=labels, **more)  # type: ignore[arg-type]


def test_the_wrong_label_is_found_repaired_and_read(folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    session = made(folder, labels, unlabelled=folder / "new", order="suspects")
    (item, *_) = session.items("suspects", 0, 9, undecided=True)["items"]
    assert (item["id"], item["label"], item["suggestion"]) == ("train/dark/wrong.png", 0, 1)
    assert item["path"] == str(folder / "photos" / "train" / "dark" / "wrong.png")
    session.decide([Wish(item["id"], 0, "class", 1)])
    new = [each["id"] for each in session.items("unlabelled", 0, 9, undecided=True)["items"]]
    assert sorted(new) == [f"unlabelled/{number}.png" for number in range(3)]
    session.decide([Wish("unlabelled/2.png", 0, "class", 1)])
    options = LoadOptions(image_size=(16, 16), validation="none", labels=labels, cache_dir=tmp_path / "cache")
    data = clothier.load(f"folder:{folder / 'photos'}", options)
    assert np.bincount(data.train.labels).tolist() == [12, 14]
    assert (data.repairs["train"].changed, data.repairs["train"].added) == (1, 1)
    again = made(folder, labels)
    assert item["id"] not in {each["id"] for each in again.items("suspects", 0, 99, undecided=True)["items"]}


def test_what_does_not_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    with pytest.raises(InputError, match="unknown order 'suspect'; known: "):
        made(folder, labels, order="suspect")
    with pytest.raises(InputError, match="wanted --ids FILE"):
        made(folder, labels, order="given")
    with pytest.raises(InputError, match="wanted --unlabelled FOLDER"):
        made(folder, labels, order="unlabelled")
    with pytest.raises(DataError, match="has no validation split"):
        made(folder, labels, split="validation")
    labels.write_text("id,path,old,new,reason,time\ntrain/none.png,,dark,light,changed,\n")
    with pytest.raises(DataError, match=r"labels\.csv, line 2: .* has no image 'train/none.png'"):
        made(folder, labels)
