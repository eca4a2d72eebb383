"""How a page keeps pace in Debian's Chromium without a GPU: time to the first plot, frames a second, script a frame."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, sin, tau

from playwright.sync_api import Page, Playwright, sync_playwright

SIZE = (1280, 800)  # CSS pixels
# A graphics card is not there on the machines this is for: WebGL is drawn by the processor, by SwiftShader.
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")

_COUNT_FRAMES = """
milliseconds => new Promise(done => {
  const times = [], start = performance.now()
  const tick = now => {
    times.push(now)
    if (performance.now() - start < milliseconds) requestAnimationFrame(tick)
    else done(times)
  }
  requestAnimationFrame(tick)
})
"""
_TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Frames:
    """Frames while something moved: how long each took to appear, and its share of script, in milliseconds."""

    lengths: tuple[float, ...]
    script: tuple[float, ...] = ()

    @property
    def rate(self) -> float:
        """Frames a second."""
        return 1000 * len(self.lengths) / sum(self.lengths)

    def words(self) -> str:
        said = f"{self.rate:.1f} frames/s, longest {max(self.lengths):.0f} ms"
        if self.script:
            said += (
                f"; script {statistics.median(self.script):.1f} ms a frame, longest {max(self.script):.1f} ms"
            )
        return said


def executable() -> str | None:
    """Where Debian's Chromium lies; None where it is not installed."""
    return shutil.which("chromium")


@contextlib.contextmanager
def browser_page(*flags: str, driver: Playwright | None = None) -> Iterator[Page]:
    """An empty page of a headless Chromium that is gone at the end. A process has one driver: give what runs."""
    with contextlib.nullcontext(driver) if driver else sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*FLAGS, *flags])
        try:
            yield browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        finally:
            browser.close()


def seconds_until(page: Page, url: str, ready: str, limit: float = 300) -> float:
    """Seconds from asking for the page until the JavaScript expression `ready` holds in it and that is drawn."""
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(ready, timeout=1000 * limit, polling="raf")
    page.evaluate(_TWO_FRAMES)  # the first is drawn when the second begins
    return time.perf_counter() - began


def idle_frames(page: Page, seconds: float) -> Frames:
    """The frames of a page that moves by itself."""
    times: list[float] = page.evaluate(_COUNT_FRAMES, 1000 * seconds)
    return Frames(_steps(times))


def frames_along(page: Page, points: Sequence[tuple[float, float]]) -> Frames:
    """The frames while the mouse goes from point to point, one frame each; what is pressed stays pressed."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def script_seconds() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration"))

    times, script = [1000 * time.perf_counter()], [script_seconds()]
    for x, y in points:
        page.mouse.move(x, y)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        times.append(1000 * time.perf_counter())
        script.append(script_seconds())
    session.detach()
    return Frames(_steps(times), tuple(1000 * step for step in _steps(script)))


def circle(centre: tuple[float, float], radius: float, steps: int) -> list[tuple[float, float]]:
    """Points around a centre: a path on which nothing but the page sets the pace."""
    return [
        (centre[0] + radius * cos(tau * step / steps), centre[1] + radius * sin(tau * step / steps))
        for step in range(steps)
    ]


def _steps(marks: Sequence[float]) -> tuple[float, ...]:
    return tuple(later - earlier for earlier, later in pairwise(marks))
