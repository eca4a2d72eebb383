"""A run beside the published figures of its tutorial."""

from __future__ import annotations

from pathlib import Path

from support.report_pages import TEST, make_run, page

from clothier.values import Reading


def test_published_figures_stand_beside_ours(tmp_path: Path) -> None:
    seen = page(make_run(tmp_path))
    difference = f"{TEST.loss - 0.2485:+.4f}"
    assert ["plain", "test loss", "0.2485", "10", f"{TEST.loss:.4f}", "10", difference] in seen.rows
    assert ["augmented", "test accuracy", "0.9229", "60", "0.7667", "60", "-0.1562"] in seen.rows
    assert "Not comparable" not in seen.text
    assert "This run changes" not in seen.text
    assert "The article's test images are others" in seen.text
    reading = Reading("fashion-mnist", {"resplit": True})
    assert "test images are others" not in page(make_run(tmp_path / "resplit", data__reading=reading)).text
    changed = page(make_run(tmp_path / "changed", seed=7, batch_size=32))
    assert "This run changes these settings of the tutorial's recipe: batch_size, seed." in changed.text


def test_the_tutorial_without_a_loss_gives_training_accuracy(tmp_path: Path) -> None:
    seen = page(make_run(tmp_path, name="cnn1_dropout"))
    assert ["plain", "training accuracy", "0.9736", "20", "0.9867", "10", "+0.0131"] in seen.rows
    assert not [row for row in seen.rows if row[1:2] == ["test loss"]]


def test_generated_data_are_not_compared(tmp_path: Path) -> None:
    notice = "The data are generated."
    seen = page(make_run(tmp_path, data__name="generated", data__notice=notice))
    assert (
        "Not comparable: the published figures were measured on Fashion-MNIST, and this run used generated data."
        in seen.text
    )
    assert {"class": "notice", "role": "note"} in seen.all("p")
    assert seen.text.count(notice) == 1


def test_other_data_have_no_published_figures(tmp_path: Path) -> None:
    text = page(make_run(tmp_path, data__name="folder:photos", data__reading=Reading("folder:photos"))).text
    assert "Comparison with the tutorial" not in text
    assert "0.9104" not in text
