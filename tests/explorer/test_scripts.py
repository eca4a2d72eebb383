"""The page in a real browser, without a network: what a reader sees and does."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from explorer import made_spaces

from clothier.embed import Search, neighbours, projections
from clothier.explorer import packing, render

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"none of {', '.join(BROWSERS)} is installed")

SPACES = made_spaces.spaces()
MADE = SPACES[1].embedding
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Opened:
    """The page in the browser, and what went wrong or out meanwhile."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page, self.file = page, file
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, fragment: str = "") -> None:
        """Afresh, at that fragment, until everything is unpacked and drawn."""
        self.page.goto("about:blank")
        self.page.goto(f"file://{self.file}{'#' if fragment else ''}{fragment}")
        self.page.wait_for_selector("html[data-ready=all]", state="attached")
        self.settle()

    def settle(self) -> None:
        """Until what was asked to be drawn is drawn."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def ask(self, expression: str, argument: Any = None) -> Any:
        """What JavaScript says, with `app` at hand."""
        return self.page.evaluate(
            f"(given) => {{ const app = explorer.app; return {expression}; }}", argument
        )

    def wait(self, condition: str) -> None:
        """Until the condition holds. Playwright's own waiting makes code of text, which the page's policy forbids."""
        for _ in range(400):
            if self.ask(condition):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"{condition} never held")

    def state(self) -> Any:
        return self.ask("app.store.state")

    def place(self, side: str, index: int) -> tuple[float, float]:
        """Where an image's point lies in the window, in CSS pixels."""
        found = self.ask(
            "(() => { const v = app.panels[given[0]].view, b = v.above.getBoundingClientRect(), r = v.size.ratio;"
            "return [b.left + v.screen[3 * given[1]] / r, b.top + v.screen[3 * given[1] + 1] / r]; })()",
            [side, index],
        )
        return found[0], found[1]

    def around(self, side: str, indices: list[int], margin: float = 6) -> list[tuple[float, float]]:
        """The corners of a box around the points."""
        places = np.array([self.place(side, index) for index in indices])
        (left, top), (right, bottom) = places.min(axis=0) - margin, places.max(axis=0) + margin
        return [(left, top), (right, top), (right, bottom), (left, bottom)]

    def drag(self, corners: list[tuple[float, float]]) -> None:
        mouse = self.page.mouse
        mouse.move(*corners[0])
        mouse.down()
        for corner in corners[1:]:
            mouse.move(*corner, steps=4)
        mouse.up()
        self.settle()

    def lone(self, side: str) -> int:
        """An image whose point no other covers."""
        return int(
            self.ask(
                "(() => { const s = app.panels[given].view.screen, n = app.data.count; let best = 0, far = -1;"
                "for (let i = 0; i < n; i++) { let d = 1e9; for (let j = 0; j < n; j++) if (j !== i)"
                " d = Math.min(d, Math.hypot(s[3*i] - s[3*j], s[3*i+1] - s[3*j+1]));"
                " if (d > far) [best, far] = [i, d]; } return best; })()",
                side,
            )
        )


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    playwright = pytest.importorskip("playwright.sync_api")
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(render(SPACES, "made <b>test</b>", made_spaces.suspects(), "a notice"), encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        )
        context = browser.new_context(viewport=WIDE, reduced_motion="reduce", has_touch=True)
        context.set_default_timeout(20_000)
        opened = Opened(context.new_page(), file)
        opened.open()
        yield opened
        browser.close()


@pytest.fixture
def opened(browser_page: Opened) -> Iterator[Opened]:
    """The page as it opens; afterwards no error may have been said and nothing asked of the network."""
    browser_page.errors.clear()
    browser_page.requests.clear()
    browser_page.page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a dict of two numbers, as it wants
    browser_page.open()
    yield browser_page
    assert browser_page.errors == []
    outside = [
        url for url in browser_page.requests if not url.startswith(("file:", "data:", "blob:", "about:"))
    ]
    assert outside == []


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


def test_pointing_shows_the_image_and_marks_it_on_both_maps(opened: Opened) -> None:
    index = opened.lone("a")
    before = opened.ask("app.panels.b.view.above.toDataURL()")
    opened.page.mouse.move(*opened.place("a", index))
    card = opened.page.locator("#card")
    assert opened.ask("app.hovered") == index
    words = card.inner_text()
    assert f"test/{index}" in words
    assert made_spaces.NAMES[MADE.labels[index]] in words
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
        index for index in range(made_spaces.COUNT)
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
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,label,predicted,confidence"
    assert [line.split(",")[0] for line in lines[1:]] == [f"test/{index}" for index in inside]


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
    assert "no regular expression" in opened.page.locator(".find .remark").inner_text()
    assert opened.ask("app.style.shown") == made_spaces.COUNT


def test_the_legend_filters(opened: Opened) -> None:
    opened.page.locator(".chip", has_text="Bag").click()
    assert opened.ask("app.style.shown") == int((MADE.labels != 3).sum())
    assert opened.page.locator(".chip", has_text="Bag").get_attribute("aria-pressed") == "false"
    opened.page.get_by_label("show", exact=True).select_option("wrong")
    wrong = (MADE.labels >= 0) & (MADE.labels != MADE.predictions)
    assert opened.ask("app.style.shown") == int((wrong & (MADE.labels != 3)).sum())


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
    assert panel.locator(".message").inner_text() == "“nothing” matches no image; change it"
    panel.get_by_label("x axis to", exact=True).fill("^écharpe$")
    opened.wait("document.querySelector('.message').textContent.includes('same')")
    assert panel.locator(".message").inner_text() == "both searches find the same images; change one of them"
    panel.get_by_text("add an axis").click()
    assert opened.ask("app.store.state.a.axes.length") == 3


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
    assert opened.state()["chosen"] == made_spaces.SUSPECT


STATE = (
    "a.map=pca&a.components=2%2C3%2C4&a.camera=0.1%2C-0.2%2C3%2C0.7%2C-0.4&b.map=axes&b.axes="
    "%5B%5B%7B%22text%22%3A%22%C3%A9%22%2C%22regex%22%3Afalse%7D%2C%7B%22text%22%3A%22bag%22%2C%22regex%22%3Atrue%7D%5D%5D"
    "&views=1&colour=verdict&show=pictures&names=0&search=%2F%5Eb&hidden=1&verdict=right&tool=box&chosen=12"
    "&selection=BBzZbaB&tab=suspects&theme=dark"
)


def test_a_link_holds_the_whole_state(opened: Opened) -> None:
    opened.open(STATE)
    state = opened.state()
    assert state["a"]["components"] == [2, 3, 4]
    assert state["b"]["axes"] == [[{"text": "é", "regex": False}, {"text": "bag", "regex": True}]]
    assert (state["search"], state["hidden"], state["chosen"]) == ({"text": "^b", "regex": True}, [1], 12)
    opened.ask("app.writeLink()")
    fragment = opened.page.evaluate("location.hash.slice(1)")
    opened.open(fragment)
    assert json.dumps(opened.state()) == json.dumps(state)
    opened.ask("app.writeLink()")
    assert opened.page.evaluate("location.hash.slice(1)") == fragment


def test_selections_survive_a_link(opened: Opened) -> None:
    for selection in ([0], [0, 1, 2], [5, 31, 239], list(range(0, 240, 7))):
        opened.ask("app.select(given)", selection)
        opened.ask("app.writeLink()")
        opened.open(opened.page.evaluate("location.hash.slice(1)"))
        assert opened.state()["selection"] == selection


@pytest.mark.parametrize(
    "fragment",
    [
        "a.map=umap&a.space=9&a.components=1,2,99&a.axes=[1]&a.axes=x&a.camera=0,0,1e9,0,0&a.frame=x",
        "views=3&colour=taste&chosen=-2&chosen=1e9&selection=!!zz&theme=pink&hidden=77&constructor=1&a.constructor=1",
        "__proto__=1&a.__proto__=1&=&&%E0%A4%A",
    ],
)
def test_a_broken_link_opens_as_if_it_said_nothing(opened: Opened, fragment: str) -> None:
    usual = opened.state()
    opened.open(fragment)
    assert opened.state() == usual


def test_a_narrow_screen_holds_everything_in_its_width(opened: Opened) -> None:
    opened.page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a dict of two numbers, as it wants
    opened.open()
    assert opened.state()["views"] == 1
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    for tab in ("selection", "suspects", "image"):
        opened.page.locator(f"#tab-{tab}").click()
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_every_control_has_a_name(opened: Opened) -> None:
    opened.open("a.map=axes&b.map=tsne3&chosen=3")
    nameless = opened.page.evaluate(
        "[...document.querySelectorAll('button, select, input, canvas[tabindex]')].filter(e => !(e.ariaLabel ||"
        " e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert nameless == []
    assert opened.page.locator("[aria-live=polite]").count() == 1
