from __future__ import annotations

import errno
import hashlib
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from clothier.data import download
from clothier.errors import DataError, WriteError

CONTENT = {"a.gz": b"a" * 100_000, "b.gz": b"b" * 10}
DIGESTS = {name: f"md5:{hashlib.md5(content).hexdigest()}" for name, content in CONTENT.items()}


class Mirrors(BaseHTTPRequestHandler):
    """/good/ serves the files, /wrong/ others, /short/ half of them, anything else 404."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        _, kind, name = self.path.split("/")
        content = CONTENT[name]
        self.send_response(200 if kind in ("good", "wrong", "short") else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        body = {"good": content, "wrong": b"x" * len(content), "short": content[: len(content) // 2]}
        self.wfile.write(body.get(kind, content))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(download, "RETRIES", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    Mirrors.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirrors) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def silent(what: str, done: int, total: int) -> None:
    pass


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_come_whole_with_progress(server: str, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    download.fetch(DIGESTS, [f"{server}/good/"], tmp_path / "new", lambda *step: steps.append(step))
    assert contents(tmp_path / "new") == CONTENT
    assert steps[0] == ("downloading a.gz", 65536, 100_000)
    assert ("downloading a.gz", 100_000, 100_000) in steps
    assert steps[-1] == ("downloading b.gz", 10, 10)


def test_files_that_are_there_are_not_asked_for_again(server: str, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(CONTENT["a.gz"])
    (tmp_path / "b.gz").write_bytes(b"damaged")
    download.fetch(DIGESTS, [f"{server}/good/"], tmp_path, silent)
    assert Mirrors.asked == ["/good/b.gz"]
    assert contents(tmp_path) == CONTENT


@pytest.mark.parametrize("first", ["missing", "wrong", "short", "refused"])
def test_the_next_mirror_steps_in(first: str, server: str, tmp_path: Path) -> None:
    with socket.socket() as unused:  # bound, not listening: connections are refused
        unused.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        mirror = refused if first == "refused" else f"{server}/{first}/"
        download.fetch(DIGESTS, [mirror, f"{server}/good/"], tmp_path, silent)
    assert contents(tmp_path) == CONTENT


def test_where_no_mirror_serves_nothing_is_left(server: str, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        mirrors = [f"{server}/{kind}/" for kind in ("missing", "wrong", "short")]
        mirrors.append(f"http://127.0.0.1:{unused.getsockname()[1]}/")
        with pytest.raises(DataError) as caught:
            download.fetch(DIGESTS, mirrors, tmp_path, silent)
    assert str(caught.value) == (
        "no mirror could serve it (127.0.0.1: answered 404; 127.0.0.1: sent something else; "
        "127.0.0.1: broke off; 127.0.0.1: no connection)"
    )
    assert contents(tmp_path) == {}


def test_a_mirror_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "RETRIES", 0)
    monkeypatch.setattr(download, "TIMEOUT", (1.0, 0.2))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(DataError) as caught:
        download.fetch(DIGESTS, [f"http://127.0.0.1:{mute.getsockname()[1]}/"], tmp_path, silent)
    assert str(caught.value) == "no mirror could serve it (127.0.0.1: timed out)"


def test_a_mirror_gets_a_second_chance(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "RETRIES", 1)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(DataError):
        download.fetch(DIGESTS, [f"{server}/missing/"], tmp_path, silent)
    assert Mirrors.asked == ["/missing/a.gz", "/missing/a.gz"]


def test_a_body_without_end_is_cut_off(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 70_000)
    with pytest.raises(DataError, match="sent something else"):
        download.fetch(DIGESTS, [f"{server}/good/"], tmp_path, silent)
    assert contents(tmp_path) == {}


def test_ctrl_c_leaves_nothing(server: str, tmp_path: Path) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.fetch(DIGESTS, [f"{server}/good/"], tmp_path, interrupt)
    assert contents(tmp_path) == {}


def test_a_full_disk_is_a_write_error(server: str, tmp_path: Path) -> None:
    def fail(what: str, done: int, total: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WriteError, match="No space left on device"):
        download.fetch(DIGESTS, [f"{server}/good/"], tmp_path, fail)
    assert contents(tmp_path) == {}
