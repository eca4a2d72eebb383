"""What the explorer's page costs a browser: script time of a frame while pointing, moving and drawing a lasso, the time
until its points and until everything is there, and its size.

    python -m benchmarks.embed.explorer_page [--page FILE.html ...] [--quick]

Pages are those that `clothier explore` wrote; without any, two are made: 10,000 and 70,000 Fashion-MNIST images by
their pixels and by 128 random features of those, with maps made by hand that pack like t-SNE's. Script time is the
browser's own count (ScriptDuration of the DevTools protocol), by the median of 60
frames and by what 19 of 20 keep within. Needs a Chromium and no GPU; 1280 x 800 pixels, both maps in sight.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import Row, parser, reporting
from clothier import data, explorer
from clothier.data import LoadOptions
from clothier.embed.projections import Tsne, pca
from clothier.values import Embedding, Floats

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

FRAMES = 60
BUDGET = {True: 16.0, False: 25.0}  # milliseconds of a frame: up to SMALL points, above
SMALL = 10_000
MEGABYTES, SECONDS = 18.0, 3.0  # wanted of a page of up to SMALL points
# Notes when each state of the page was reached; runs before the page's own script.
WATCH = """window.reached = {}; new MutationObserver(() => {
  const state = document.documentElement.dataset.ready;
  if (state) requestAnimationFrame(() => requestAnimationFrame(() => { reached[state] ??= performance.now(); }));
}).observe(document, {attributes: true, subtree: true, attributeFilter: ["data-ready"]});"""


def made(count: int, folder: Path) -> Path:
    """A page of so many images."""
    dataset = data.load("fashion-mnist", LoadOptions(validation="none"))
    images = np.concatenate([dataset.split("test").images, dataset.train.images])[:count]
    labels = np.concatenate([dataset.split("test").labels, dataset.train.labels])[:count]
    rng = np.random.default_rng(1)
    pixels = images.reshape(count, -1).astype(np.float32) / np.float32(255)
    features = np.maximum(pixels @ rng.normal(0, 0.2, (pixels.shape[1], 128)).astype(np.float32), 0)
    ids = tuple(f"row/{row}" for row in range(count))
    chance = rng.uniform(0.3, 1, count).astype(np.float32)
    spaces = []
    for name, vectors in {"pixels": pixels, "features": features}.items():
        embedding = Embedding(vectors, images, labels, dataset.class_names, ids, name, labels, chance)
        spaces.append(explorer.Space(name, embedding, pca(vectors), {2: like_tsne(embedding, rng)}))
    path = folder / f"{count}.html"
    path.write_text(explorer.render(spaces, f"{count:,} images"), encoding="utf-8")
    return path


def like_tsne(embedding: Embedding, rng: np.random.Generator) -> Tsne:
    """Round clouds that come apart in 76 snapshots."""
    angles = 2 * np.pi * embedding.labels / len(embedding.class_names)
    centres = 60 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    last = (centres + rng.normal(0, 8, centres.shape)).astype(np.float32)
    growth = np.linspace(0, 1, 76)
    wobble = rng.normal(0, 1, (len(last), 2))
    taken: Floats = np.stack([(share * last + (1 - share) * wobble) for share in growth]).astype(np.float32)
    return Tsne(taken[-1], taken, np.arange(76) * 10, 1.0, 0.0)


def measure(browser: Browser, path: Path, frames: int) -> list[Row]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(f"file://{path.resolve()}")
    page.wait_for_selector("html[data-ready=all]", state="attached", timeout=120_000)
    page.wait_for_timeout(500)
    count = int(page.evaluate("explorer.app.data.count"))
    reached = page.evaluate("reached")
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    size = path.stat().st_size / 1e6
    small = count <= SMALL
    rows = [
        _row(f"{count:,}: size", size, "MB", MEGABYTES if small else None),
        _row(f"{count:,}: points there after", reached["points"] / 1000, "s", SECONDS),
        _row(f"{count:,}: all there after", reached["all"] / 1000, "s", None),
    ]
    for what, work in {"point": _point, "move": _move, "lasso": _lasso}.items():
        costs = work(page, session, frames)
        median = statistics.median(costs)
        rows.append(_row(f"{count:,}: {what}, median frame", median, "ms", BUDGET[small]))
        worst = statistics.quantiles(costs, n=20)[-1]  # a busy machine interrupts one frame or another
        rows.append(_row(f"{count:,}: {what}, 19 of 20 frames within", worst, "ms", BUDGET[small]))
    rows.append(_row(f"{count:,}: lasso let go, longest frame", _let_go(page, session), "ms", BUDGET[small]))
    context.close()
    return rows


def _row(contest: str, value: float, unit: str, wanted: float | None) -> Row:
    if wanted is None:
        return Row(contest, f"{value:.1f} {unit}", "", None)
    return Row(contest, f"{value:.1f} {unit}", f"{wanted:g} {unit} wanted", value / wanted, 1, at_most=True)


def _cost(page: Page, session: CDPSession, step: Callable[[], None], frames: int = 2) -> float:
    """Milliseconds of script that a step and the frames after it take."""

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return sum(float(each["value"]) for each in metrics if each["name"] == "ScriptDuration")

    before = spent()
    step()
    for _ in range(frames):
        page.evaluate("new Promise(requestAnimationFrame)")
    return 1000 * (spent() - before)


def _circle(page: Page, frames: int) -> list[tuple[float, float]]:
    box = page.locator(".above").last.bounding_box()
    if box is None:
        sys.exit("the page shows no map")
    angles = np.linspace(0, 2 * np.pi, frames)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reach = 0.35 * min(box["width"], box["height"])
    return [(middle[0] + reach * np.cos(angle), middle[1] + reach * np.sin(angle)) for angle in angles]


def _point(page: Page, session: CDPSession, frames: int) -> list[float]:
    return [
        _cost(page, session, lambda at=at: page.mouse.move(*at))  # type: ignore[misc]  # a default fixes the loop's value
        for at in _circle(page, frames)
    ]


def _move(page: Page, session: CDPSession, frames: int) -> list[float]:
    page.mouse.move(*_circle(page, frames)[0])
    page.mouse.down()
    costs = _point(page, session, frames)[1:]
    page.mouse.up()
    return costs


def _lasso(page: Page, session: CDPSession, frames: int) -> list[float]:
    page.get_by_text("lasso", exact=True).click()
    return _move(page, session, frames)


def _let_go(page: Page, session: CDPSession) -> float:
    """The longest of the frames that select what a lasso surrounds, colour it on either map and list it."""
    corners = _circle(page, 40)
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners:
        page.mouse.move(*corner)
    steps = [page.mouse.up, *[lambda: None] * 6]
    return max(_cost(page, session, step, frames=1) for step in steps)


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--page", type=Path, nargs="+", default=[])
    given = words.parse_args()
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        reporting(given.json) as rows,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as started,
    ):
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        sizes = () if given.page else (SMALL,) if given.quick else (SMALL, 70_000)
        pages = given.page or [made(size, Path(folder)) for size in sizes]
        for path in pages:
            rows += measure(browser, path, FRAMES // 3 if given.quick else FRAMES)
        browser.close()


if __name__ == "__main__":
    main()
