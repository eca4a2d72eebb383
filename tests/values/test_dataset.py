from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clothier.errors import DataError, InputError
from clothier.values import Dataset, Labels, Reading
from clothier.values.fingerprint import fingerprint
from clothier.values.stratified import hold_out_of_each


def numbered(num_images: int, first: int = 0) -> Any:
    """Images whose pixels are their number plus 2."""
    numbers = np.arange(first + 2, first + num_images + 2, dtype=np.uint8)
    return np.broadcast_to(numbers[:, None, None], (num_images, 4, 5))


LABELS: Labels = np.arange(60) % 3


def test_a_data_set_of_arrays() -> None:
    dataset = Dataset.from_arrays(
        (numbered(60), LABELS),
        test=(numbered(9, 60), LABELS[:9]),
        validation=(numbered(6, 70), LABELS[:6]),
        class_names=("hat", "shoe", "bag"),
        name="own",
    )
    assert {name: len(split) for name, split in dataset.splits().items()} == {
        "train": 60, "validation": 6, "test": 9,
    }  # fmt: skip
    assert list(dataset.splits()) == ["train", "validation", "test"]
    assert dataset.image_shape == (4, 5, 1)
    assert dataset.class_names == ("hat", "shoe", "bag")
    assert dataset.name == "own"
    assert np.array_equal(dataset.train.labels, LABELS)
    assert dataset.train.images[7, 0, 0, 0] == 9
    assert dataset.fingerprint == fingerprint(dataset.splits(), dataset.class_names)
    assert dataset.reading == Reading()


def test_a_share_is_held_out_of_each_class() -> None:
    labels = np.repeat([0, 1, 2], [10, 20, 30])
    dataset = Dataset.from_arrays((numbered(60), labels), validation=0.3, seed=5)
    assert dataset.validation is not None and dataset.test is None
    assert np.bincount(dataset.validation.labels).tolist() == [3, 6, 9]
    assert np.bincount(dataset.train.labels).tolist() == [7, 14, 21]
    for split in dataset.splits().values():
        assert np.array_equal(split.labels, labels[split.images[:, 0, 0, 0] - 2])
    seen = np.concatenate([split.images[:, 0, 0, 0] for split in dataset.splits().values()])
    assert sorted(seen.tolist()) == list(range(2, 62))
    again, other = (Dataset.from_arrays((numbered(60), labels), validation=0.3, seed=seed) for seed in (5, 6))
    assert again.fingerprint == dataset.fingerprint != other.fingerprint


def test_a_fifth_is_held_out_unless_none_is_wanted() -> None:
    usual = Dataset.from_arrays((numbered(60), LABELS))
    assert usual.validation is not None
    assert len(usual.validation) == 12
    assert Dataset.from_arrays((numbered(60), LABELS), validation=None).validation is None


def test_rows_of_each_class_are_held_out_by_its_rounded_share() -> None:
    labels = np.repeat([0, 1, 2], [2, 9, 40])
    for seed in range(20):
        kept, held = hold_out_of_each(np.arange(51), labels, seed, 0.1)
        assert np.bincount(labels[held]).tolist() == [1, 1, 4]
        assert sorted([*kept, *held]) == list(range(51))


def test_a_data_set_that_names_its_classes() -> None:
    class Named(list[Any]):
        classes = ("hat", "shoe", "bag")

    pairs = Named(zip(numbered(60), LABELS.tolist(), strict=True))
    assert Dataset.from_arrays(pairs).class_names == ("hat", "shoe", "bag")
    assert Dataset.from_arrays(pairs, class_names=("a", "b", "c")).class_names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (LABELS, {"validation": 1.0},
         "validation is 1.0; wanted a share above 0 and below 1, (images, labels), or None for none"),
        (LABELS, {"validation": True},
         "validation is True; wanted a share above 0 and below 1, (images, labels), or None for none"),
        (LABELS, {"validation": 5},
         "validation is 5; wanted a share above 0 and below 1, (images, labels), or None for none"),
        (LABELS, {"validation": "stratified"},
         "validation is of type str; wanted a tuple (images, labels), or a data set that yields (image, label)"),
        ([0] * 59 + [1], {},
         "class '1' has 1 image, too few to hold out a share of 0.2 for validation; add images, or give "
         "validation=(images, labels) or validation=None"),
        (LABELS, {"test": (numbered(1), [7])},
         "arrays: class '7' has no image in the train split; wanted every class there; add images of it or take the "
         "class out"),
        ([4] * 60, {}, "arrays has a single class, '4'; wanted two or more; add another class"),
        (LABELS, {"class_names": "abc"},
         "arrays: the class names are 'abc'; wanted a tuple of texts, such as ('hat', 'shoe')"),
        (LABELS, {"class_names": ("a", "a", "b")}, None),
        (LABELS, {"test": (numbered(3)[:, :2], [0, 1, 2])},
         "test images are (2, 5, 1), train images (4, 5, 1); wanted one shape for all splits"),
    ],
)  # fmt: skip
def test_splits_that_do_not_fit(labels: Any, options: dict[str, Any], message: str | None) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(message)}$" if message else "arrays: "):
        Dataset.from_arrays((numbered(60), labels), **options)


def test_a_repr_is_a_few_lines() -> None:
    dataset = Dataset.from_arrays((numbered(60), LABELS), test=(numbered(9), LABELS[:9]), name="own")
    assert repr(dataset) == (
        "Dataset 'own': images of 4 x 5 x 1, 3 classes\n"
        "  train             48 images\n"
        "  validation        12 images\n"
        "  test               9 images\n"
        "  classes    0, 1, 2"
    )
    assert repr(replace(dataset, notice="Mind this.")).endswith("\n  note       Mind this.")
    many = Dataset.from_arrays((numbered(60), np.arange(60) % 20), validation=None)
    assert repr(many).endswith("  classes    0, 1, 2, 3, 4 and 15 more")


@pytest.mark.parametrize("num_images", [2.5, "3", None, True])
def test_first_takes_whole_numbers(tiny: Dataset, num_images: Any) -> None:
    with pytest.raises(InputError, match=f"^num_images is {num_images!r}; wanted a whole number$"):
        tiny.first(num_images)


def test_first_cuts_each_split_and_is_other_data(tiny: Dataset) -> None:
    few = replace(tiny, reading=Reading("folder:tiny", {"crop": "centre"}), notice="Mind this.").first(100)
    assert {name: len(split) for name, split in few.splits().items()} == {
        "train": 100, "validation": 90, "test": 90,
    }  # fmt: skip
    assert np.array_equal(few.train.images, tiny.train.images[:100])
    assert np.array_equal(few.train.labels, tiny.train.labels[:100])
    assert few.fingerprint == fingerprint(few.splits(), tiny.class_names) != tiny.fingerprint
    assert few.name == "tiny, first 100"
    assert few.notice == "Mind this."
    assert few.reading == Reading(options={"crop": "centre"})
    with pytest.raises(InputError, match=r"^num_images is 0; wanted 1 or more$"):
        tiny.first(0)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": 3}, "the name of the data is 3; wanted a text of one line, such as 'photos'"),
        ({"name": ""}, "the name of the data is ''; wanted a text of one line, such as 'photos'"),
        ({"name": "a\nb"}, r"the name of the data is 'a\nb'; wanted a text of one line, such as 'photos'"),
        ({"seed": -1}, "seed is -1; wanted 0 or more"),
        ({"seed": "a"}, "seed is 'a'; wanted a whole number"),
        (
            {"class_names": 5},
            "arrays: the class names are 5; wanted a tuple of texts, such as ('hat', 'shoe')",
        ),
        (
            {"class_names": {"a": 0, "b": 1, "c": 2}},
            "arrays: the class names are {'a': 0, 'b': 1, 'c': 2}; wanted a tuple of texts, such as ('hat', 'shoe')",
        ),
        (
            {"train": None},
            "train is None; wanted a tuple (images, labels), or a data set that yields (image, label)",
        ),
        (
            {"train": (numbered(60), np.ma.masked_less(LABELS, 1))},
            "train labels hold masked values, which NumPy would show; wanted none; leave those images out",
        ),
        (
            {"train": (np.ma.masked_less(numbered(60), 5), LABELS)},
            "train images hold masked values, which NumPy would show; wanted none; leave those images out",
        ),
        (
            {"train": (list(np.ma.masked_less(numbered(60), 5)), LABELS)},
            "train images hold masked values, which NumPy would show; wanted none; leave those images out",
        ),
        (
            {"train": (numbered(60), np.where(LABELS == 1, b"a", b"b"))},
            "train labels are |S1; wanted integers or texts, one for each image; convert them: labels.astype(str)",
        ),
    ],
)
def test_arguments_of_another_kind_are_refused_in_one_line(options: dict[str, Any], told: str) -> None:
    arguments = {"train": (numbered(60), LABELS), **options}
    with pytest.raises(InputError, match=f"^{re.escape(told)}$"):
        Dataset.from_arrays(arguments.pop("train"), **arguments)


def test_class_names_of_numpy_become_plain_texts() -> None:
    dataset = Dataset.from_arrays((numbered(60), LABELS), class_names=np.array(["hat", "shoe", "bag"]))  # type: ignore[arg-type]
    assert [type(name) for name in dataset.class_names] == [str, str, str]
