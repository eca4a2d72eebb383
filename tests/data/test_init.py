from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clothier import data
from clothier.data import SOURCES, LoadOptions, load
from clothier.data.options import VALIDATIONS
from clothier.errors import InputError, OwnValidationError


def refusal(name: str) -> str:
    with pytest.raises(InputError) as caught:
        load(name)
    return str(caught.value)


def test_every_source_says_how_it_is_used() -> None:
    for name, source in SOURCES.items():
        assert source.syntax.startswith(name)
        assert source.default_validation in VALIDATIONS
        assert source.description


def test_an_unknown_source() -> None:
    known = ", ".join(sorted(source.syntax for source in SOURCES.values()))
    assert (
        refusal("folders:x") == f"unknown data source 'folders'; known: {known}; did you mean 'folder:DIR'?"
    )
    assert refusal("fashion_mnist").endswith("did you mean 'fashion-mnist'?")


def test_a_path_without_its_kind_gets_it(tmp_path: Path) -> None:
    for name in ("photos", "digits", "generate"):
        Path(name).mkdir()
    Path("digits/Train-images-idx3-ubyte.gz").touch()
    for table in ("t.csv", "t.TSV", "a:b.csv"):
        Path(table).touch()
    for name, kind in (
        ("photos", "folder"),
        ("photos/", "folder"),
        (str(tmp_path), "folder"),
        ("digits", "idx"),
        ("generate", "folder"),
        ("t.csv", "csv"),
        ("t.TSV", "csv"),
        ("a:b.csv", "csv"),
    ):
        assert refusal(name) == f"data source '{name}' has no kind; did you mean {kind}:{name}?"
    assert refusal("none.csv").startswith("unknown data source 'none.csv'; known: ")
    assert refusal("~nobody-of-that-name/x").startswith(
        "unknown data source '~nobody-of-that-name/x'; known: "
    )


@pytest.mark.parametrize("name", ["idx", "csv", "folder"])
def test_a_missing_argument(name: str) -> None:
    words = f"data source '{name}' needs a path; wanted {SOURCES[name].syntax}"
    assert refusal(name) == refusal(f"{name}:") == words


@pytest.mark.parametrize("source", [None, 3, b"folder:photos"])
def test_a_source_that_is_not_a_text(source: Any) -> None:
    assert refusal(source) == (
        f"the data source is of type {type(source).__name__}; wanted a text such as 'folder:photos'"
    )


def test_an_argument_too_many() -> None:
    assert refusal("fashion-mnist:old") == (
        "data source 'fashion-mnist' takes no argument and got 'old'; wanted fashion-mnist"
    )


@pytest.mark.parametrize("crop", ["pad", "centre", "doctor"])
def test_data_say_how_they_were_read(
    photo_folder: Callable[[Path, Mapping[str, int]], Path], tmp_path: Path, crop: str
) -> None:
    photo_folder(tmp_path / "photos", {"hat": 25, "shoe": 25})
    options = LoadOptions(
        image_size=(6, 8), crop=crop, seed=4, validation="none", cache_dir=tmp_path / "cache"
    )
    dataset = load(f"folder:{tmp_path / 'photos'}", options)
    assert dataset.reading.crop == crop
    content = json.loads(json.dumps(dict(dataset.reading.options)))
    again = load(dataset.reading.source, LoadOptions.from_json(content))
    assert (again.fingerprint, again.reading) == (dataset.fingerprint, dataset.reading)


@pytest.mark.parametrize("usual", ["none", "stratified", "article"])
def test_a_usual_validation_gives_way_to_validation_images_of_the_data(
    photo_folder: Callable[[Path, Mapping[str, int]], Path], tmp_path: Path, usual: str
) -> None:
    for split in ("train", "val"):
        photo_folder(tmp_path / "photos" / split, {"hat": 5, "shoe": 5})
    (tmp_path / "photos" / "notes.txt").touch()
    told: list[str] = []
    options = LoadOptions(image_size=(6, 8), cache_dir=tmp_path / "cache", warn=told.append)
    source = f"folder:{tmp_path / 'photos'}"
    dataset = load(source, options, usual)
    assert {name: len(split) for name, split in dataset.splits().items()} == {"train": 10, "validation": 10}
    assert dataset.reading.options["validation"] == "default"
    assert told[0] == f"{tmp_path / 'photos'}: left out 1 other file (.txt)"
    assert len(set(told)) == len(told)
    with pytest.raises(OwnValidationError, match=f"^--validation {usual} does not apply to folder:"):
        load(source, replace(options, validation=usual), "none")


def test_a_usual_validation_is_that_of_data_without_validation_images() -> None:
    dataset = load("generated:60", usual_validation="none")
    assert (dataset.validation, dataset.reading.options["validation"]) == (None, "none")
    assert (
        load("generated:60", LoadOptions.from_json(dataset.reading.options)).fingerprint
        == dataset.fingerprint
    )
    typed = load("generated:60", LoadOptions(validation="stratified"), "none")
    assert typed.reading.options["validation"] == "stratified"
    assert len(typed.split("validation")) == 12


def test_a_resplit_is_read_again_as_it_was() -> None:
    dataset = load("generated:60", LoadOptions(resplit=True, seed=14), "article")
    again = load("generated:60", LoadOptions.from_json(dataset.reading.options))
    assert (again.fingerprint, again.name) == (dataset.fingerprint, "generated:60, re-split by seed 14")


def test_photos_are_not_divided_anew(
    photo_folder: Callable[[Path, Mapping[str, int]], Path], tmp_path: Path
) -> None:
    photo_folder(tmp_path / "photos", {"hat": 5, "shoe": 5})
    with pytest.raises(InputError) as caught:
        load(f"folder:{tmp_path}/photos", LoadOptions(resplit=True))
    assert str(caught.value) == (
        f"--resplit does not apply to the photos of folder:{tmp_path}/photos; leave it out"
    )


def test_importing_loads_nothing_heavy() -> None:
    program = "import sys, clothier.data; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "clothier.data.folder" in loaded
    assert not {"keras", "tensorflow", "sklearn", "scipy", "pooch", "requests", "matplotlib"} & set(loaded)


def test_a_source_that_is_no_utf8() -> None:
    assert refusal("folder:caf\udce9") == (
        "data source 'folder:caf\\udce9' is not UTF-8; wanted a folder or file whose name is; rename it"
    )


def test_a_null_character_is_refused_before_the_disk_is_asked() -> None:
    with pytest.raises(
        InputError, match=r"^data source 'csv:a\\x00b' has a null character; wanted a text without one"
    ):
        data.load("csv:a\0b")


def test_a_source_with_absolute_paths_is_the_same_from_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    comma = tmp_path / "a,b"
    comma.mkdir()
    for name in ("one.csv", "two.csv"):
        (comma / name).write_text("label,pixel1\n")
    monkeypatch.chdir(comma)
    assert data.located("folder:../photos") == f"folder:{tmp_path / 'photos'}"
    assert data.located("idx:~/digits") == f"idx:{tmp_path / 'home' / 'digits'}"
    both = f"csv:{comma / 'one.csv'},{comma / 'two.csv'}"
    assert data.located("csv:one.csv,two.csv") == both
    monkeypatch.chdir(tmp_path)
    assert data.located(both) == both
    assert data.files(both) == [comma / "one.csv", comma / "two.csv"]
    for name in ("fashion-mnist", "generated:100", "generated"):
        assert data.located(name) == name
        assert data.files(name) == []


def test_a_path_and_other_options_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"the data source is a path; wanted a text that says how to read it, such as 'folder:{tmp_path}'"
    )
    with pytest.raises(InputError) as caught:
        load("generated:60", {"image_size": 3})  # type: ignore[arg-type]
    assert str(caught.value) == (
        "options are of type dict; wanted clothier.LoadOptions, such as LoadOptions(image_size=(64, 64))"
    )
