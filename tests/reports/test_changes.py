"""Which images two runs judge differently, in the order in which the runs were given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from support.run_folders import CLASSES, LABELS, make_run

from clothier.reports import changes, compare, compare_page, pages
from clothier.values import Split
from clothier.values.repair import Repair

IMAGES = np.arange(60, dtype=np.uint8).repeat(16).reshape(60, 4, 4, 1)


def test_they_are_named_and_counted(tmp_path: Path) -> None:
    before = make_run(tmp_path, "cnn1-1", [1, 4, 5, 20, 30, 40, 50])
    after = make_run(tmp_path, "cnn1-2", [4, 9], epochs=3)
    (change,) = changes.find(compare.compare([before, after]))
    assert (change.earlier, change.later, change.wrong) == ("cnn1-1", "cnn1-2", ("test/9",))
    assert change.words == (
        "From cnn1-1 to cnn1-2: 6 images newly correct (test/1, test/5, test/20, test/30, test/40, …) and 1 newly "
        "wrong (test/9)"
    )
    (back,) = changes.find(compare.compare([after, before]))
    assert (back.right, back.wrong) == (change.wrong, change.right)
    assert change.words.replace("&", "&amp;") in compare_page.markdown(compare.compare([before, after]))


def test_seeds_and_equal_runs_have_none(tmp_path: Path) -> None:
    one, other, seed = (make_run(tmp_path, f"cnn1-{n}", [1], epochs=n // 3 + 1, seed=n) for n in (1, 3, 4))
    assert changes.find(compare.compare([one, other])) == []
    assert changes.find(compare.compare([one, other, seed])) == []


def test_the_page_shows_pictures_of_the_right_images(tmp_path: Path) -> None:
    out = {"repairs": {"test": Repair(0, (2,), before="b")}, "fingerprints": {"test": "t"}}
    labels = np.delete(LABELS, 2)
    before = make_run(tmp_path, "cnn1-1", [0, 7], labels=labels, data=out)
    after = make_run(tmp_path, "cnn1-2", [], labels=labels, data=out, epochs=3)
    comparison = compare.compare([before, after])
    keep = np.delete(np.arange(60), 2)
    images = Split(IMAGES, LABELS).only(keep)
    (change,) = changes.find(comparison, images)
    assert [(each.id, each.label, each.said) for each in change.right_pictures] == [
        ("test/0", CLASSES[0], ("cnn1-1: bag & <hat>", "cnn1-2: shoe")),
        ("test/8", CLASSES[2], ("cnn1-1: shoe", "cnn1-2: coat|jacket")),
    ]
    assert change.right_pictures[1].address == pages.thumbnail(IMAGES[8], changes.SIDE)
    page = compare_page.html(comparison, tmp_path, None, images)
    assert page.count("data:image/png") == 2
    assert "bag &amp; &lt;hat&gt;" in page and "<h3>0 newly wrong</h3>" in page
    without = compare_page.html(comparison, tmp_path, None)
    assert "data:image/png" not in without and "test/0, test/8" in without


def test_photos_are_called_by_their_files(tmp_path: Path) -> None:
    before, after = make_run(tmp_path, "cnn1-1", [3]), make_run(tmp_path, "cnn1-2", [], epochs=3)
    files = tuple(f"hat/{row}.png" for row in range(60))
    (change,) = changes.find(compare.compare([before, after]), replace(Split(IMAGES, LABELS), files=files))
    assert change.right == ("hat/3.png",)


def test_it_is_said_whether_test_labels_were_repaired_too(tmp_path: Path) -> None:
    before = make_run(tmp_path, "cnn1-1", [3])
    after = make_run(tmp_path, "cnn1-2", [], epochs=3, data={"repairs": {"train": Repair(5)}})
    assert compare.compare([before, after]).notice == (
        "The labels that cnn1-2 learnt from were repaired; the test labels were not: they are as the data have them."
    )
