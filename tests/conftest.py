"""What many tests need: a tiny data set, and one backend for the whole session."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from clothier import backend
from clothier.reports import report
from clothier.values import Dataset, Labels, Split

if TYPE_CHECKING:
    from playwright.sync_api import Playwright


def pytest_configure() -> None:
    """Before tests are collected, of which some import TensorFlow: that settles its kernels."""
    os.environ[backend.VARIABLE] = "tensorflow"  # also where there is a GPU; what starts JAX says so
    backend.start()


# The longest files. Two processes share the files, and one would wait for the other if these came last.
_FIRST = (
    "test_pages.py",
    "api/test_killing.py",
    "backend/test_jax.py",
    "training/test_last_layers.py",
    "cli/test_train.py",
    "cli/test_process.py",
    "test_python_page.py",
    "models/test_models.py",
    "cli/test_reproduce.py",
    "planning/test_forecast.py",
    "export/test_graph.py",
    "api/test_remains.py",
    "cli/test_quiet.py",
    "cli/test_looking.py",
    "cli/test_one_path.py",
    "api/test_train.py",
    "api/test_longer.py",
    "reports/test_grids.py",
    "test_examples.py",
    "export/test_stock.py",
    "training/test_resuming.py",
    "training/test_given.py",
    "training/test_stages.py",
    "sweeping/test_training.py",
    "test_extension.py",
    "test_sklearn.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""
    here = Path(__file__).parent
    places = {here / name: place for place, name in enumerate(_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session", autouse=True)
def _signals() -> None:
    # A shell starts what runs in the background deaf to Ctrl-C, and nohup what it runs deaf to the end of the terminal;
    # so would be the commands that tests interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What fixtures of whole files and sessions make is not kept in the user's cache."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """What starts browsers: one for the session, as a second would be refused."""
    with pytest.importorskip("playwright.sync_api").sync_playwright() as driver:
        yield driver


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing a test writes lands in the repository, in the user's cache, or depends on the user's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CLOTHIER_DATA", raising=False)
    yield


@contextmanager
def _pages_at_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "draw", lambda *_: {})
        patch.setattr(report, "render", lambda run, _: f"<!DOCTYPE html> {len(run.read_scores())} phases")
        yield


@pytest.fixture(scope="module")
def quick_pages() -> Iterator[None]:
    """Drawing takes longer than training a tiny run; pages have their own tests."""
    with _pages_at_once():
        yield


@pytest.fixture
def quick_page() -> Iterator[None]:
    """The same for one test."""
    with _pages_at_once():
        yield


def stripes(num_images: int, seed: int, side: int = 12) -> Split:
    """Noise with one bright row (class 0), column (class 1) or nothing (class 2): learnable in an epoch or two."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 120, (num_images, side, side, 1), dtype=np.uint8)
    labels: Labels = rng.integers(0, 3, num_images)
    for image, label, place in zip(images, labels, rng.integers(1, side - 1, num_images), strict=True):
        if label == 0:
            image[place] = 255
        elif label == 1:
            image[:, place] = 255
    return Split(images, labels)


@pytest.fixture(scope="session")
def tiny() -> Dataset:
    return Dataset(
        train=stripes(300, 1),
        validation=stripes(90, 2),
        test=stripes(90, 3),
        class_names=("row", "column", "none"),
        fingerprint="f" * 64,
        name="tiny",
    )


@pytest.fixture(scope="session")
def photos() -> Dataset:
    """The same patterns larger, in colour, with the classes in another order, and fewer of them."""

    def larger(split: Split) -> Split:
        return Split(split.images.repeat(2, axis=1).repeat(2, axis=2).repeat(3, axis=3), 2 - split.labels)

    return Dataset(
        train=larger(stripes(90, 11)),
        validation=larger(stripes(45, 12)),
        test=larger(stripes(45, 13)),
        class_names=("none", "column", "row"),
        fingerprint="a" * 64,
        name="photos",
    )
