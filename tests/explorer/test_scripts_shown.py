"""What the page shows, in a real browser without a network."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from support import explorer_spaces
from support.explorer_in_browser import MADE, SPACES, Opened

from clothier import explorer
from clothier.embed import Search, projections
from clothier.explorer import packing


def test_it_opens_with_two_maps_of_all_points(opened: Opened) -> None:
    state = opened.state()
    assert (state["views"], state["a"]["space"], state["b"]["space"]) == (2, 0, 1)
    for side in "ab":
        colours = opened.ask(
            "new Set(new Uint32Array(app.panels[given].view.raster.image.data.buffer)).size", side
        )
        assert colours > 20  # four classes with smooth edges, not an empty map
    assert opened.page.locator("h1").inner_text() == "made <b>test</b>"
    assert opened.page.locator(".chip").all_inner_texts()[2].startswith("<img src=x onerror=alert(1)>")


def test_what_was_packed_is_what_the_page_holds(browser_page: Opened) -> None:
    for number, space in enumerate(SPACES):
        stored = packing.stored(space.embedding).vectors
        found = np.array(
            browser_page.ask(
                "(({ values, scale }) => Array.from(values, v => v * scale))(app.data.spaces[given].vectors)",
                number,
            )
        )
        np.testing.assert_allclose(found.reshape(stored.shape), stored, rtol=1e-5, atol=1e-6)
        for name, wanted in {"pca": space.pca.coordinates, "tsne2": space.tsne[2].coordinates}.items():
            coordinates = browser_page.ask(
                "Array.from(app.data.spaces[given[0]].coordinates[given[1]])", [number, name]
            )
            np.testing.assert_allclose(
                np.array(coordinates).reshape(wanted.shape), wanted, rtol=0, atol=np.abs(wanted).max() / 65000
            )
    assert browser_page.ask("app.data.ids") == list(MADE.ids)
    assert browser_page.ask("Array.from(app.data.pictures)") == MADE.images.ravel().tolist()


def test_hundreds_of_classes_leave_room_for_the_maps(opened: Opened, tmp_path: Path) -> None:
    count = len(MADE)
    names = tuple(f"class {number}" for number in range(1100))
    many = dataclasses.replace(MADE, labels=np.arange(count), class_names=names)
    spaces = [explorer.Space("net dense1", many, projections.pca(many.vectors))]
    file = tmp_path / "many.html"
    file.write_text(explorer.render(spaces, "many"), encoding="utf-8")
    made, opened.file = opened.file, file
    try:
        opened.open()
        assert opened.page.locator(".chip").count() == count
        legend, stage = (opened.page.locator(name).first.bounding_box() for name in ("#legend", ".stage"))
        assert legend
        assert legend["height"] < 120
        assert stage
        assert stage["height"] > 250
        opened.page.evaluate(
            "() => { window.said = []; const canvas = CanvasRenderingContext2D.prototype, own = canvas.fillText;"
            "canvas.fillText = function (text, ...rest) { window.said.push(text); own.call(this, text, ...rest); };"
            "explorer.app.panels.a.view.request(); }"
        )
        opened.settle()
        said = [text for text in opened.ask("window.said") if text.startswith("class ")]
        assert len(said) == len(set(said)) == 40
    finally:
        opened.file = made


@pytest.mark.parametrize("colour", ["label", "prediction", "verdict", "confidence"])
def test_each_colouring_counts_what_it_colours(opened: Opened, colour: str) -> None:
    opened.open(f"colour={colour}")
    groups = np.array(opened.ask("Array.from(app.style.groups.of)"))
    if MADE.predictions is None or MADE.confidence is None:
        raise AssertionError("the made embedding has predictions")
    wanted = {
        "label": np.where(MADE.labels < 0, 4, MADE.labels),
        "prediction": MADE.predictions,
        "verdict": np.where(MADE.labels < 0, 2, MADE.labels == MADE.predictions),
        "confidence": np.round(63 * np.maximum(0, (MADE.confidence - 0.25) / 0.75) - 1e-6),
    }[colour]
    assert np.abs(groups - wanted).max() <= (1 if colour == "confidence" else 0)


SEARCHES = [
    (Search("écharpe"), Search("bag")),
    (Search("test/1[0-4]$", regex=True), Search("test/2.", regex=True)),
    (Search("^Bag$", regex=True), Search("^É", regex=True)),
    (Search("ÉCHARPE"), Search("é|bag", regex=True)),
    (Search("T-shirt/top"), Search("<img src=x")),
]


@pytest.mark.parametrize("pair", SEARCHES, ids=["plain", "regex", "anchored", "unicode", "t-shirt"])
@pytest.mark.parametrize("number", [0, 1])
def test_custom_axes_agree_with_python(
    browser_page: Opened, number: int, pair: tuple[Search, Search]
) -> None:
    stored = dataclasses.replace(
        SPACES[number].embedding, vectors=packing.stored(SPACES[number].embedding).vectors
    )
    wanted = projections.custom_axes(stored, [pair])
    found = browser_page.ask(
        "(() => { const [l, r] = given[1].map(s => explorer.find(app.data, s));"
        "const along = explorer.alongAxis(app.data.spaces[given[0]].vectors, l.mask, r.mask);"
        "return [[l.count, r.count], Array.from(along)]; })()",
        [number, [dataclasses.asdict(search) for search in pair]],
    )
    assert tuple(found[0]) == wanted.counts[0]
    spread = float(np.ptp(wanted.coordinates))
    assert np.abs(np.array(found[1]) - wanted.coordinates[:, 0]).max() <= 1e-4 * spread


def test_iterations_play_and_scrub(opened: Opened) -> None:
    before = opened.ask("Array.from(app.panels.b.view.screen)")
    panel = opened.page.locator(".panel").nth(1)
    panel.get_by_label("iteration", exact=True).fill("0")
    opened.settle()
    assert panel.locator("output").inner_text() == "iteration 0 of 590"
    assert opened.ask("Array.from(app.panels.b.view.screen)") != before
    panel.get_by_label("play the iterations").click()
    opened.wait("app.store.state.b.frame > 1")
    panel.get_by_label("pause").click()
    frame = opened.state()["b"]["frame"]
    opened.settle()
    assert opened.state()["b"]["frame"] == frame
    panel.get_by_label("iteration", exact=True).fill("39")
    opened.settle()
    assert opened.state()["b"]["frame"] == -1
    np.testing.assert_allclose(opened.ask("Array.from(app.panels.b.view.screen)"), before, atol=1e-3)


def test_three_dimensions_turn(opened: Opened) -> None:
    opened.open("b.map=tsne3&a.map=pca&a.components=0,1,2")
    for side in "ab":
        before = opened.ask("Array.from(app.panels[given].view.screen)", side)
        assert np.ptp(np.array(before).reshape(-1, 3)[:, 2]) > 0.5
        x, y = opened.place(side, 0)
        opened.drag([(x, y), (x + 60, y)])
        assert opened.ask("Array.from(app.panels[given].view.screen)", side) != before
        assert opened.state()[side]["camera"]["yaw"] > 0.6


def test_pictures_do_not_cover_each_other(opened: Opened) -> None:
    opened.page.get_by_label("as", exact=True).select_option("pictures")
    opened.settle()
    placed = opened.ask("app.panels.a.view.placed")
    assert len(placed) > 10
    places = np.array([(each["x"], each["y"]) for each in placed])
    apart = np.abs(places[:, None] - places[None])
    near = (apart[..., 0] < placed[0]["wide"]) & (apart[..., 1] < placed[0]["high"])
    np.testing.assert_array_equal(near, np.eye(len(placed), dtype=bool))


def test_suspects_are_listed_and_lead_to_their_image(opened: Opened) -> None:
    opened.page.locator("#tab-suspects").click()
    opened.settle()
    tiles = opened.page.locator("#details .tile")
    assert [text.split()[-1] for text in tiles.all_inner_texts()] == ["0.90", "0.50", "0.25"]
    tiles.first.click()
    assert opened.state()["chosen"] == explorer_spaces.SUSPECT
