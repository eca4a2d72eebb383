from __future__ import annotations

import math

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright.sync_api import Playwright

from benchmarks.embed import page_pace
from benchmarks.embed.page_pace import Frames


def test_frames_in_words() -> None:
    assert Frames((50.0, 150.0)).rate == 10
    assert Frames((50.0, 150.0)).words() == "10.0 frames/s, longest 150 ms"
    assert Frames((20.0, 20.0, 20.0), (1.0, 9.0, 2.0)).words() == (
        "50.0 frames/s, longest 20 ms; script 2.0 ms a frame, longest 9.0 ms"
    )


def test_a_circle_keeps_its_distance() -> None:
    points = page_pace.circle((10, 20), 5, 8)
    assert len(set(points)) == 8
    assert [math.dist(point, (10, 20)) for point in points] == pytest.approx([5] * 8)


@pytest.mark.skipif(page_pace.executable() is None, reason="Chromium is not installed")
def test_script_is_told_from_waiting(playwright_driver: Playwright) -> None:
    wait = "const end = performance.now() + 30; while (performance.now() < end);"
    busy = f"<script>onmousemove = () => {{ {wait} }}; loaded = true</script>"
    with page_pace.browser_page(driver=playwright_driver) as page:
        assert page_pace.seconds_until(page, f"data:text/html,{busy}", "window.loaded", 60) > 0
        frames = page_pace.frames_along(page, page_pace.circle((300, 300), 100, 6))
        assert len(page_pace.idle_frames(page, 0.2).lengths) > 1
    assert min(frames.script) > 29
    assert sum(frames.script) < sum(frames.lengths)
