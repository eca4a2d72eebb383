"""The image grids and the other figures of a report."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image
from support.report_pages import CLASSES, TEST, Page, make_run, rendered, scores, write_scores, written

from clothier import plots
from clothier.errors import RunError
from clothier.reports import grids, report
from clothier.runs import Run, Samples
from clothier.values import Floats, Labels, Predictions, Split


def test_figure_files_are_the_pictures_of_the_page(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    paths = written(run)
    assert paths == [run.figure_file(name) for name in ("curves", "confusion", "per-class")]
    embedded = [(image["src"] or "").partition(",")[2] for image in Page(rendered(run)).all("img")]
    assert [base64.b64decode(code) for code in embedded] == [path.read_bytes() for path in paths]


def judged_images(run: Run, counts: list[list[int]]) -> tuple[Split, Labels, Floats]:
    """Test images of that confusion matrix with their predictions in the run; (split, predicted, probabilities)."""
    rng = np.random.default_rng(7)
    order = rng.permutation(int(np.sum(counts)))
    labels = np.repeat(np.arange(9) // 3, np.ravel(counts))[order]
    predicted = np.repeat(np.arange(9) % 3, np.ravel(counts))[order]
    logits = np.eye(3, dtype=np.float32)[predicted] * rng.uniform(1, 9, (len(order), 1)).astype(np.float32)
    run.write_predictions(labels, Predictions(logits), CLASSES)
    images = rng.integers(0, 256, (len(order), 28, 28, 1), dtype=np.uint8)
    return Split(images, labels), predicted, Predictions(logits).uncalibrated_probabilities.max(axis=1)


def test_the_grids_show_the_first_the_right_the_wrong_and_the_surest_mistakes(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, predicted, probabilities = judged_images(run, TEST.confusion.tolist())
    wrong = np.flatnonzero(split.labels != predicted)
    wanted = {
        "the first 25 test images": np.arange(25),
        "the first 25 test images that are classified correctly": np.flatnonzero(split.labels == predicted)[
            :25
        ],
        "the first 14 test images that are classified wrongly": wrong,
        "the 14 most confident mistakes among the test images, with uncalibrated probabilities": np.array(
            sorted(wrong, key=lambda index: -probabilities[index])
        ),
    }
    with patch.object(plots, "prediction_grid", wraps=plots.prediction_grid) as drawn:
        grids.keep(run, split)
        drawings = report.draw(run)
    paths = report.write_figures(run, drawings)
    assert [path.stem for path in paths[3:]] == ["predictions", "right", "wrong", "confident-mistakes"]
    for call, (title, chosen) in zip(drawn.call_args_list, wanted.items(), strict=True):
        assert call.kwargs["title"] == f"cnn1-1: {title}, predicted (true)"
        images, labels, guesses, names, shares, files = call.args
        assert files == []
        assert np.array_equal(images, split.images[chosen])
        assert np.array_equal(labels, split.labels[chosen])
        assert np.array_equal(guesses, predicted[chosen])
        assert list(names) == list(CLASSES)
        if "most confident" in title:
            np.testing.assert_allclose(shares, probabilities[chosen], atol=1e-6)
        else:
            assert shares is None

    seen = Page(report.render(run, drawings))
    assert "Files of these images" not in seen.text
    sources = [(image["src"] or "").partition(",")[2] for image in seen.all("img")]
    assert [base64.b64decode(code) for code in sources] == [path.read_bytes() for path in paths]
    for title in wanted:
        assert title.capitalize() in seen.text
        assert any((image["alt"] or "").startswith(title.capitalize()) for image in seen.all("img"))


def test_a_grid_without_images_is_left_out_and_taken_away(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    written(run, split, dpi=50)
    right = [[20, 0, 0], [0, 20, 0], [0, 0, 20]]
    split, _, _ = judged_images(run, right)
    write_scores(run, test=scores(right))
    grids.keep(run, split)
    drawings = report.draw(run)
    names = [path.stem for path in report.write_figures(run, drawings, dpi=50)]
    assert names == ["curves", "confusion", "per-class", "predictions", "right"]
    assert not run.figure_file("wrong").exists()
    assert not run.figure_file("confident-mistakes").exists()
    assert len(Page(report.render(run, drawings)).all("img")) == 5


def test_figures_come_in_the_format_size_and_place_asked_for(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    paths = written(run, split, format="svg", folder=tmp_path / "out")
    assert {path.parent for path in paths} == {tmp_path / "out"}
    assert all(path.read_bytes().startswith(b"<?xml") for path in paths)
    assert not run.figure_file("curves").parent.exists()


def test_the_page_is_the_same_whatever_the_resolution_of_the_files(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    grids.keep(run, split)
    drawings = report.draw(run)
    html = report.render(run, drawings)
    for dpi in (50, 200):
        paths = report.write_figures(run, drawings, dpi=dpi)
        assert len(paths) == 7
        for path in paths:
            with Image.open(path) as picture:
                assert round(picture.info["dpi"][0]) == dpi
        assert report.render(run, drawings) == html
    assert rendered(run, split) == html


def test_images_that_came_from_files_are_called_by_them(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, predicted, probabilities = judged_images(run, TEST.confusion.tolist())
    files = tuple(f"shoes & <hats>/photo {row}.png" for row in range(len(split)))
    photos = Split(split.images, split.labels, files)
    with patch.object(plots, "prediction_grid", wraps=plots.prediction_grid) as drawn:
        seen = Page(rendered(run, photos))
    wrong = np.flatnonzero(split.labels != predicted)
    surest = sorted(wrong, key=lambda row: -probabilities[row])
    assert drawn.call_args_list[3].args[5] == [files[row] for row in surest]
    assert len(seen.all("details")) == 4
    start = max(place for place, row in enumerate(seen.rows) if row[:1] == ["file"])
    assert seen.rows[start + 1 : start + 1 + len(wrong)] == [
        [files[row], CLASSES[predicted[row]], CLASSES[split.labels[row]], f"{probabilities[row]:.4f}"]
        for row in surest
    ]


def test_a_page_of_photos_stays_under_two_megabytes(tmp_path: Path) -> None:
    """Smooth colours with some noise, as cameras see them, 150 x 150; noise alone no format can make small."""
    run = make_run(tmp_path, data__image_shape=(150, 150, 3))
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 230, (len(split), 5, 5, 3), dtype=np.uint8)
    images = np.stack([np.asarray(Image.fromarray(image).resize((150, 150))) for image in coarse])
    photos = images + rng.integers(0, 20, images.shape, dtype=np.uint8)
    grids.keep(run, Split(photos, split.labels))
    drawings = report.draw(run)
    assert sum(path.stat().st_size for path in report.write_figures(run, drawings)) > 2_000_000
    html = report.render(run, drawings)
    assert len(html) < 2_000_000
    kinds = [(image["src"] or "").partition(";")[0] for image in Page(html).all("img")]
    assert kinds == ["data:image/png"] * 3 + ["data:image/webp"] * 4


def test_images_of_other_labels_are_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    other = Split(split.images[1:], split.labels[1:])
    wanted = f"{run.predictions_file} has other labels than the images; wanted those of the judged split; train again"
    with pytest.raises(RunError, match=f"^{re.escape(wanted)}$"):
        grids.keep(run, other)


def test_a_run_keeps_as_many_images_as_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones of each grid, which then say so; and none at all where not even those have room."""
    run = make_run(tmp_path)
    split, predicted, _ = judged_images(run, TEST.confusion.tolist())
    monkeypatch.setattr(grids, "MOST_BYTES", 20 * 28 * 28)
    grids.keep(run, split)
    kept = run.read_samples()
    assert kept
    assert 10 <= len(kept.rows) <= 20
    assert np.array_equal(kept.images, split.images[kept.rows])
    with patch.object(plots, "prediction_grid", wraps=plots.prediction_grid) as drawn:
        report.write_figures(run, report.draw(run), dpi=30)
    wrong = np.flatnonzero(split.labels != predicted)
    for call, rows in zip(drawn.call_args_list, [np.arange(len(split)), None, wrong, None], strict=True):
        images = call.args[0]
        assert 5 <= len(images) < 25
        if rows is not None:
            assert f"the first {len(images)} test images" in call.kwargs["title"]
            assert np.array_equal(images, split.images[rows[: len(images)]])
    monkeypatch.setattr(grids, "MOST_BYTES", 28)
    grids.keep(run, split)
    names = [path.stem for path in report.write_figures(run, report.draw(run), dpi=30)]
    assert names == ["curves", "confusion", "per-class"]


def test_figures_are_named_as_they_are_drawn(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    assert report.figure_names(run) == list(report.draw(run)) == ["curves", "confusion", "per-class"]
    grids.keep(run, split)
    assert report.figure_names(run) == list(report.draw(run))
    assert len(report.figure_names(run)) == 7


def test_kept_images_of_another_phase_are_not_drawn(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    grids.keep(run, split)
    assert grids.are_kept(run)
    run.write_samples(replace(samples_of(run), labels=(samples_of(run).labels + 1) % 3))
    assert not grids.are_kept(run)
    with pytest.raises(
        RunError, match=r"samples\.safetensors holds other images than predictions\.csv lists; "
    ):
        report.draw(run)
    run.samples_file.write_bytes(b"cut")
    assert not grids.are_kept(run)
    with pytest.raises(RunError, match=r"samples\.safetensors is not a safetensors file"):
        report.draw(run)
    assert list(report.draw(run, with_grids=False)) == ["curves", "confusion", "per-class"]


def samples_of(run: Run) -> Samples:
    samples = run.read_samples()
    assert samples
    return samples
