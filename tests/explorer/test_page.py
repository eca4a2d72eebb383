"""The page as text: one file, nothing from outside, nothing that a label could break."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support import explorer_spaces

import clothier.explorer
from clothier.errors import DataError, InputError
from clothier.explorer import page, render

FOLDER = Path(clothier.explorer.__file__).parent


class Elements(HTMLParser):
    """(tag, attributes, text) of every element, as a browser takes the page apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes), ""))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(("", {}, ""))  # takes the text that follows

    def handle_data(self, data: str) -> None:
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)


@pytest.fixture(scope="module")
def text() -> str:
    return render(explorer_spaces.spaces(), "a <b>title</b>", explorer_spaces.suspects(), "a & notice")


def test_equal_spaces_give_equal_pages(text: str) -> None:
    again = render(explorer_spaces.spaces(), "a <b>title</b>", explorer_spaces.suspects(), "a & notice")
    assert again == text


def test_nothing_comes_from_outside(text: str) -> None:
    addresses = [
        value for _, attributes, _ in Elements(text).found for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset", "data")
    ]  # fmt: skip
    assert addresses == ["data:,"]
    assert "//" not in re.sub(r"//[^\n]*\n", "", page.joined())
    assert not re.search(r"@import|url\(", page._read("explorer.css"))


def test_the_policy_lets_our_script_and_style_alone_run(text: str) -> None:
    found = Elements(text).found
    (policy,) = [a["content"] or "" for tag, a, _ in found if tag == "meta" and "http-equiv" in a]
    assert policy.startswith("default-src 'none'; ")
    hashes = re.findall(r"'(sha256-[^']+)'", policy)
    texts = [content for tag, a, content in found if tag in ("script", "style") and "type" not in a]
    wanted = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in texts]
    assert sorted(hashes) == sorted(f"sha256-{each}" for each in wanted)
    assert "unsafe" not in policy


def test_words_are_words(text: str) -> None:
    found = Elements(text).found
    assert "<b>" not in text
    assert "<img" not in text
    (facts,) = [content for tag, a, content in found if a.get("id") == "facts"]
    assert json.loads(facts)["class_names"] == list(explorer_spaces.NAMES)
    assert ("p", {"class": "notice", "role": "note"}, "a & notice") in found


def test_suspects_are_the_first_of_the_list(text: str) -> None:
    (facts,) = [json.loads(content) for _, a, content in Elements(text).found if a.get("id") == "facts"]
    assert facts["suspects"] == {"order": [7, 30, 11], "scores": [0.9, 0.5, 0.25], "space": "net dense1"}


def test_a_confidence_that_is_not_calibrated_says_so_in_its_name() -> None:
    for calibrated, name in ((True, "confidence"), (False, "uncalibrated confidence")):
        spaces = [
            dataclasses.replace(space, embedding=dataclasses.replace(space.embedding, calibrated=calibrated))
            for space in explorer_spaces.spaces()
        ]
        found = Elements(render(spaces, "made")).found
        (facts,) = [json.loads(content) for _, a, content in found if a.get("id") == "facts"]
        assert facts["confidence_name"] == name


def test_progress_counts_every_part() -> None:
    told: list[tuple[str, int, int]] = []
    render(explorer_spaces.spaces(), "t", report=lambda what, done, total: told.append((what, done, total)))
    assert [done for _, done, _ in told] == list(range(1, told[0][2] + 1))


def test_no_space_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        render([], "t")
    assert str(caught.value) == "no space to explore; wanted at least one"


def test_spaces_of_different_images_are_refused() -> None:
    first, second = explorer_spaces.spaces()
    other = dataclasses.replace(
        second.embedding, ids=tuple(f"train/{row}" for row in range(explorer_spaces.COUNT))
    )
    with pytest.raises(DataError) as caught:
        render([first, dataclasses.replace(second, embedding=other)], "t")
    assert str(caught.value) == (
        "net dense1 and pixels hold different images; wanted the same in each; embed them again"
    )


def test_every_script_is_joined_after_those_it_imports() -> None:
    assert {path.stem for path in FOLDER.glob("*.js")} == set(page.SCRIPTS)
    for place, name in enumerate(page.SCRIPTS):
        imported = re.findall(r'^import .* from "\./(\w+)\.js";$', page._read(f"{name}.js"), re.M)
        assert set(imported) <= set(page.SCRIPTS[:place]), name
    assert not re.search(r"^(import|export) ", page.joined(), re.M)


def test_no_two_scripts_share_a_name() -> None:
    declared = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", page.joined(), re.M)
    several = re.findall(r"^const \[([^\]]+)\]", page.joined(), re.M)
    names = [*declared, *(name.strip() for group in several for name in group.split(","))]
    assert len(names) > 80
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", page.SCRIPTS)
def test_a_script_is_short_and_makes_no_markup_of_text(name: str) -> None:
    script = page._read(f"{name}.js")
    assert len(script.splitlines()) <= 200
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script
    )
