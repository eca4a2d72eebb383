from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support import linear_network

from clothier.data import LoadOptions, labelled
from clothier.data.labelled import of_split
from clothier.errors import InputError
from clothier.predict import Predictor, evaluating, predict_photos
from clothier.values import Dataset, Predictions, Split


def photos(root: Path) -> Path:
    """Folders of photos by class, in other sizes than the model's; one picture is none."""
    for number, name in enumerate(("dark", "Light", "hat")):
        for path in linear_network.save(
            root / name, linear_network.pictures(12, seed=number).repeat(3, axis=1).repeat(2, axis=2)
        ):
            path.rename(path.with_name(f"{name}-{path.name}"))
    (root / "dark" / "dark-0003.png").write_bytes(b"no picture")
    return root


def test_the_accuracy_of_photos_is_that_of_predict(tmp_path: Path) -> None:
    for way in ("pad", "doctor"):
        predictor = Predictor(linear_network.bundle(way), threads=1)
        source = f"folder:{photos(tmp_path / way)}"
        found = evaluating.evaluation(predictor, "mine", labelled(source))
        paths = sorted((tmp_path / way).rglob("*.png"))
        predicted = Predictions.concatenate(list(predict_photos(predictor, paths)))
        right = [
            guess.class_name == path.parent.name.lower()
            for path, guess in zip(paths, predicted, strict=True)
            if path.parent.name != "hat" and not guess.reason
        ]
        assert (found.num_images, found.accuracy) == (23, float(np.mean(right)))
        by_name = dict(zip(map(str, paths), predicted.statuses.tolist(), strict=True))
        for name, status in zip(found.predictions.filenames, found.predictions.statuses, strict=True):
            assert by_name[name] == status
        assert list(found.unreadable) == ["dark/dark-0003.png"]


def test_images_of_the_models_own_shape_are_taken_as_they_are() -> None:
    predictor = Predictor(linear_network.bundle("doctor"), threads=1)
    images = linear_network.pictures(3000)
    labels = linear_network.outputs(images)[0].argmax(axis=1)
    told: list[tuple[str, int, int]] = []
    own = of_split(Split(images, labels), predictor.class_names, "arrays")
    found = evaluating.evaluation(predictor, "mine", own, report=lambda *words: told.append(words))
    assert found.accuracy == 1
    assert told == [("images", 1024, 3000), ("images", 2048, 3000), ("images", 3000, 3000)]
    small = of_split(Split(images[:, :4], labels), predictor.class_names, "arrays")
    with pytest.raises(InputError) as caught:
        evaluating.evaluation(predictor, "mine", small)
    assert str(caught.value) == (
        "the images of arrays are 4x8x1, and the model takes 8x8x1; wanted images of that shape, or photos of any, "
        "such as folder:DIR"
    )


def test_photos_that_may_have_trained_a_model_file_are_told(tmp_path: Path) -> None:
    source = f"folder:{photos(tmp_path / 'mine')}"
    images = evaluating.labelled(source, None, LoadOptions(), trained_on="folder:mine")
    assert (len(images), images.notice) == (
        36,
        "The model was trained on data called folder:mine; if they are these images, new ones may do worse. "
        "--split test takes the part that training holds out.",
    )
    assert evaluating.labelled(source, "test", LoadOptions(), trained_on="folder:mine").notice == ""
    assert evaluating.labelled(source, None, LoadOptions(), trained_on="folder:yours").notice == ""


def test_images_in_memory() -> None:
    images, names = linear_network.pictures(6), ("dark", "light", "spotted")
    labels = np.array([0, 2, 1, 0, 2, 1])
    by_number = evaluating.in_memory((images[..., 0], labels), None, names)
    assert (by_number.class_names, by_number.labels.tolist()) == (names, labels.tolist())
    assert np.array_equal(np.asarray(by_number.content), images)
    assert evaluating.in_memory(Split(images, labels), None, names).labels is labels
    by_text = evaluating.in_memory((images, ["hat", "dark"] * 3), None, names)
    assert (by_text.class_names, by_text.labels.tolist()) == (("dark", "hat"), [1, 0] * 3)
    dataset = Dataset.from_arrays((images, labels), test=(images[:2], labels[:2]), validation=None)
    assert evaluating.in_memory(dataset, None, names).split == "test"
    assert len(evaluating.in_memory(dataset, "train", names)) == 6
    for given, split, words in (
        (
            (images, labels),
            "test",
            "split is 'test', and the images have no splits; wanted none; leave it out",
        ),
        ((images, labels + 1), None, "the labels run from 1 to 3; wanted 0 to 2, the classes of the model"),
        (Split(images[:0], labels[:0]), None, "there is no image in arrays; wanted one or more"),
        (
            3,
            None,
            "data is of type int; wanted a tuple (images, labels), or a data set that yields (image, label)",
        ),
    ):
        with pytest.raises(InputError) as caught:
            evaluating.in_memory(given, split, names)
        assert str(caught.value) == words


def test_neither_keras_nor_tensorflow_is_imported(tmp_path: Path) -> None:
    words = [
        "evaluate",
        "fashion-mnist",
        "--data",
        f"folder:{photos(tmp_path / 'p')}",
        "--map",
        "dark=Coat",
        "--out",
    ]
    code = (
        "import sys; from clothier import cli; code = cli.run(sys.argv[1:]);"
        "print(code, [name for name in ('keras', 'tensorflow', 'jax') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0 []"
