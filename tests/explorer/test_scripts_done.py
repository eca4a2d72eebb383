"""What a reader does with mouse, fingers and keys, in a real browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import explorer_spaces
from support.explorer_in_browser import MADE, REPAIR, SPACES, Opened

from clothier.embed import neighbours
from clothier.explorer import packing
from clothier.label import given


def test_pointing_shows_the_image_and_marks_it_on_both_maps(opened: Opened) -> None:
    index = opened.lone("a")
    before = opened.ask("app.panels.b.view.above.toDataURL()")
    opened.page.mouse.move(*opened.place("a", index))
    card = opened.page.locator("#card")
    assert opened.ask("app.hovered") == index
    words = card.inner_text()
    assert f"test/{index}" in words
    assert explorer_spaces.NAMES[MADE.labels[index]] in words
    assert opened.ask("app.panels.b.view.above.toDataURL()") != before
    opened.page.mouse.move(5, 5)
    assert card.is_hidden()
    assert opened.ask("app.panels.b.view.above.toDataURL()") == before


def test_a_click_finds_the_nearest_neighbours(opened: Opened) -> None:
    index = opened.lone("b")
    opened.page.mouse.click(*opened.place("b", index))
    assert opened.state()["chosen"] == index
    for number, space in enumerate(SPACES):
        rows, distances = neighbours.nearest(packing.stored(space.embedding).vectors, 10)
        found = opened.ask("app.nearestIn(given)", number)
        np.testing.assert_allclose(
            [each["distance"] for each in found], distances[index], rtol=1e-4, atol=1e-4
        )
        if number == 1:  # the tiny pictures have equal neighbours
            assert [each["index"] for each in found] == rows[index].tolist()
    opened.settle()
    tiles = opened.page.locator("#details .tile")
    assert tiles.count() == 20
    assert (
        f"{neighbours.nearest(packing.stored(MADE).vectors, 10)[1][index][0]:.2f}"[:3]
        in tiles.nth(10).inner_text()
    )


def test_a_lasso_selects_what_it_surrounds_on_both_maps(opened: Opened) -> None:
    opened.page.get_by_text("lasso", exact=True).click()
    bags = np.flatnonzero(MADE.labels == 3).tolist()
    corners = opened.around("b", bags)
    inside = [
        index for index in range(explorer_spaces.COUNT)
        if corners[0][0] < (at := opened.place("b", index))[0] < corners[1][0] and corners[0][1] < at[1] < corners[2][1]
    ]  # fmt: skip
    opened.drag([*corners, corners[0]])
    assert opened.state()["selection"] == inside
    assert set(bags) <= set(inside)
    assert opened.page.locator("#tab-selection").inner_text() == f"Selection ({len(inside)})"
    counts = np.bincount(MADE.labels[inside][MADE.labels[inside] >= 0])
    first = opened.page.locator(".bars tr").first.inner_text().split("\t")
    assert (first[0], first[-1]) == ("Bag", str(counts[3]))
    assert opened.ask("Array.from(app.style.status).flatMap((s, i) => s === 3 ? [i] : [])") == inside
    with opened.page.expect_download() as download:
        opened.page.get_by_text("save as CSV").click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith("\ufeff".encode())
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "id,label,predicted,confidence"
    assert [line.split(",")[0] for line in lines[1:]] == [f"test/{index}" for index in inside]


def test_a_selection_is_saved_with_the_command_that_repairs_its_labels(opened: Opened) -> None:
    opened.ask("app.select([3, 8])")
    opened.page.locator("#tab-selection").click()
    assert opened.page.locator("#details code").count() == 0
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="repair labels").click()
    assert download.value.suggested_filename == "selection.csv"
    known = explorer_spaces.spaces()[1].embedding.ids
    assert given.read(Path(download.value.path()), known, "made") == ["test/3", "test/8"]
    opened.page.locator("#details code").wait_for()
    assert opened.page.locator("#details code").inner_text() == REPAIR
    opened.ask("app.select([3])")
    opened.settle()
    assert opened.page.locator("#details code").count() == 0


def test_inside_is_what_an_odd_number_of_crossings_reaches(browser_page: Opened) -> None:
    rng = np.random.default_rng(8)
    points = rng.uniform(-20, 120, (500, 3))
    corners = rng.uniform(0, 100, (60, 2))  # a line that crosses itself everywhere
    found = browser_page.ask(
        "explorer.inside(given[0], given[1], given[2])",
        [points.ravel().tolist(), (np.arange(500) % 3 > 0).astype(int).tolist(), corners.ravel().tolist()],
    )
    (x1, y1), (x2, y2) = corners.T, np.roll(corners, 1, axis=0).T
    x, y = points[:, :1], points[:, 1:2]
    crosses = ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    wanted = (crosses.sum(axis=1) % 2 == 1) & (np.arange(500) % 3 > 0)
    assert 50 < wanted.sum() < 300
    assert found == np.flatnonzero(wanted).tolist()


def test_a_box_adds_with_shift_and_escape_lets_go(opened: Opened) -> None:
    opened.page.get_by_text("box", exact=True).click()
    first, second = opened.lone("a"), opened.lone("b")
    for side, index in (("a", first), ("b", second)):
        corners = opened.around(side, [index], 2)
        opened.page.keyboard.down("Shift")
        opened.drag([corners[0], corners[2]])
        opened.page.keyboard.up("Shift")
    assert {first, second} <= set(opened.state()["selection"])
    opened.page.locator(".above").first.focus()
    opened.page.mouse.move(5, 5)
    opened.page.keyboard.press("Escape")
    assert opened.state()["selection"] == []


def test_a_search_leaves_grey_context(opened: Opened) -> None:
    field = opened.page.get_by_label("search labels and ids", exact=True)
    field.fill("ÉCHARPE")
    opened.wait("app.style.matches !== null")
    wanted = int((MADE.labels == 1).sum())
    assert opened.ask("app.style.matches") == wanted
    assert opened.page.locator("#shown").inner_text().startswith(f"{wanted} shown")
    assert opened.ask("Array.from(app.style.status)") == (1 + (MADE.labels == 1)).tolist()
    opened.page.get_by_label("grey context").uncheck()
    assert opened.ask("Array.from(app.style.status)") == (2 * (MADE.labels == 1)).tolist()
    opened.page.get_by_text("select them").click()
    assert opened.state()["selection"] == np.flatnonzero(MADE.labels == 1).tolist()


def test_a_bad_expression_is_said_and_filters_nothing(opened: Opened) -> None:
    opened.open("search=/(")
    assert "not a valid regular expression" in opened.page.locator(".find .remark").inner_text()
    assert opened.ask("app.style.shown") == explorer_spaces.COUNT


def test_the_legend_filters(opened: Opened) -> None:
    opened.page.locator(".chip", has_text="Bag").click()
    assert opened.ask("app.style.shown") == int((MADE.labels != 3).sum())
    assert opened.page.locator(".chip", has_text="Bag").get_attribute("aria-pressed") == "false"
    opened.page.get_by_label("show", exact=True).select_option("wrong")
    wrong = (MADE.labels >= 0) & (MADE.labels != MADE.predictions)
    assert opened.ask("app.style.shown") == int((wrong & (MADE.labels != 3)).sum())


def test_a_reader_types_axes(opened: Opened) -> None:
    opened.page.get_by_label("map", exact=True).first.select_option("axes")
    panel = opened.page.locator(".panel").first
    panel.get_by_label("x axis from", exact=True).fill("écharpe")
    panel.get_by_label("x axis to", exact=True).fill("^bag$")
    panel.get_by_label("x axis to: regular expression").click()
    opened.wait("app.store.state.a.axes[0][1].regex")
    opened.settle()
    assert opened.ask("app.panels.a.view.ends[0]") == ["écharpe", "/^bag$/"]
    left, right = (np.flatnonzero(MADE.labels == label) for label in (1, 3))
    across = np.array(opened.ask("Array.from(app.panels.a.view.screen)")).reshape(-1, 3)[:, 0]
    assert across[left].mean() < across[right].mean()
    panel.get_by_label("x axis to", exact=True).fill("nothing")
    panel.locator(".message").wait_for(state="visible")
    assert panel.locator(".message").inner_text() == "“nothing” matches no images. Change the search."
    panel.get_by_label("x axis to", exact=True).fill("^écharpe$")
    opened.wait("document.querySelector('.message').textContent.includes('same')")
    assert panel.locator(".message").inner_text() == "Both searches find the same images. Change one of them."
    panel.get_by_text("add an axis").click()
    assert opened.ask("app.store.state.a.axes.length") == 3


def test_the_wheel_zooms_at_the_pointer(opened: Opened) -> None:
    index = opened.lone("a")
    at = opened.place("a", index)
    opened.page.mouse.move(*at)
    opened.page.mouse.wheel(0, -400)
    opened.wait("app.store.state.a.camera.zoom > 1.5")
    opened.settle()
    np.testing.assert_allclose(opened.place("a", index), at, atol=1)


def test_keys_reach_points_and_choose(opened: Opened) -> None:
    opened.page.locator(".above").first.focus()
    opened.page.keyboard.press("ArrowRight")
    first = opened.ask("app.hovered")
    assert first >= 0
    assert f"test/{first}" in opened.page.locator("#live").inner_text()
    opened.page.keyboard.press("ArrowRight")
    second = opened.ask("app.hovered")
    assert opened.place("a", second)[0] > opened.place("a", first)[0]
    opened.page.keyboard.press("Enter")
    assert opened.state()["chosen"] == second
    opened.page.keyboard.press(" ")
    assert opened.state()["selection"] == [second]


def test_a_finger_chooses_and_two_zoom(opened: Opened) -> None:
    index = opened.lone("b")
    opened.page.touchscreen.tap(*opened.place("b", index))
    assert opened.state()["chosen"] == index
    assert f"test/{index}" in opened.page.locator("#card").inner_text()
    session = opened.page.context.new_cdp_session(opened.page)
    x, y = opened.place("b", index)
    for kind, apart in (("touchStart", 20), ("touchMove", 30), ("touchMove", 60), ("touchEnd", None)):
        points = (
            [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        )
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    opened.settle()
    assert opened.state()["b"]["camera"]["zoom"] == pytest.approx(3, rel=0.1)
    np.testing.assert_allclose(opened.place("b", index), (x, y), atol=3)
