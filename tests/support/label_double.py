"""The page of `clothier label` in a real browser, before a small stand-in for its server that lives in the test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np

import clothier
from support.pictures import encode

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)
FOLDER = Path(clothier.__file__).parent / "label" / "page"
ADDRESS = "http://127.0.0.1:8000/"  # where nothing listens: the stand-in answers in the browser's place
TOKEN = "a token"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
KEYS = "123456789abcdefghijlmnopqrstvwyz"
Item = dict[str, Any]


def items(count: int = 6, num_classes: int = 3) -> list[Item]:
    """Pictures that the model takes for the class after their label. Each second one looks alike."""
    made: list[Item] = []
    for place in range(count):
        label = place % 2
        best = (label + 1) % num_classes
        made.append(
            {
                "id": f"{place}",
                "path": f"train/{place}.png",
                "label": label,
                "suggestion": best,
                "probabilities": [[best, 0.9], [label, 0.08], [(label + 2) % num_classes, 0.02]],
                "why": "Six of eight neighbours have another label.",
                "neighbours": [{"id": f"{(place + k) % count}", "label": best} for k in range(1, 4)],
                "alike": [f"{k}" for k in range(place % 2, count, 2) if k != place],
                "decision": None,
                "version": 0,
            }
        )
    return made


class Server:
    """What the page asks of a server, kept in memory."""

    def __init__(self, content: Iterable[Item], names: Iterable[str], **state: Any) -> None:
        self.items = {item["id"]: item for item in content}
        classes = [
            {"index": index, "name": name, "key": KEYS[index] if index < len(KEYS) else None}
            for index, name in enumerate(names)
        ]
        orders = [
            {"name": "suspects", "label": "most suspicious first"},
            {"name": "path", "label": "by path"},
        ]
        self.state = {
            "title": "made",
            "source": "folder made",
            "classes": classes,
            "orders": orders,
            "order": "suspects",
            "labels_file": "labels.csv",
            "model": "cnn1",
            "unlabelled": False,
            **state,
        }
        self.log: list[list[tuple[str, Any]]] = []  # for each request the pictures and their decisions before
        self.pictures: dict[str, bytes] = {}
        self.gone = False

    def decide(self, *wanted: tuple[str, str, int | None]) -> None:
        """Decisions (id, action, new) of another window."""
        sent = [
            {"id": name, "version": self.items[name]["version"], "action": action, "new": new}
            for name, action, new in wanted
        ]
        assert self._decisions({"decisions": sent})[0] == 200

    def decisions(self) -> dict[str, Any]:
        """What is decided: the new label by picture, or "left out"."""
        return {
            name: "left out" if item["decision"]["left_out"] else item["decision"]["new"]
            for name, item in self.items.items()
            if item["decision"]
        }

    def answer(self, method: str, path: str, query: dict[str, str], content: Any) -> tuple[int, Any]:
        """The status, and JSON or the bytes of a picture."""
        if path == "api/state":
            return 200, self.state
        if path == "api/items":
            listed = [
                item for item in self.items.values() if query["undecided"] == "0" or not item["decision"]
            ]
            if query["order"] == "path":
                listed = sorted(listed, key=lambda item: str(item["path"]))
            start = int(query["offset"])
            shown = [self._shown(item) for item in listed[start : start + int(query["count"])]]
            return 200, {"items": shown, "total": len(listed)}
        if path.startswith("api/items/") and path[10:] in self.items:
            return 200, self._shown(self.items[path[10:]])
        if path.startswith("image/") and path[6:] in self.items:
            return 200, self.pictures.get(path[6:]) or _drawn(path[6:])
        if (method, path) == ("POST", "api/decisions"):
            return self._decisions(content)
        if (method, path) == ("POST", "api/undo"):
            return self._undo()
        return 404, {"error": f"nothing is at {path}"}

    def _shown(self, item: Item) -> Item:
        alike = [self.items[name] for name in item["alike"]]
        open_ones = [
            {key: each[key] for key in ("id", "version", "label")} for each in alike if not each["decision"]
        ]
        return {**item, "alike": open_ones[:24]}

    def _decisions(self, content: Any) -> tuple[int, Any]:
        sent = content["decisions"]
        stale = [each["id"] for each in sent if self.items[each["id"]]["version"] != each["version"]]
        if stale:
            conflicts = [self._said(name) for name in stale]
            return 409, {"error": "another window decided meanwhile", "conflicts": conflicts}
        self.log.append([(each["id"], self.items[each["id"]]["decision"]) for each in sent])
        for each in sent:
            item = self.items[each["id"]]
            new = {"keep": item["label"], "leave_out": None, "class": each["new"]}[each["action"]]
            left_out = each["action"] == "leave_out"
            item["decision"] = {
                "new": new,
                "left_out": left_out,
                "reason": "seen",
                "time": "2026-05-04T10:41:00Z",
            }
            item["version"] += 1
        return 200, {
            "items": [self._said(each["id"]) for each in sent],
            "decided": len(self.decisions()),
        }

    def _undo(self) -> tuple[int, Any]:
        if not self.log:
            return 409, {"error": "there is nothing to undo"}
        before = self.log.pop()
        for name, decision in before:
            self.items[name]["decision"] = decision
            self.items[name]["version"] += 1
        return 200, {
            "items": [self._said(name) for name, _ in reversed(before)],
            "decided": len(self.decisions()),
        }

    def _said(self, name: str) -> Item:
        return {key: self.items[name][key] for key in ("id", "decision", "version")}


def _drawn(name: str) -> bytes:
    seed = int.from_bytes(name.encode()[-4:].rjust(4, b"\0"), "big")
    rng = np.random.default_rng(seed)
    return encode(np.repeat(np.repeat(rng.integers(0, 256, (7, 7), dtype=np.uint8), 4, 0), 4, 1))


class Opened:
    """The page, and what went wrong or out meanwhile."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.route("**/*", self._answer)

    def open(self) -> None:
        self.page.goto(f"{ADDRESS}?token={TOKEN}")
        self.page.locator("#frame > img[data-state=shown]").wait_for()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def see(self, text: str, place: str = "#where") -> None:
        """Until that element shows the text."""
        self.page.locator(place).get_by_text(text).first.wait_for()
        if place == "#where":
            self.page.locator("#frame > img[data-state=shown], #frame .missing").wait_for()

    def settle(self) -> None:
        """Until everything is saved."""
        self.page.locator("#counts", has_not_text="saving").wait_for()

    @property
    def live(self) -> str:
        return str(self.page.locator("#live").text_content())

    def _answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if not route.request.url.startswith(ADDRESS):
            self.outside.append(route.request.url)
            route.abort()
            return
        path = unquote(url.path[1:])
        file = FOLDER / (path or "index.html")
        if file.suffix in KINDS and file.is_file() and "/" not in path:
            headers = {
                "Content-Type": f"{KINDS[file.suffix]}; charset=utf-8",
                "Content-Security-Policy": POLICY,
            }
            route.fulfill(body=file.read_bytes(), headers=headers)
            return
        if self.server.gone:
            route.abort("connectionrefused")
            return
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        token = (
            query.get("token") if path.startswith("image/") else route.request.headers.get("x-clothier-token")
        )
        content = json.loads(route.request.post_data or "null")
        status, said = (
            self.server.answer(route.request.method, path, query, content)
            if token == TOKEN
            else (401, {"error": "a wrong token"})
        )
        if isinstance(said, bytes):
            route.fulfill(status=status, body=said, content_type="image/png")
        else:
            route.fulfill(status=status, json=said)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
            self.errors.append(text)
