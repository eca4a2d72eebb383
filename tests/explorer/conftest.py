"""One browser and one page for all tests that need one; they are skipped where there is no browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import explorer_spaces
from support.explorer_in_browser import BROWSER, BROWSERS, REPAIR, SPACES, Opened

from clothier.explorer import render

WIDE = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def browser_page(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    if BROWSER is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    driver = request.getfixturevalue("playwright_driver")
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(
        render(SPACES, "made <b>test</b>", explorer_spaces.suspects(), "a notice", repair=REPAIR),
        encoding="utf-8",
    )
    browser = driver.chromium.launch(
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
