"""TensorBoard's own page, in Debian's Chromium, with our folder."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.awkward_embeddings import awkward
from support.tensorboard_server import tensorboard

from clothier import projector
from clothier.projector import AXES, PCA, TSNE, ShownTensor, View

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright.sync_api import Page, Playwright

from benchmarks.embed import page_pace
from benchmarks.embed.projector_page import TENSORBOARD

pytestmark = pytest.mark.skipif(page_pace.executable() is None, reason="Chromium is not installed")

RNG = np.random.default_rng(11)
VIEWS = {
    "pca": View(PCA, "PCA", RNG.normal(size=(40, 4)).astype(np.float32)),
    "umap": View(TSNE, "t-SNE", RNG.normal(size=(40, 2)).astype(np.float32)),
    "custom": View(AXES, "axes", RNG.normal(size=(40, 1)).astype(np.float32)),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, playwright_driver: Playwright) -> Iterator[Page]:
    """The page with its first plot."""
    folder, embedding = tmp_path_factory.mktemp("served"), awkward()
    columns = projector.columns(embedding)
    shown = ShownTensor("photos", embedding.vectors, columns, embedding.images, list(VIEWS.values()))
    projector.write(folder, [shown])
    browser_page = page_pace.browser_page(driver=playwright_driver)
    with tensorboard(folder, alone=True) as address, browser_page as page:
        errors: list[Any] = []
        page.on("pageerror", lambda error: errors.append(error))
        ready = f"{TENSORBOARD}?.projection && {TENSORBOARD}.bookmarkPanel.savedStates.length"
        page_pace.seconds_until(page, f"{address}projector_binary.html", ready, limit=60)
        yield page
        assert not errors


def test_the_page_draws_our_photos(page: Page) -> None:
    _wait_for_frames(page)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    for channel in (0, 2):  # red photos and blue ones; far ones pale in the page's fog
        others = pixels[..., [other for other in range(3) if other != channel]].max(axis=2)
        assert (pixels[..., channel] - others > 60).sum() > 500


@pytest.mark.parametrize("kind", VIEWS)
def test_a_bookmark_shows_our_coordinates(page: Page, kind: str) -> None:
    view = VIEWS[kind]
    place = list(VIEWS).index(kind)
    page.evaluate(f"{TENSORBOARD}.bookmarkPanel.loadSavedState({place})")
    _wait_for_frames(page)
    assert page.evaluate(f"{TENSORBOARD}.projection.projectionType") == kind
    drawn = page.evaluate(
        f"Array.from({TENSORBOARD}.projectorScatterPlotAdapter.scatterPlot.worldSpacePointPositions)"
    )
    positions = np.array(drawn).reshape(40, 3)
    for axis in range(min(3 if kind == "pca" else 2, view.coordinates.shape[1])):
        ours = view.coordinates[:, axis].astype(np.float64)
        scale, offset = np.polyfit(ours, positions[:, axis], 1)
        assert scale > 0
        np.testing.assert_allclose(scale * ours + offset, positions[:, axis], atol=1e-5)


def _wait_for_frames(page: Page, number: int = 3) -> None:
    for _ in range(number):
        page.evaluate("() => new Promise(requestAnimationFrame)")
