"""What the page is told, and what its decisions write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import label_boards
from support.label_boards import NAMES

from clothier.data import decisions, relabelling
from clothier.errors import DataError, RefusedError
from clothier.label.session import Session, StaleError, Wish


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def wish(image: str, version: int = 0, action: str = "class", new: int | None = 0) -> Wish:
    return Wish(image, version, action, new)


def test_the_state_counts_the_order_and_names_keys(path: Path) -> None:
    state = label_boards.session(path).state()
    assert [each["key"] for each in state["classes"]] == ["1", "2", "3"]
    assert (state["total"], state["decided"], state["undecided"]) == (2, 0, 2)
    assert [order["name"] for order in state["orders"]] == ["suspects", "unsure", "unlabelled"]
    assert state["command"] == f"clothier train photos --data generated --labels {path}"


def test_an_item_says_what_speaks_against_its_label(path: Path) -> None:
    (item, other) = label_boards.session(path).items("suspects", 0, 20, undecided=True)["items"]
    assert (item["id"], item["label"], item["suggestion"], item["version"]) == ("train/7", 2, 1, 0)
    assert item["probabilities"][0] == [1, 0.8]
    assert item["why"] == (
        "The label is coat; a classifier that has not seen this image gives it 10% and shoe 80%, and 4 of its 8 "
        "nearest neighbours are labelled so."
    )
    assert {near["id"] for near in item["neighbours"][:4]} == {"train/1", "train/4", "train/10", "test/1"}
    assert (item["alike"], other["id"]) == ([], "train/2")


def test_look_alikes_have_the_same_label_and_suggestion(path: Path) -> None:
    made = label_boards.session(path)
    (first, *_) = made.items("unsure", 1, 1, undecided=True)["items"]
    assert first["id"] == "train/0"
    assert [each["id"] for each in first["alike"]] == ["train/3", "train/6", "train/9"]
    made.decide([wish("train/3", action="keep")])
    assert [each["id"] for each in made.item("train/0")["alike"]] == ["train/6", "train/9"]


def test_decisions_are_rows_that_data_take(path: Path) -> None:
    made = label_boards.session(path)
    made.decide([wish("train/7", new=1), wish("train/2", action="leave_out")])
    made.decide([wish("train/0", action="keep")])
    answer = made.decide([wish("unlabelled/1.png", new=1)])
    assert answer["items"][0]["decision"]["reason"] == "labelled"
    history = decisions.read(path)
    assert [(row.id, row.old, row.new, row.reason) for row in history.made] == [
        ("train/7", "coat", "shoe", "changed"),
        ("train/2", "hat", "", "left out"),
        ("train/0", "hat", "hat", "kept"),
        ("unlabelled/1.png", "", "shoe", "labelled"),
    ]
    assert history.made[0].path == relabelling.pixels(made.board.image(7))
    times = [row.time for row in history.made]
    assert times == sorted(times) and len(set(times)) == 3
    repaired = Session(made.board, made.log, "suspects", "train")
    assert repaired.items("suspects", 0, 9, undecided=True)["total"] == 0
    assert repaired.state()["decided"] == 2
    (known,) = [d for d in history.current.values() if d.id == "train/7"]
    split = relabelling.relabel(made.board.dataset, _only(path, known)).train
    assert split.labels[7] == NAMES.index("shoe")


def _only(path: Path, decision: decisions.Decision) -> Path:
    file = path.with_name("one.csv")
    file.write_text(",".join(decisions.COLUMNS) + "\n" + decision.text())
    return file


def test_two_windows_do_not_overwrite_each_other(path: Path) -> None:
    one, other = label_boards.session(path), label_boards.session(path)
    one.decide([wish("train/7", new=1)])
    before = path.read_bytes()
    with pytest.raises(StaleError) as caught:
        other.decide([wish("train/2"), wish("train/7", new=0)])
    assert [(each["id"], each["version"]) for each in caught.value.conflicts] == [("train/7", 1)]
    assert path.read_bytes() == before
    other.decide([wish("train/7", 1, new=0)])
    assert one.item("train/7")["decision"]["new"] == 0


def test_undo_goes_back_through_a_restart_and_takes_a_batch_together(path: Path) -> None:
    made = label_boards.session(path)
    made.decide([wish("train/7", new=1)])
    made.decide([wish("train/7", 1, new=0), wish("train/2")])
    made = label_boards.session(path)
    answer = made.undo()
    undone = {each["id"]: (each["version"], each["decision"]) for each in answer["items"]}
    assert undone["train/2"] == (2, None)
    assert undone["train/7"][0] == 3 and undone["train/7"][1]["new"] == 1
    assert made.undo()["item"] == {"id": "train/7", "decision": None, "version": 4}
    with pytest.raises(RefusedError, match="no decision to undo") as caught:
        made.undo()
    assert caught.value.status == 409
    assert decisions.read(path).current == {}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (wish("nothing"), "there is no image 'nothing'"),
        (
            wish("train/7", new=3),
            "wanted keep, leave_out, or class with a number from 0 to 2",
        ),
        (wish("train/7", new=None), "wanted keep"),
        (wish("train/7", action="shout"), "a decision is 'shout'"),
        (wish("unlabelled/0.png", action="keep"), "has no label to keep"),
    ],
)
def test_wrong_decisions_write_nothing(path: Path, wrong: Wish, words: str) -> None:
    made = label_boards.session(path)
    with pytest.raises(RefusedError, match=words):
        made.decide([wish("train/2"), wrong])
    assert not decisions.read(path).num_rows if path.exists() else True
    with pytest.raises(RefusedError, match="2 decisions; wanted 1 to 200 about different images"):
        made.decide([wish("train/2"), wish("train/2")])


def test_given_images_keep_their_order_and_unknown_orders_are_refused(path: Path) -> None:
    made = label_boards.session(path, "given", ("test/1", "train/3"))
    answer = made.items("given", 0, 20, undecided=False)
    assert [item["id"] for item in answer["items"]] == ["test/1", "train/3"]
    with pytest.raises(RefusedError, match="there is no order 'last'"):
        made.items("last", 0, 1, undecided=False)


def test_a_file_that_became_another_is_told(path: Path) -> None:
    made = label_boards.session(path)
    made.decide([wish("train/7")])
    path.write_text("something else\n")
    with pytest.raises(DataError, match="begins with 'something else'"):
        made.state()
    assert np.array_equal(made.pixels("train/7"), made.board.image(7))
