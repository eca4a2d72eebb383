"""The page as text: small, of our own, and complete."""

from __future__ import annotations

import re

from support.label_double import FOLDER

FILES = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
INDEX = FILES["index.html"]


def test_all_of_it_is_small() -> None:
    assert sum(len(text.encode()) for text in FILES.values()) <= 70_000


def test_nothing_comes_from_outside() -> None:
    for name, text in FILES.items():
        bare = re.sub(r"(^|\s)//.*$", "", text, flags=re.M).replace("http://www.w3.org/2000/svg", "")
        assert "//" not in bare, name
        assert not re.search(r"@import|url\(|innerHTML|eval\(|document\.write", bare), name
    assert not re.search(r"\bstyle=|\bon\w+=|<style|<script(?! type=\"module\" src=)", INDEX)


def test_what_it_names_is_there() -> None:
    assert set(re.findall(r'(?:src|href)="([\w.-]+)"', INDEX)) <= set(FILES)
    scripts = "".join(text for name, text in FILES.items() if name.endswith(".js"))
    assert set(re.findall(r'from "./([\w.]+)"', scripts)) <= set(FILES)
    identities = set(re.findall(r'id="([\w-]+)"', INDEX))
    assert set(re.findall(r'byId\("([\w-]+)"\)', scripts)) <= identities
