from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import linear_network

from clothier.errors import InputError
from clothier.photo import ahead, doctor
from clothier.predict import Predictor, find, predict_photos
from clothier.values import Predictions


def _predicted(predictor: Predictor, *arguments: Any) -> Predictions:
    return Predictions.concatenate(list(predict_photos(predictor, *arguments)))


def test_words_are_files_folders_and_patterns_each_photo_once(tmp_path: Path) -> None:
    linear_network.save(tmp_path / "one", linear_network.pictures(2))
    linear_network.save(tmp_path / "one" / "inner", linear_network.pictures(1))
    (tmp_path / "one" / "notes.txt").write_text("no picture by name")
    (tmp_path / "one" / ".hidden.png").write_bytes(b"")
    (tmp_path / "one" / ".cache").mkdir()
    linear_network.save(tmp_path / "one" / ".cache", linear_network.pictures(1))

    def names(*words: str) -> list[str]:
        return [str(path.relative_to(tmp_path)) for path in find([str(tmp_path / word) for word in words])]

    assert names("one") == ["one/0000.png", "one/0001.png", "one/inner/0000.png"]
    assert names("one/0001.png", "one/*.png") == ["one/0001.png", "one/0000.png"]
    assert names("**/inner/*.png") == ["one/inner/0000.png"]
    assert names("one/notes.txt") == ["one/notes.txt"]  # what is named is tried
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "layers.PSD").write_bytes(b"no format of ours")
    assert names("two") == ["two/layers.PSD"]  # not passed over in silence
    odd = tmp_path / "two[1].png"
    odd.write_bytes(b"")
    assert names("two[1].png") == ["two[1].png"]


def test_what_is_left_out_of_a_folder_is_told(tmp_path: Path) -> None:
    linear_network.save(tmp_path / "far" / "inner", linear_network.pictures(2))
    folder = tmp_path / "photos"
    linear_network.save(folder, linear_network.pictures(1))
    (folder / "linked").symlink_to(tmp_path / "far")
    (folder / "up").symlink_to(tmp_path)
    (folder / "layers.psd").write_bytes(b"")
    (folder / "notes.txt").write_text("no picture by name")
    told: list[str] = []
    paths = [str(path.relative_to(folder)) for path in find([str(folder)], told.append)]
    assert paths == ["0000.png", "layers.psd", "linked/inner/0000.png", "linked/inner/0001.png"]
    assert told == [f"{folder}: left out 1 other file (.txt), 1 link to a folder that holds it"]
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "notes.txt").write_text("")
    with pytest.raises(
        InputError, match=r"none holds no pictures \(1 other file \(\.txt\)\); wanted a photo"
    ):
        find([str(tmp_path / "none")], told.append)
    assert len(told) == 1


def test_words_that_name_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    wanted = (
        "; wanted a photo (JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP), a folder of some, "
        "or a pattern such as 'photos/*.jpg'"
    )
    for word, what in (
        ("empty", "holds no pictures"),
        ("no.png", "does not exist"),
        ("*.gif", "fits no file"),
        ("x" * 300, "cannot be looked into (File name too long)"),
    ):
        with pytest.raises(InputError) as caught:
            find([str(tmp_path / word)])
        assert str(caught.value) == f"{tmp_path / word} {what}{wanted}"
    for word, what in (
        ("", "'' names nothing"),
        ("~nobody-of-that-name/*.png", "~nobody-of-that-name/*.png does not exist"),
    ):
        with pytest.raises(InputError) as caught:
            find([word])
        assert str(caught.value) == f"{what}{wanted}"


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be looked into, with a photo in it, in one that may."""
    folder = tmp_path / "open" / "closed"
    linear_network.save(folder, linear_network.pictures(1))
    linear_network.save(tmp_path / "open", linear_network.pictures(1))
    folder.chmod(0)
    if os.access(folder, os.R_OK):
        pytest.skip("this user may look into any folder")
    yield folder
    folder.chmod(0o700)


def test_a_folder_that_is_closed_is_told_and_hides_no_other(closed: Path) -> None:
    for word in (closed, closed / "0000.png", closed / "*.png"):
        with pytest.raises(
            InputError, match=r" cannot be looked into \(Permission denied\); wanted a photo "
        ):
            find([str(word)])
    paths = find([str(closed.parent)])
    assert paths == [closed.parent / "0000.png", closed]
    read, told = _predicted(Predictor(linear_network.bundle()), paths)
    assert read.classes
    assert (told.status, told.reason) == ("unreadable", "cannot be read (Permission denied)")


@pytest.mark.parametrize("count", [1, 70])
def test_photos_are_answered_in_order_as_their_images_are_judged(tmp_path: Path, count: int) -> None:
    images, predictor = linear_network.pictures(count, seed=2), Predictor(linear_network.bundle())
    paths = linear_network.save(tmp_path, images)
    told: list[tuple[str, int, int]] = []
    given = _predicted(predictor, paths, lambda *words: told.append(words))
    wanted = predictor.predict(images)
    assert given.filenames == tuple(map(str, paths))
    assert given.statuses.tolist() == wanted.statuses.tolist()
    for answer, probabilities in zip(given, wanted.probabilities, strict=True):
        shares = [share for _, share in answer.classes]
        assert shares == sorted(shares, reverse=True)
        assert {name for name, _ in answer.classes} == set(linear_network.CLASSES)
        named = dict(answer.classes)
        np.testing.assert_allclose([named[name] for name in linear_network.CLASSES], probabilities, atol=1e-6)
    assert told[-1] == ("photos", count, count)


def test_a_bad_picture_is_an_answer_with_its_reason(tmp_path: Path) -> None:
    good = linear_network.save(tmp_path, linear_network.pictures(2))
    (tmp_path / "text.jpg").write_text("not a picture")
    (tmp_path / "cut.png").write_bytes(good[0].read_bytes()[:40])
    os.mkfifo(tmp_path / "pipe.png")
    broken = [tmp_path / name for name in ("text.jpg", "gone.png", "cut.png", "pipe.png")]
    given = _predicted(Predictor(linear_network.bundle()), [*broken[:2], good[0], *broken[2:], good[1]])
    assert [answer.status == "unreadable" for answer in given] == [True, True, False, True, True, False]
    assert [answer.reason for answer in given] == [
        "is not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP picture",
        "cannot be read (No such file or directory)",
        "",
        "is truncated or damaged",
        "is a pipe, not a file",
        "",
    ]
    assert given.labels.tolist() == [-1, -1, given.labels[2], -1, -1, given.labels[5]]
    assert given.labels[[2, 5]].min() >= 0
    assert np.isnan(given.probabilities).all(axis=1).tolist() == [True, True, False, True, True, False]
    assert (given[0].classes, given[0].label, given[0].class_name) == ((), -1, None)


def test_what_the_doctor_warns_of_is_part_of_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = linear_network.save(tmp_path, linear_network.pictures(2))

    def diagnose(path: Path, *way: object, whole: bool) -> object:
        return linear_network.pictures(1)[0], (f"{path.name} is odd",) if path == paths[1] and way[
            0
        ] == "doctor" else ()

    monkeypatch.setattr(doctor, "diagnose", diagnose)
    given = _predicted(Predictor(linear_network.bundle("doctor")), paths)
    assert given.warnings == ((), ("0001.png is odd",))
    assert _predicted(Predictor(linear_network.bundle("pad")), paths).warnings == ((), ())


@pytest.mark.parametrize("threads", [1, 3])
def test_photos_are_decoded_on_as_many_threads_as_the_predictor_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    wanted: list[object] = []

    def recording(function: Any, paths: Any, threads: object) -> Any:
        wanted.append(threads)
        return ahead(function, paths)

    monkeypatch.setattr("clothier.predict.photos.ahead", recording)
    predictor = Predictor(linear_network.bundle(), threads)
    assert len(_predicted(predictor, linear_network.save(tmp_path, linear_network.pictures(2)))) == 2
    assert (wanted, predictor.threads) == ([threads], threads)


def test_a_name_that_is_no_utf_8_can_be_printed(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png"))
    path.write_bytes(linear_network.save(tmp_path, linear_network.pictures(1))[0].read_bytes())
    (answer,) = _predicted(Predictor(linear_network.bundle()), [path])
    assert answer.filename == f"{tmp_path}/\\xff.png"


def test_few_photos_wait_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: memory stays flat."""
    begun = 0

    def diagnose(*_: object, whole: bool) -> object:
        nonlocal begun
        begun += 1
        return linear_network.pictures(1)[0], ()

    monkeypatch.setattr(doctor, "diagnose", diagnose)
    stream = predict_photos(
        Predictor(linear_network.bundle()), [tmp_path / str(number) for number in range(1000)]
    )
    next(stream)
    assert begun < 150
    stream.close()  # type: ignore[attr-defined] # it is a generator
    assert begun < 160
