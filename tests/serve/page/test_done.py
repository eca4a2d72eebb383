"""What a visitor does: every way by which a picture comes in, what is shown of it, and what is kept."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import heic
from support.serve_in_browser import MARGIN, NAMES, Opened

from clothier.photo import FORMATS, SUFFIXES
from clothier.serve import samples
from clothier.values import prediction_rows

if TYPE_CHECKING:
    from playwright.sync_api import Route


@pytest.mark.parametrize("status", ["sure", "likely", "unsure", "unlike"])
def test_a_chosen_file_is_answered_in_the_words_of_its_status(opened: Opened, status: str) -> None:
    opened.choose(opened.payload(status))
    answer = opened.answered(1)
    words = answer.inner_text()
    assert opened.badge == status
    best, second = [row.inner_text().split("\t")[0] for row in answer.locator(".bars tr").all()][:2]
    start = f"{best[:1].upper()}{best[1:]}"
    titles = {
        "sure": f"{start} (",
        "likely": f"Probably {best}",
        "unsure": f"Could be many things ({best} ",
        "unlike": f"{start}? This does not look like the pictures I learned from",
    }
    assert opened.title.startswith(titles[status])
    assert (second in opened.title) == ("perhaps" in opened.title)
    assert (best in NAMES, "do not trust this answer" in words) == (True, status == "unlike")
    assert opened.live.startswith(f"{status}: ")
    assert opened.title in opened.live
    widths = [float(fill.bounding_box()["width"]) for fill in answer.locator(".fill").all()]  # type: ignore[index]  # all are drawn
    assert widths == sorted(widths, reverse=True)
    assert answer.locator(".bars tr").count() == len(NAMES)


def test_classes_named_by_digits_stand_by_their_probability(opened: Opened) -> None:
    def answer(route: Route) -> None:
        content = route.fetch().json()
        shares = {"6": 0.8, "10": 0.15, "0": 0.05}
        content["answers"][0] |= {"label": "6", "possible": ["6"], "probabilities": shares}
        route.fulfill(json=content)

    opened.page.route("**/v1/predict*", answer)
    opened.choose(opened.payload("sure"))
    rows = opened.answered(1).locator(".bars tr")
    assert [row.inner_text().split("\t")[0] for row in rows.all()] == ["6", "10", "0"]
    assert rows.first.get_attribute("class") == "best"


@pytest.mark.parametrize("known", [True, False])
def test_strangeness_is_told_where_it_is_known(opened: Opened, known: bool) -> None:
    def answer(route: Route) -> None:
        content = route.fetch().json()
        if not known:
            content["answers"][0]["strangeness"] = None
        route.fulfill(json=content)

    opened.page.route("**/v1/predict*", answer)
    opened.choose(opened.payload("unlike"))
    words = opened.answered(1).inner_text()
    assert "do not trust this answer" in words
    assert ("The strangeness of this picture is" in words) == known


def test_the_picture_the_models_own_and_the_heat_lie_side_by_side(opened: Opened) -> None:
    opened.choose(opened.payload("sure"))
    answer = opened.answered(1)
    captions = answer.locator(".figures figcaption").all_inner_texts()
    assert captions == ["your picture", "what the model saw", "what mattered"]
    sizes = opened.ask(
        "Array.from(document.querySelectorAll('#answer .figures img'), (image) => [image.naturalWidth, "
        "image.naturalHeight])"
    )
    assert sizes == [[8 + 2 * MARGIN] * 2, *[[8, 8]] * 3]
    assert answer.locator(".tile").count() == 5
    assert answer.locator(".tile figcaption").first.inner_text().split("\n")[0] in NAMES


def test_the_doctors_warnings_are_shown_and_said(opened: Opened) -> None:
    opened.choose(opened.payload("warned"))
    warning = opened.answered(1).locator(".notice li").first.inner_text()
    assert "background" in warning
    assert warning in opened.live


def test_the_formats_that_the_service_reads_can_be_chosen(opened: Opened) -> None:
    words = opened.page.locator("#limits").inner_text()
    assert words == f"{', '.join(FORMATS)}; up to 1.0\u00a0MB and 50 megapixels each (JPEG: 250)"
    accepted = opened.page.locator("#files").get_attribute("accept") or ""
    assert set(accepted.split(",")) == {"image/*", *SUFFIXES}
    opened.choose(opened.payload("phone.heic", heic.PLAIN, ""))  # of which this browser has no type
    assert "This picture cannot be read" not in opened.answered(1).inner_text()


def test_a_button_asks_again_with_the_whole_photo(opened: Opened) -> None:
    opened.choose(opened.payload("sure"))
    opened.answered(1)
    opened.page.get_by_role("button", name="use the whole photo").click()
    back = opened.page.get_by_role("button", name="prepare the photo as usual")
    back.wait_for()
    assert opened.badge != "sure"
    assert "the whole photo was used" in opened.answered(1).locator(".notice li").first.inner_text()
    back.click()
    opened.page.get_by_role("button", name="use the whole photo").wait_for()
    assert opened.badge == "sure"
    assert [url.partition("?")[2] for url in opened.requests if "v1/predict" in url] == [
        "show=image,heat,lookalikes",
        "show=image,heat,lookalikes&whole=1",
        "show=image,heat,lookalikes",
    ]


def test_pictures_are_dropped_anywhere(opened: Opened) -> None:
    opened.hand_over("dragenter", ["sure"])
    assert opened.page.locator("body.dragging").count() == 1
    opened.hand_over("drop", ["sure", "unsure", "unlike"])
    opened.answered(3)
    assert opened.page.locator("body.dragging").count() == 0
    assert opened.live == "3 pictures: 1 sure, 1 unsure, 1 unlike"
    opened.hand_over("drop", [], "https://example.org/a.jpg")
    assert "is not a file" in opened.page.get_by_role("alert").inner_text()
    opened.hand_over("drop", ["sure"])
    opened.answered(4)
    assert opened.page.get_by_role("alert").is_hidden()


def test_pictures_are_pasted(opened: Opened) -> None:
    opened.hand_over("paste", ["unsure"])
    opened.answered(1)
    assert opened.badge == "unsure"
    opened.hand_over("paste", [], "words")
    assert "clipboard contains no picture" in opened.page.get_by_role("alert").inner_text()


def test_the_clipboard_is_read_by_key_and_by_button(opened: Opened) -> None:
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.ask(
        "async () => { const blob = await (await fetch('sample-bag.jpg')).blob(); const made = await "
        "createImageBitmap(blob); const canvas = new OffscreenCanvas(made.width, made.height); "
        "canvas.getContext('2d').drawImage(made, 0, 0); await navigator.clipboard.write([new ClipboardItem("
        "{'image/png': await canvas.convertToBlob()})]); }"
    )
    opened.page.keyboard.press("Control+v")
    opened.answered(1)
    opened.page.get_by_role("button", name="paste").click()
    opened.answered(2)
    shown = opened.page.locator("#answer .frame img").first
    assert shown.evaluate("(image) => image.naturalWidth") == samples.SIDE


def test_the_camera_takes_a_picture(opened: Opened) -> None:
    opened.page.get_by_role("button", name="take a photo").click()
    dialog = opened.page.get_by_role("dialog", name="Take a photo")
    dialog.locator("video").evaluate(
        "async (video) => { while (!video.videoWidth) await new Promise(requestAnimationFrame); }"
    )
    dialog.get_by_role("button", name="take it").click()
    opened.answered(1)
    assert dialog.is_hidden()
    assert opened.ask("document.querySelector('video').srcObject") is None
    assert opened.page.locator("#answer .from").inner_text().startswith("photo")


def test_who_looks_at_another_answer_meanwhile_is_left_alone(opened: Opened) -> None:
    opened.choose(opened.payload("unsure"))
    opened.answered(1)
    opened.page.route("**/v1/predict*", lambda route: None)
    opened.choose(opened.payload("sure"), opened.payload("unlike"))
    opened.page.locator("#progress").wait_for()
    opened.page.locator("#entries button").first.click()
    opened.page.unroute("**/v1/predict*")  # which lets go on what waits
    opened.answered(3)
    assert opened.badge == "unsure"
    assert opened.page.locator("#entries [aria-current]").inner_text().endswith("unsure")
    opened.choose(opened.payload("sure"))
    opened.answered(4)
    assert opened.badge == "sure"


def test_a_name_is_text_whatever_it_holds(opened: Opened) -> None:
    name = "<img src=x onerror=alert(1)>.png"
    opened.choose(opened.payload(name, opened.pictures["sure"]))
    answer = opened.answered(1)
    assert name in answer.inner_text()
    assert opened.page.locator("[onerror], #answer b").count() == 0


def test_each_sample_is_answered(opened: Opened) -> None:
    buttons = opened.page.locator("#samples button")
    assert buttons.count() == len(samples.NAMES)
    for place in range(len(samples.NAMES)):
        buttons.nth(place).click()
        opened.answered(place + 1)
        assert opened.live.startswith(f"{samples.NAMES[place]}.jpg: ")


def test_all_of_a_visit_can_be_done_by_keyboard(opened: Opened) -> None:
    keyboard = opened.page.keyboard
    keyboard.press("Tab")
    assert opened.ask("document.activeElement.textContent") == "Skip to the answer"
    keyboard.press("Tab")
    assert opened.ask("document.activeElement.id") == "pick"
    with opened.page.expect_file_chooser() as chooser:
        keyboard.press("Enter")
    chooser.value.set_files([opened.payload("sure")])
    opened.answered(1)
    _tab_to(opened, "dress")
    keyboard.press("Space")
    opened.answered(2)
    _tab_to(opened, "not clothing")
    keyboard.press("Enter")
    opened.answered(3)
    for _ in range(4):  # past the button for the whole photo and the other entries to the oldest
        keyboard.press("Tab")
    keyboard.press("Enter")
    assert opened.page.locator("#answer .from").inner_text().startswith("sure\n")
    assert opened.ask("document.activeElement.getAttribute('aria-current')") == "true"
    _tab_to(opened, "save as CSV")
    with opened.page.expect_download():
        keyboard.press("Enter")
    _tab_to(opened, "clear")
    keyboard.press("Enter")
    assert opened.page.locator("#history").is_hidden()
    assert opened.ask("document.activeElement.id") == "pick"
    assert opened.page.get_by_text("How it works").is_visible()
    _tab_to(opened, "take a photo")
    keyboard.press("Enter")
    opened.page.get_by_role("dialog").wait_for()
    keyboard.press("Escape")
    opened.page.get_by_role("dialog").wait_for(state="hidden")
    assert opened.ask("document.activeElement.id") == "photograph"


def _tab_to(opened: Opened, words: str) -> None:
    for _ in range(40):
        opened.page.keyboard.press("Tab")
        if opened.ask("document.activeElement.textContent") == words:
            return
    raise AssertionError(f"Tab never came to {words}")


def test_the_visit_is_kept_as_json_and_csv(opened: Opened) -> None:
    files = [opened.payload("sure"), opened.payload('"a, b".png', opened.pictures["unlike"])]
    opened.choose(*files, opened.payload("=broken.png", b"no picture"), opened.payload("warned"))
    opened.answered(4)
    with opened.page.expect_download() as download:
        opened.page.get_by_text("save as JSON").click()
    assert download.value.suggested_filename == "answers.json"
    content = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert content["model"] == "cnn1"
    first, second, third, warned = content["answers"]
    assert (first["filename"], first["status"], second["status"]) == ("sure", "sure", "unlike")
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert not {"image", "heat"} & set(first)
    assert (third["status"], third["filename"]) == ("unreadable", "=broken.png")
    with opened.page.expect_download() as download:
        opened.page.get_by_text("save as CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0]) == prediction_rows.columns("probability")
    assert [row["filename"] for row in table] == ["sure", '"a, b".png', "'=broken.png", "warned"]
    assert table[0]["label"] == first["label"]
    assert float(table[0]["probability"]) == first["probabilities"][first["label"]]
    assert table[2]["reason"] == third["reason"]
    assert table[3]["warnings"] == "; ".join(warned["warnings"]) != ""


def test_what_the_model_cannot_say_is_not_promised(opened: Opened) -> None:
    assert "does not look like those the model learned from" in opened.page.locator("#strange").inner_text()
    content = opened.ask("fetch('v1/model').then((response) => response.json())")
    content["thresholds"] = content["photo_thresholds"] = {"possible": 0.6}
    opened.page.route("**/v1/model", lambda route: route.fulfill(json=content))
    opened.open()
    assert "never says so" in opened.page.locator("#strange").inner_text()
    assert "never says so of a photo" in opened.page.locator("#plain").inner_text()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_name_of_a_class_does_not_widen_the_page(opening: Callable[..., Opened], width: int) -> None:
    opened = opening(viewport={"width": width, "height": 844})
    long = "n" * 200

    def renamed(route: Route) -> None:
        content = route.fetch().json()
        for answer in content["answers"]:
            first, *others = answer["probabilities"].items()
            answer["probabilities"] = {long: first[1], **dict(others)}
            answer["label"], answer["verdict"] = long, f"{long}?"
            answer["possible"] = [long]
        route.fulfill(json=content)

    opened.page.route("**/v1/predict*", renamed)
    opened.choose(opened.payload("a.png", opened.pictures["unsure"]))
    opened.answered(1)
    assert opened.ask("document.documentElement.scrollWidth") == width
    assert long in opened.page.locator(".bars th").first.inner_text()


def test_nothing_runs_over_the_edge_of_a_phone(opening: Callable[..., Opened]) -> None:
    opened = opening(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    opened.choose(opened.payload("a-name-" * 20 + ".png", opened.pictures["unsure"]))
    opened.answered(1)
    assert opened.ask("document.documentElement.scrollWidth") == 390
    assert opened.ask("document.getElementById('result').getBoundingClientRect().top") < 100
    with opened.page.expect_file_chooser() as chooser:  # a phone has a camera of its own
        opened.page.get_by_role("button", name="take a photo").tap()
    assert chooser.value.element.get_attribute("capture") == "environment"
