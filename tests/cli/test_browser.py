"""--open: the browser where there is one, else the address."""

from __future__ import annotations

import shutil
import sys
import webbrowser
from pathlib import Path

import pytest

from clothier import cli
from clothier.cli import browser
from clothier.serve import server


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []

    def note(address: str) -> bool:
        seen.append(address)
        return True

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", note)
    return seen


def test_a_page_or_an_address_is_opened(opened: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    browser.show(Path("a page.html"))
    browser.show("http://127.0.0.1:8000")
    assert opened == [(Path.cwd() / "a page.html").as_uri(), "http://127.0.0.1:8000"]
    assert capsys.readouterr().out == ""


def test_without_a_browser_the_address_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(address: str) -> bool:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(webbrowser, "open", lambda address: pytest.fail("a terminal's browser took over"))
    browser.show("http://here")
    assert capsys.readouterr().out == "no browser was found here; open http://here\n"
    monkeypatch.setenv("DISPLAY", ":0")
    for broken in (fails, lambda address: False):
        monkeypatch.setattr(webbrowser, "open", broken)
        browser.show("http://here")
        assert capsys.readouterr().out == "no browser was found here; open http://here\n"


def test_serve_opens_its_page_once_it_is_ready(
    opened: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(settings: object, is_ready: object) -> None:
        assert "http://127.0.0.1:9000" not in opened
        assert callable(is_ready)
        is_ready()

    monkeypatch.setattr(server, "run", run)
    assert cli.run(["serve", "--open", "--port", "9000"]) == 0
    assert opened == ["http://127.0.0.1:9000"]
    opened.clear()
    assert cli.run(["serve", "--port", "9000"]) == 0
    assert opened == []


def test_explore_opens_its_page(opened: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explore", "--data", "generated:60", "--out", "e.html", "--open"]) == 0
    assert opened == [(Path.cwd() / "e.html").as_uri()]


def test_train_opens_its_report_at_the_end(
    opened: list[str], finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(finished, "run")
    assert cli.run(["train", "--resume", "run"]) == 0
    assert opened == []
    assert cli.run(["train", "--resume", "run", "--open"]) == 0
    assert opened == [Path("run/report.html").absolute().as_uri()]


def test_a_report_that_is_not_renewed_is_not_opened(capsys: pytest.CaptureFixture[str]) -> None:
    Path("run").mkdir()
    assert cli.run(["plot", "run", "--open", "--format", "svg"]) == 2
    assert capsys.readouterr().err == (
        "clothier: --open shows the report, which --out, --phase and --format svg leave as it is; leave one out\n"
    )
