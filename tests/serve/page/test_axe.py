"""axe finds nothing to object to: in light and dark, on a desk and on a phone, in every state of the page."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from support.serve_in_browser import Opened

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe() -> str:
    """Its script: the file that AXE names, else that of the package axe-playwright-python."""
    if path := os.environ.get("AXE"):
        return Path(path).read_text(encoding="utf-8")
    pytest.importorskip("axe_playwright_python")
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(opened: Opened) -> list[str]:
    found: list[dict[str, Any]] = opened.page.evaluate(
        "async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ['violations'] })).violations",
        TAGS,
    )
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(opening: Callable[..., Opened], axe: str, scheme: str, width: int) -> None:
    opened = opening(color_scheme=scheme, viewport={"width": width, "height": 844})
    opened.page.evaluate(axe)
    found = {"start": violations(opened)}
    states = {"answers": ["sure", "unsure", "warned", "unlike"], "refusal": ["broken"]}
    opened.pictures = {**opened.pictures, "broken": b"no picture"}
    total = 0
    for state, names in states.items():
        opened.hand_over("drop", names)
        total += len(names)
        opened.answered(total)
        found[state] = violations(opened)
    opened.page.locator("#entries button").nth(2).click()
    opened.hand_over("drop", [], "words")
    found["warnings"] = violations(opened)
    opened.page.route(
        "**/v1/predict*", lambda route: route.fulfill(status=429, headers={"Retry-After": "30"})
    )
    opened.hand_over("drop", ["sure", "unsure"])
    opened.page.locator("#progress").get_by_text("Trying again in").wait_for()
    found["waiting"] = violations(opened)
    opened.page.get_by_role("button", name="take a photo").click()
    opened.page.get_by_role("dialog").wait_for()
    found["camera"] = violations(opened)
    assert found == {state: [] for state in found}


def test_axe_would_find_something(opened: Opened, axe: str) -> None:
    opened.page.evaluate(axe)
    opened.page.evaluate("document.getElementById('pick').textContent = ''")
    assert any(rule.startswith("button-name") for rule in violations(opened))
