"""The page as text: small, of our own, and in step with the service beside it."""

from __future__ import annotations

import re

from clothier.serve import pages, samples

FILES = {path.name: path.read_text(encoding="utf-8") for path in pages.FOLDER.iterdir()}
INDEX = FILES["index.html"]


def test_all_of_it_is_small_and_answered() -> None:
    assert sum(len(text.encode()) for text in FILES.values()) <= 60_000
    paths = {route.path for route in pages.routes()}
    assert {"/" if name == "index.html" else f"/{name}" for name in FILES} <= paths


def test_nothing_comes_from_outside() -> None:
    for name, text in FILES.items():
        bare = re.sub(r"(^|\s)//.*$", "", text, flags=re.M).replace("http://www.w3.org/2000/svg", "")
        assert "//" not in bare, name
        assert not re.search(r"@import|url\(|innerHTML|eval\(|document\.write", bare), name
    assert not re.search(r"\bstyle=|\bon\w+=|<style|<script(?! type=\"module\" src=)", INDEX)


def test_what_it_names_is_there() -> None:
    named = set(re.findall(r'(?:src|href)="([\w.-]+)"', INDEX))
    paths = {route.path.lstrip("/") for route in pages.routes()} | {"openapi.json"}
    assert named <= paths
    assert set(re.findall(r'data-sample="([\w-]+)"', INDEX)) == set(samples.NAMES)
    scripts = "".join(text for name, text in FILES.items() if name.endswith(".js"))
    assert set(re.findall(r'from "./([\w.]+)"', scripts)) <= set(FILES)
    identities = set(re.findall(r'id="([\w-]+)"', INDEX))
    assert set(re.findall(r'byId\("([\w-]+)"\)', scripts)) <= identities
