"""The page's service: who may ask, what is answered."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from support import label_boards
from support.in_process_service import finished

from clothier.errors import InputError, WriteError
from clothier.label import app, server
from clothier.label.session import Session

TOKEN = "secret"
BASE = "http://127.0.0.1:8123"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return label_boards.session(tmp_path / "labels.csv")


class Client:
    """Requests to the application in this process."""

    def __init__(self, session: Session) -> None:
        self._app, self.headers = app.create(session, TOKEN, 8123), {app.TOKEN: TOKEN}

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = self.headers | more.pop("headers", {})

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(method, path, headers=headers, **more)

        return finished(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


@pytest.fixture
def client(session: Session) -> Client:
    return Client(session)


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({app.TOKEN: ""}, 401, "the token is missing or wrong"),
        ({app.TOKEN: "secreT"}, 401, "the token is missing or wrong"),
        ({"host": "evil.example:8123"}, 421, "another host"),
        ({"host": "127.0.0.1:9"}, 421, "another host"),
        ({"origin": "http://evil.example"}, 403, "another site"),
        ({"sec-fetch-site": "cross-site"}, 403, "another site"),
    ],
)
def test_strangers_are_refused(client: Client, headers: dict[str, str], status: int, words: str) -> None:
    answer = client.post("/api/undo", headers=headers)
    assert (answer.status_code, words in answer.json()["error"]) == (status, True)
    assert answer.headers["x-frame-options"] == "DENY"


def test_this_machine_may_ask_by_any_of_its_names(client: Client) -> None:
    for host in ("127.0.0.1:8123", "localhost:8123", "[::1]:8123"):
        assert client.get("/api/state", headers={"host": host, "origin": f"http://{host}"}).status_code == 200


def test_decide_and_undo(client: Client) -> None:
    item = client.get("/api/items?order=suspects&offset=0&count=1&undecided=1").json()["items"][0]
    wish = {"id": item["id"], "version": item["version"], "action": "class", "new": item["suggestion"]}
    answer = client.post("/api/decisions", json={"decisions": [wish]})
    assert (answer.status_code, answer.json()["decided"]) == (200, 1)
    stale = client.post("/api/decisions", json={"decisions": [wish]})
    assert (stale.status_code, stale.json()["conflicts"][0]["version"]) == (409, 1)
    assert client.get("/api/items/train%2F7").json()["decision"]["new"] == 1
    assert client.post("/api/undo", json={}).json()["item"]["decision"] is None
    assert client.post("/api/undo", json={}).status_code == 409


def test_pictures_take_the_token_in_the_address(client: Client) -> None:
    del client.headers[app.TOKEN]
    answer = client.get(f"/image/train%2F7?size=96&token={TOKEN}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (96, 96)
    assert client.get("/image/train%2F7?size=96&token=x").status_code == 401
    assert client.get(f"/api/state?token={TOKEN}").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/api/items?offset=-1", None, 400),
        ("GET", "/api/items?order=last", None, 404),
        ("GET", "/api/items/none", None, 404),
        ("GET", "/image/train%2F7?size=7", None, 400),
        ("GET", "/image/..%2F..%2Fetc%2Fpasswd?size=96", None, 404),
        ("GET", "/api/none", None, 404),
        ("GET", "/api/decisions", None, 405),
        ("POST", "/api/decisions", b"{", 400),
        ("POST", "/api/decisions", b'{"decisions": [{"id": 1}]}', 400),
        ("POST", "/api/decisions", b'{"decisions": []}', 400),
        ("POST", "/api/decisions", b" " * (app.MOST_BODY + 1), 413),
    ],
)
def test_wrong_requests_get_a_sentence(
    client: Client, method: str, path: str, content: bytes | None, status: int
) -> None:
    answer = client.request(method, path, content=content)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"} and "\n" not in answer.json()["error"]


def test_what_cannot_be_written_is_told(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(make: object) -> None:
        raise WriteError(Path("labels.csv"), OSError(28, "No space left on device"))

    monkeypatch.setattr(session.log, "append", full)
    answer = client.post("/api/undo", json={})
    assert answer.status_code == 507
    assert "cannot write labels.csv: No space left on device" in answer.json()["error"]


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("serve()", signal.SIGTERM),
        (
            "import asyncio\nasync def cell():\n    serve()\n    print('went on')\n"
            "asyncio.new_event_loop().run_until_complete(cell())",  # as a notebook runs a cell
            signal.SIGINT,
        ),
    ],
)
def test_it_listens_on_this_machine_alone_until_it_is_told_to_end(code: str, ending: signal.Signals) -> None:
    port = server.free_port(0)
    code = (
        "from clothier.label import server; from starlette.applications import Starlette\n"
        f"def serve(): server.run(Starlette(), {port}, lambda: print('begun', flush=True))\n{code}"
    )
    serving = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline() == "begun\n"
        with httpx.Client(transport=httpx.HTTPTransport(retries=5), trust_env=False) as client:
            assert client.get(f"http://127.0.0.1:{port}/").status_code == 404  # an application without a page
        with pytest.raises(InputError, match=f"cannot listen on 127.0.0.1 port {port}"):
            server.free_port(port)
        serving.send_signal(ending)
        assert serving.wait(20) == 0
        assert serving.stdout.read() == ("went on\n" if ending == signal.SIGINT else "")
    finally:
        serving.kill()
        serving.communicate()
