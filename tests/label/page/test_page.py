"""What a person does on the page: decide, look back, undo, and hear of all that goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.label_double import ADDRESS, BROWSER, BROWSERS, Opened, Server, items

if TYPE_CHECKING:
    from playwright.sync_api import Route

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NAMES = ["coat", "<b>dress</b>", "shirt"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Any]:
    if BROWSER is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    driver = request.getfixturevalue("playwright_driver")
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", rules])
    yield browser
    browser.close()


@pytest.fixture
def opening(browser: Any) -> Iterator[Open]:
    """Opens the page of a server; afterwards no error may have been said, and nothing asked of anybody else."""
    opened: list[Opened] = []

    def opens(server: Server | None = None, **options: Any) -> Opened:
        context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(20_000)
        opened.append(Opened(context.new_page(), server or Server(items(), NAMES)))
        opened[-1].open()
        return opened[-1]

    yield opens
    for each in opened:
        each.page.context.close()
        assert (each.errors, each.outside) == ([], [])


def test_everything_is_decided_by_keys(opening: Open) -> None:
    opened = opening()
    assert opened.page.url == ADDRESS  # the token is gone from it
    assert opened.live == "Picture 1 of 6; label: coat; suggestion: <b>dress</b>, 90.0\u00a0%."
    opened.press("ArrowRight")
    opened.see("Picture 2 of 6")
    opened.press("ArrowLeft", "Enter")
    opened.see("Picture 2 of 6")
    assert opened.live.startswith("Changed to <b>dress</b>. Picture 2 of 6; label: <b>dress</b>;")
    opened.press("k")
    opened.see("Picture 3 of 6")
    opened.press("x")
    opened.see("Picture 4 of 6")
    opened.press("1")
    opened.see("Picture 5 of 6")
    opened.press("1")  # the class that it has is kept
    opened.see("Picture 6 of 6")
    opened.press("ArrowLeft")
    opened.see("kept as coat", "#standing")
    opened.press("ArrowRight")
    opened.see("Picture 6 of 6")
    opened.press("ArrowRight")
    opened.see("1 picture is still undecided", "#ending")
    opened.page.get_by_role("button", name="go to the first undecided").click()
    opened.press("3")
    opened.see("Every picture in this order is decided", "#ending")
    opened.see("changed 3 labels, kept 2 and left out 1 picture.", "#ending")
    opened.see("clothier train … --labels labels.csv", "#ending code")
    assert opened.server.decisions() == {"0": 1, "1": 1, "2": "left out", "3": 0, "4": 0, "5": 2}


def test_a_key_that_is_held_down_decides_one_picture(opening: Open) -> None:
    opened = opening()
    for _ in range(4):
        opened.page.keyboard.down("Enter")
    opened.see("Picture 2 of 6")
    opened.settle()
    assert list(opened.server.decisions()) == ["0"]


def test_after_a_click_enter_accepts_the_suggestion(opening: Open) -> None:
    opened = opening()
    opened.page.get_by_role("button", name="shirt 3").click()
    opened.see("Picture 2 of 6")
    opened.press("Enter")
    opened.see("Picture 3 of 6")
    opened.settle()
    assert opened.server.decisions() == {"0": 2, "1": 2}


def test_a_picture_that_is_not_shown_yet_is_not_decided(opening: Open) -> None:
    opened = opening()
    held: list[Route] = []
    opened.page.route("**/image/1?size=512*", lambda route: held.append(route))
    opened.page.reload()
    opened.see("Picture 1 of 6")
    opened.press("Enter")
    opened.page.locator("#where").get_by_text("Picture 2 of 6").wait_for()
    opened.press("Enter")
    assert opened.live == "The picture is still loading."
    held[0].abort()
    opened.see("This picture cannot be shown.", "#frame")
    opened.press("x")
    opened.see("Picture 3 of 6")
    opened.settle()
    assert opened.server.decisions() == {"0": 1, "1": "left out"}


def test_look_alikes_are_decided_and_undone_together(opening: Open) -> None:
    opened = opening()
    opened.page.locator("#strip button").nth(1).click()
    opened.see("1 of 2 selected", "#together")
    opened.press("Shift+Enter")
    opened.see("Picture 2 of 6")
    assert opened.live.startswith("Changed to <b>dress</b>, with 1 look-alike.")
    opened.settle()
    assert opened.server.decisions() == {"0": 1, "2": 1}
    opened.press("Enter")
    opened.see("Picture 4 of 6")  # the third one is decided already
    opened.press("u", "u")
    opened.see("Undone: the decision about this picture and of 1 look-alike.", "#notice")
    opened.see("Picture 1 of 6")
    assert opened.server.decisions() == {}
    opened.page.get_by_role("button", name="Leave out 2 pictures").click()
    opened.see("Picture 2 of 6")
    opened.settle()
    assert opened.server.decisions() == {"0": "left out", "2": "left out"}


def test_undo_shows_what_was_decided_before_this_visit(opening: Open) -> None:
    server = Server(items(), NAMES)
    server.decide(("3", "leave_out", None))
    opened = opening(server)
    assert opened.page.locator("#path").inner_text() == "train/0.png"
    opened.press("u")
    opened.see("train/3.png", "#path")
    assert server.decisions() == {}
    opened.press("u")
    opened.see("There is nothing to undo.", "#notice")
    opened.press("Enter", "Enter")
    opened.settle()
    assert list(server.decisions()) == ["0", "3"]


def test_what_another_window_decided_is_shown_and_stays(opening: Open) -> None:
    opened = opening()
    opened.server.decide(("0", "class", 2))
    opened.press("Enter")
    opened.see("Another window changed this picture meanwhile: changed to shirt.", "#notice")
    opened.see("Picture 1 of 6")
    opened.see("changed to shirt", "#standing")
    assert opened.server.decisions() == {"0": 2}
    opened.press("k")
    opened.see("Picture 2 of 6")
    opened.settle()
    assert opened.server.decisions() == {"0": 0}


def test_of_a_batch_nothing_is_saved_where_one_was_decided_meanwhile(opening: Open) -> None:
    opened = opening()
    opened.server.decide(("4", "keep", None))
    opened.press("Shift+Enter")
    opened.see("Nothing of your decision about 3 pictures was saved: another window changed 1", "#notice")
    opened.see("1 of 1 selected", "#together")
    assert opened.server.decisions() == {"4": 0}
    opened.press("Shift+Enter")
    opened.see("Picture 2 of 6")
    opened.settle()
    assert opened.server.decisions() == {"0": 1, "2": 1, "4": 0}


def test_without_a_server_nothing_counts_as_saved(opening: Open) -> None:
    opened = opening()
    opened.server.gone = True
    opened.press("Enter", "x")
    opened.see("Not saved: ", "#notice")
    opened.see("Picture 1 of 6")
    opened.see("Not saved yet: changed to <b>dress</b>", "#standing")
    count = int(opened.page.locator("#notice").inner_text().split()[2])  # the second key may be too late
    opened.press("k")
    opened.see(f"Not saved: {count} decision", "#notice")
    assert opened.page.locator("#counts").inner_text() == f"0 of 6 decided · {count} not saved"
    opened.server.gone = False
    opened.page.get_by_role("button", name="try again").click()
    opened.see(f"Picture {count + 1} of 6")
    opened.page.locator("#notice").wait_for(state="hidden")
    opened.settle()
    assert opened.server.decisions() == ({"0": 1, "1": "left out"} if count == 2 else {"0": 1})


def test_a_refusal_is_said_and_an_answer_that_got_lost_is_no_conflict(opening: Open) -> None:
    opened = opening()
    full = {"error": "labels.csv cannot be written: the disk is full"}
    opened.page.route("**/api/decisions", lambda route: route.fulfill(status=507, json=full), times=1)
    opened.press("Enter")
    opened.see("Not saved: 1 decision. labels.csv cannot be written: the disk is full.", "#notice")

    def lose(route: Route) -> None:
        opened.server.decide(("0", "class", 1))
        route.abort()

    opened.page.route("**/api/decisions", lose, times=1)
    opened.page.get_by_role("button", name="try again").click()
    opened.see("The server does not answer.", "#notice")
    opened.page.get_by_role("button", name="try again").click()
    opened.see("Picture 2 of 6")
    opened.page.locator("#notice").wait_for(state="hidden")
    assert opened.server.decisions() == {"0": 1}


def test_without_labels_and_model_only_classes_are_offered(opening: Open) -> None:
    bare: dict[str, Any] = {
        "label": None,
        "suggestion": None,
        "probabilities": [],
        "neighbours": [],
        "alike": [],
        "why": "",
    }
    opened = opening(Server([{**item, **bare} for item in items(2)], ["a", "b"], model=None, unlabelled=True))
    assert opened.page.locator("#actions").get_by_role("button").all_inner_texts() == [
        "Leave out\nx",
        "Undo\nu",
    ]
    opened.press("Enter", "k", "2")
    opened.see("Picture 2 of 2")
    opened.press("ArrowLeft")
    opened.see("labelled b", "#standing")
    assert opened.server.decisions() == {"0": 1}


def test_more_pictures_come_as_they_are_needed(opening: Open) -> None:
    server = Server(items(30), NAMES)
    opened = opening(server)
    for place in range(2, 24):
        opened.press("k")
        opened.see(f"Picture {place} of 30")
    opened.settle()
    assert list(server.decisions()) == [f"{place}" for place in range(22)]


def test_a_class_among_many_is_found_by_its_name_on_a_phone(opening: Open) -> None:
    names = [f"Étui {place}" for place in range(198)] + ["w" * 200, "قميص"]
    content = items(3, 200)
    content[0] |= {"path": "train/\x1b[31m\u202ea\n.png", "label": 198, "suggestion": 199}
    opened = opening(Server(content, names), viewport=PHONE, has_touch=True, is_mobile=True)
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not opened.page.evaluate(wide)
    assert opened.page.locator("#path").inner_text() == "train/\\u001b[31m\\u202ea\\u000a.png"
    buttons = "#actions button:not([hidden]), #classes button"
    heights = f"[...document.querySelectorAll('{buttons}')].map((button) => button.offsetHeight)"
    assert min(opened.page.evaluate(heights)) >= 44
    opened.press("/")
    opened.page.keyboard.type("etui 17")
    opened.see("11 classes; Enter chooses Étui 17", "#found")
    opened.press("Enter")
    opened.see("Picture 2 of 3")
    opened.settle()
    assert opened.server.decisions() == {"0": 17}
    assert not opened.page.evaluate(wide)


@pytest.fixture(scope="module")
def axe() -> str:
    if path := os.environ.get("AXE"):
        return Path(path).read_text(encoding="utf-8")
    pytest.importorskip("axe_playwright_python")
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", PHONE)])
def test_axe_finds_nothing(opening: Open, axe: str, scheme: str, size: Any) -> None:
    opened = opening(color_scheme=scheme, viewport=size)
    opened.page.evaluate(axe)
    found = {}

    def look(state: str) -> None:
        rules = opened.page.evaluate(
            "async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ['violations'] })).violations",
            TAGS,
        )
        found[state] = [f"{rule['id']}: {node['html'][:120]}" for rule in rules for node in rule["nodes"]]

    opened.page.locator("#strip button").first.click()
    look("start")
    if size == PHONE:
        opened.press("?")
        opened.page.get_by_role("dialog").wait_for()
        look("keys")
        opened.page.get_by_role("button", name="close").click()
        opened.page.get_by_role("dialog").wait_for(state="hidden")
    opened.server.gone = True
    opened.press("Shift+Enter")
    opened.see("Not saved", "#notice")
    look("gone")
    opened.server.gone = False
    opened.page.get_by_role("button", name="try again").click()
    opened.see("Picture 2 of 6")
    opened.press("Shift+x")
    opened.see("Picture 3 of 6")
    opened.press("x")
    opened.page.locator("#ending").wait_for()
    look("end")
    assert found == {state: [] for state in found}
