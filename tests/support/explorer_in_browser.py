"""The page in a real browser: what the tests of the scripts ask of it and do to it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from support import explorer_spaces

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)
SPACES = explorer_spaces.spaces()
MADE = SPACES[1].embedding
REPAIR = "clothier label 'folder:<b>my photos</b>' --ids selection.csv"


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
            "async () => { do await new Promise(requestAnimationFrame); while (explorer.app.turns.length > 0);"
            "await new Promise(requestAnimationFrame); }"
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
