from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.errors import DataError
from clothier.values import ClassScore, Dataset, Features, PhaseScores, Scores, Split, release


def _split(num_images: int = 4, side: int = 5) -> Split:
    return Split(np.zeros((num_images, side, side, 1), np.uint8), np.zeros(num_images, np.int64))


def test_split_refuses_other_dtypes_and_counts() -> None:
    with pytest.raises(DataError, match=r"^images are float32 \(2, 3, 3, 1\); wanted uint8"):
        Split(np.zeros((2, 3, 3, 1), np.float32), np.zeros(2, np.int64))
    with pytest.raises(DataError, match=r"^images are uint8 \(2, 3, 3, 2\); wanted"):
        Split(np.zeros((2, 3, 3, 2), np.uint8), np.zeros(2, np.int64))
    with pytest.raises(DataError, match=r"^2 images but 3 labels; wanted one label an image$"):
        Split(np.zeros((2, 3, 3, 1), np.uint8), np.zeros(3, np.int64))
    with pytest.raises(DataError, match=r"^2 images but 1 file names; wanted one an image$"):
        Split(np.zeros((2, 3, 3, 1), np.uint8), np.zeros(2, np.int64), ("a.png",))
    with pytest.raises(DataError, match=r"^2 images come from 1 files; wanted a file for each image$"):
        Split(np.zeros((2, 3, 3, 1), np.uint8), np.zeros(2, np.int64), ("a.png", "a.png"))
    with pytest.raises(DataError, match=r"^labels are float64 \(2,\); wanted int64"):
        Split(np.zeros((2, 3, 3, 1), np.uint8), np.zeros(2))  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("images", "labels", "files", "wanted"),
    [
        ([[[[0]]]], np.zeros(1, np.int64), (), "images are of type list; wanted a NumPy array"),
        (_split(1).images, [0], (), "labels are of type list; wanted a NumPy array"),
        (None, None, (), "images are of type NoneType; wanted a NumPy array"),
        (np.zeros((1, 0, 3, 1), np.uint8), np.zeros(1, np.int64), (),
         "images are (1, 0, 3, 1); wanted a height and a width of 1 or more"),
        (_split(3).images, _split(3).labels, "abc",
         "files is the text 'abc'; wanted a tuple with a name for each image"),
    ],
)  # fmt: skip
def test_split_refuses_what_is_no_array(images: Any, labels: Any, files: Any, wanted: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(wanted)}$"):
        Split(images, labels, files)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"train": (1, 2)}, "train is of type tuple; wanted a Split"),
        ({"train": _split(0)}, "x has no image in the train split; wanted some, or no such split; add images"),
        ({"validation": _split(0)},
         "x has no image in the validation split; wanted some, or no such split; add images"),
        ({"test": _split(0)}, "x has no image in the test split; wanted some, or no such split; add images"),
        ({"class_names": "ab"},
         "x: the class names are 'ab'; wanted a tuple of texts, such as ('hat', 'shoe')"),
        ({"class_names": (0, 1)},
         "x: the class names are (0, 1); wanted a tuple of texts, such as ('hat', 'shoe')"),
        ({"class_names": ()}, "x: there are no class names; wanted one for each class"),
        ({"fingerprint": ""},
         "x: the fingerprint is ''; wanted a text that no other data have; use "
         "Dataset.from_arrays, which computes it"),
    ],
)  # fmt: skip
def test_dataset_refuses_what_cannot_be_trained_on(changes: dict[str, Any], wanted: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(wanted)}$"):
        replace(Dataset(_split(), None, None, ("a", "b"), "f", "x"), **changes)


def test_a_split_knows_the_file_of_an_image_that_came_from_one() -> None:
    assert _split(2).file(1) == ""
    assert Split(_split(2).images, _split(2).labels, ("a.png", "b/c.png")).file(1) == "b/c.png"


def test_features_refuse_other_dtypes() -> None:
    with pytest.raises(DataError, match=r"^features are float32 \(2, 3\) with 2 labels; wanted float16"):
        Features(np.zeros((2, 3), np.float32), np.zeros(2, np.int64))
    with pytest.raises(DataError, match=r"^labels are int32 \(2,\); wanted int64 \(n,\)$"):
        Features(np.zeros((2, 3), np.float16), np.zeros(2, np.int32))


def test_dataset_refuses_labels_outside_the_classes_and_mixed_shapes() -> None:
    good = Dataset(_split(), _split(), None, ("a", "b"), "f", "x")
    assert list(good.splits()) == ["train", "validation"]
    assert good.image_shape == (5, 5, 1)
    with pytest.raises(DataError, match=r"^x has no test split; it has: train, validation$"):
        good.split("test")
    with pytest.raises(
        DataError, match=r"^test images are \(6, 6, 1\), train images \(5, 5, 1\); wanted one"
    ):
        replace(good, test=_split(side=6))
    outside = Split(_split().images, np.array([0, 1, 2, 1]))
    with pytest.raises(DataError, match=r"^train labels run from 0 to 2; wanted 0 to 1$"):
        replace(good, train=outside)


def test_the_lowest_classes_are_those_of_the_lowest_f1() -> None:
    made = [("a", 0.5, 3), ("b", None, 0), ("c", 0.25, 2), ("d", 0.25, 9), ("e", 0.0, 1)]
    per_class = tuple(ClassScore(name, 0.0, 0.0, f1, support) for name, f1, support in made)
    scores = Scores(0.5, 0.75, per_class, np.eye(5, dtype=np.int64))
    assert scores.lowest(5) == per_class
    assert [score.name for score in scores.lowest(4)] == ["e", "d", "c", "a"]


def test_the_judged_split_is_the_last_there_is() -> None:
    everything = Dataset(_split(), _split(), _split(), ("a", "b"), "f", "x")
    assert everything.judged == "test"
    assert replace(everything, test=None).judged == "validation"
    assert replace(everything, test=None, validation=None).judged == "train"


def test_a_notebook_shows_counts_and_scores() -> None:
    labels = np.array([0, 1, 1, 1])
    data = Dataset(_split(), None, Split(_split().images, labels), ("a<b", "b"), "f", "x", notice="Drawn.")
    shown = data._repr_html_()
    assert "<strong>x: images of 5 x 5 x 1</strong>" in shown
    assert "<th>class</th><th>train</th><th>test</th>" in shown
    assert "<tr><th>a&lt;b</th><td>4</td><td>1</td></tr><tr><th>b</th><td>0</td><td>3</td></tr>" in shown
    assert "<tr><th>all</th><td>4</td><td>4</td></tr>" in shown
    assert shown.endswith("<p><strong>Drawn.</strong></p>")

    score = Scores(0.5, 0.75, (ClassScore("a<b", 1.0, 0.5, 2 / 3, 2),), np.array([[2]]))
    assert "<strong>accuracy 0.7500, loss 0.5000</strong>" in score._repr_html_()
    cells = "<tr><th>a&lt;b</th><td>1.0000</td><td>0.5000</td><td>0.6667</td><td>2</td></tr>"
    assert cells in score._repr_html_()
    phase = PhaseScores("plain", 3, score, None, score, "abc")
    assert "<strong>plain phase, after epoch 3</strong>" in phase._repr_html_()
    assert phase.rows() == [
        ("plain", "train", 2, "0.5000", "0.7500"), ("plain", "test", 2, "0.5000", "0.7500"),
    ]  # fmt: skip


def test_a_mapped_file_leaves_memory_and_comes_back(tmp_path: Path) -> None:
    data = np.arange(2**24, dtype=np.uint8).reshape(-1, 2**10)  # 16 MB
    np.save(tmp_path / "data.npy", data)
    mapped = np.load(tmp_path / "data.npy", mmap_mode="r").view(np.ndarray)[1:]
    before = _resident_file_pages()
    total = int(mapped.sum())
    held = _resident_file_pages() - before
    release(mapped[5:])
    left = _resident_file_pages() - before
    assert int(mapped.sum()) == total
    if Path("/proc/self/statm").exists():
        assert held > 15 * 2**20
        assert left < 2**20


def test_nothing_that_could_be_lost_is_released(tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.zeros(2**16, np.uint8))
    private = np.load(tmp_path / "data.npy", mmap_mode="c")
    in_memory = np.zeros(2**16, np.uint8)
    for array in (private, in_memory):
        array[:] = 7
        release(array)
        release(array.view(np.ndarray)[3:])
        assert set(array.tolist()) == {7}


def _resident_file_pages() -> int:
    """Bytes of mapped files that this process holds; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[2]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0


def test_dataset_refuses_names_that_no_class_may_have() -> None:
    with pytest.raises(
        DataError, match=r"^x: class 'a\\tb' has U\+0009 \(CHARACTER TABULATION\) in its name;"
    ):
        Dataset(_split(), None, None, ("a\tb", "c"), "f", "x")
