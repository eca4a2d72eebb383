"""What a visitor reads where there is no answer, and that a busy service is asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.serve_in_browser import Opened

if TYPE_CHECKING:
    from playwright.sync_api import Route

ASKED = "**/v1/predict*"


def refuse(route: Route, status: int, wait: int = 0) -> None:
    content = {
        "error": {"status": status, "code": "x", "message": "the service's own words", "request_id": "id-7"}
    }
    headers = {"Retry-After": str(wait)} if wait else {}
    route.fulfill(status=status, body=json.dumps(content), content_type="application/json", headers=headers)


def test_what_is_too_large_is_not_sent(opened: Opened) -> None:
    opened.choose(opened.payload("large.png", bytes(1_200_000)))
    words = opened.answered(1).inner_text()
    assert opened.title == "This picture is too large"
    assert "It has 1.2\u00a0MB; the service accepts up to 1.0\u00a0MB." in words
    assert not any("predict" in url for url in opened.requests)
    assert opened.live.startswith("large.png: This picture is too large. Send a smaller picture")


def test_what_is_no_picture_is_said(opened: Opened) -> None:
    opened.choose(opened.payload("notes.txt", b"words", "text/plain"))
    assert "Its type is text/plain." in opened.answered(1).inner_text()
    assert opened.title == "This is not a picture"
    opened.choose(opened.payload("photo.png", b"words"))
    words = opened.answered(2).inner_text()
    assert opened.title == "This picture cannot be read"
    assert "is not a" in words
    assert "Request" in words
    assert opened.page.locator("#answer button").count() == 0  # asking again would not help
    opened.page.locator("#answer figure").wait_for(state="detached")


def test_a_folder_and_a_file_that_is_gone_are_not_taken_for_a_lost_connection(
    opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    gone = tmp_path / "gone.png"
    gone.write_bytes(opened.pictures["sure"])
    opened.page.route(ASKED, lambda route: refuse(route, 429, 1))
    opened.choose(opened.payload("sure"))
    opened.page.locator("#progress").get_by_text("Trying again").wait_for()
    opened.drop(str(tmp_path / "photos"), str(gone))
    gone.unlink()
    opened.page.unroute(ASKED)
    opened.answered(3)
    assert opened.title == "This file cannot be opened"
    assert opened.live == "3 pictures: 1 sure, 2 without an answer"
    assert opened.page.locator("#answer button").count() == 0  # asking again would not help


@pytest.mark.parametrize(
    ("status", "title", "again"),
    [
        (408, "The upload took too long", True),
        (413, "This picture is too large", False),
        (415, "This is not a picture", False),
        (422, "This picture cannot be read", False),
        (500, "The service could not classify this picture", True),
        (504, "The answer took too long", True),
    ],
)
def test_each_refusal_has_its_words(opened: Opened, status: int, title: str, again: bool) -> None:
    opened.page.route(ASKED, lambda route: refuse(route, status))
    opened.choose(opened.payload("sure"))
    words = opened.answered(1).inner_text()
    assert opened.title == title
    assert opened.badge == "no answer"
    assert "The service said: the service's own words. Request id-7." in words
    assert opened.page.get_by_role("button", name="try again").count() == again


def test_an_answer_that_is_none_of_ours_is_said(opened: Opened) -> None:
    opened.page.route(ASKED, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    opened.choose(opened.payload("sure"))
    assert "The service answered with status 502." in opened.answered(1).inner_text()


def test_without_a_connection_it_says_so_and_tries_again(opened: Opened) -> None:
    opened.page.context.set_offline(True)
    opened.choose(opened.payload("sure"), opened.payload("unsure"))
    opened.answered(2)
    assert opened.title == "No connection to the service"
    assert opened.live == "2 pictures: 2 without an answer"
    opened.page.context.set_offline(False)
    opened.page.get_by_role("button", name="try again").click()
    opened.page.locator("#answer .badge.unsure").wait_for()
    opened.answered(2)
    assert opened.ask("document.activeElement.id") == "result"


@pytest.mark.parametrize(
    ("status", "title"), [(429, "The service is busy"), (503, "The service is not ready")]
)
def test_a_service_that_is_busy_is_asked_again(opened: Opened, status: int, title: str) -> None:
    asked = []

    def answer(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            refuse(route, status, 1)
        else:
            route.continue_()

    opened.page.route(ASKED, answer)
    opened.choose(opened.payload("sure"))
    words = f"{title}. Trying again in 1 s (retry 1)"
    opened.page.locator("#progress").get_by_text(words).wait_for()
    assert opened.live == words
    opened.answered(1)
    assert (opened.badge, len(asked)) == ("sure", 2)


def test_a_service_that_stays_busy_is_asked_five_times(opened: Opened) -> None:
    asked = []

    def answer(route: Route) -> None:
        asked.append(route)
        refuse(route, 429, 1)

    opened.page.clock.install()
    opened.page.route(ASKED, answer)
    opened.choose(opened.payload("sure"))
    for time in range(1, 5):
        opened.page.locator("#progress").get_by_text(f"(retry {time})").wait_for()
        opened.page.clock.run_for(1100)
    opened.answered(1)
    assert (opened.title, len(asked)) == ("The service is busy", 5)
    opened.page.unroute(ASKED)
    opened.page.get_by_role("button", name="try again").click()
    opened.page.locator("#answer .badge.sure").wait_for()
    assert opened.page.locator("#entries li").count() == 1


def test_waiting_can_be_stopped(opened: Opened) -> None:
    opened.page.route(ASKED, lambda route: refuse(route, 429, 600))
    opened.choose(opened.payload("sure"), opened.payload("unsure"))
    opened.page.locator("#progress").get_by_text("in 30 s").wait_for()  # never as long as it may be told
    opened.page.get_by_role("button", name="stop").click()
    opened.page.locator("#progress").wait_for(state="hidden")
    assert opened.live == "Stopped; 2 pictures were not classified"
    opened.page.unroute(ASKED)
    opened.choose(opened.payload("sure"))
    opened.answered(1)


def test_it_waits_for_a_service_that_is_loading(opened: Opened) -> None:
    opened.page.route("**/v1/model", lambda route: refuse(route, 503, 1))
    opened.page.goto(opened.address)
    opened.page.get_by_text("The service is not ready; trying again").wait_for()
    opened.page.unroute("**/v1/model")
    opened.page.get_by_text("cnn1, trained on generated:600; right on 80.0").wait_for()


def test_the_model_is_introduced_even_where_an_answer_came_before(opened: Opened) -> None:
    opened.page.route("**/v1/model", lambda route: refuse(route, 503, 1))
    opened.page.goto(opened.address)
    opened.page.get_by_text("The service is not ready; trying again").wait_for()
    opened.choose(opened.payload("sure"))
    opened.answered(1)
    opened.page.unroute("**/v1/model")
    opened.page.get_by_text("cnn1, trained on generated:600; right on 80.0").wait_for()
    opened.page.get_by_role("button", name="clear").click()
    assert opened.page.get_by_text("The model can recognise 3 classes").is_visible()
