"""Links that hold what is seen, narrow screens, names of controls; in a real browser."""

from __future__ import annotations

import json

import pytest
from support.explorer_in_browser import Opened

NARROW = {"width": 390, "height": 844}


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
