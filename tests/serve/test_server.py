"""The service as processes: what a signal, a kill and a stubborn client do to it."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from support import model_files
from support.in_process_service import JPEG, photo

from clothier import bundle, cli
from clothier.errors import InputError
from clothier.serve import Settings, server


class Running:
    """`clothier serve` on a port of its own."""

    def __init__(self, model: Path, *words: str) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.model, self.address = model, f"http://127.0.0.1:{self.port}"
        given = [str(model), "--port", str(self.port), "--decoders", "1", *words]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clothier", "serve", *given],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.wait_ready()

    def wait_ready(self) -> None:
        for _ in range(1200):
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended: {self.process.communicate()}")
            try:
                if httpx.get(f"{self.address}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise TimeoutError("it is not ready")

    def post(self, content: bytes) -> httpx.Response:
        return httpx.post(f"{self.address}/v1/predict", content=content, headers=JPEG, timeout=60)

    def worker(self) -> int:
        """The process that answers: the only child of the one that was started."""
        (child,) = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(child)

    def end(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "made.clothier"
    bundle.write(path, replace(model_files.made(), statistics={}))
    return path


@pytest.fixture
def running(model: Path) -> Iterator[Running]:
    made = Running(model)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_clients_that_are_no_browser_need_no_more_than_the_address(running: Running, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(photo())

    def curl(path: str, *words: str) -> str:
        command = ["curl", "--silent", "--show-error", "--fail", *words, f"{running.address}{path}"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    alone = json.loads(curl("/v1/predict", "-H", "Content-Type: image/png", "--data-binary", "@x.png"))
    form = json.loads(curl("/v1/predict/", "-F", "file=@x.png", "-F", "file=@x.png"))
    assert len(alone["answers"]) == 1 and len(form["answers"]) == 2
    assert alone["answers"][0]["probabilities"] == form["answers"][1]["probabilities"]
    # As Prometheus asks.
    accepted = "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    text = curl("/metrics", "-H", f"Accept: {accepted}", "-A", "Prometheus/3.0", "--compressed")
    assert 'clothier_requests_total{path="/v1/predict",status="200"} 2.0' in text.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_answers_comes_back_where_it_is_killed_and_answers_all_it_took_when_it_ends(
    running: Running,
) -> None:
    assert running.post(photo()).status_code == 200
    os.kill(running.worker(), signal.SIGKILL)
    time.sleep(0.1)
    running.wait_ready()
    assert running.post(photo()).status_code == 200

    # A request whose body is still on its way when the service is told to end.
    content = photo()
    head = (
        "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", running.port)) as line, httpx.Client() as kept:
        assert kept.get(f"{running.address}/livez").status_code == 200
        line.sendall(head.encode() + content[:50])
        time.sleep(0.3)
        ended: list[tuple[int, str]] = []
        ending = threading.Thread(target=lambda: ended.append(running.end()))
        ending.start()
        statuses = set()
        while 503 not in statuses:
            statuses.add(kept.get(f"{running.address}/readyz").status_code)
        line.sendall(content[50:])
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    ending.join(60)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nconnection: close\r\n" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["answers"][0]["label"]
    assert ended[0][0] == 0
    assert "Traceback" not in ended[0][1]


def test_who_sends_all_of_a_refused_body_before_reading_gets_the_refusal(running: Running) -> None:
    for _ in range(5):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)) as line:
            line.request("POST", "/v1/predict", bytes(4_000_000), {"Content-Type": "text/plain"})
            assert line.getresponse().status == 415


@pytest.mark.parametrize(("length", "more"), [(40_000_000, ""), (4_000_000, "Expect: 100-continue\r\n")])
def test_a_body_that_would_not_be_drained_is_refused_before_any_of_it_comes(
    running: Running, length: int, more: str
) -> None:
    head = f"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{more}\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as line:
        line.sendall(head.encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))  # until the service closes it
    assert answer.startswith(b"HTTP/1.1 41")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["status"] in (413, 415)


def test_hosts_are_checked_as_they_come_over_a_line(running: Running) -> None:
    wanted = {
        "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n": 200,
        "GET /livez HTTP/1.1\r\nHost: [::1]:9\r\n": 200,
        "GET /livez HTTP/1.1\r\nhOST:LOCALHOST.\r\n": 200,
        "GET /livez HTTP/1.0\r\n": 200,
        "GET /livez HTTP/1.1\r\n": 400,
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n": 400,
        "GET /livez HTTP/1.1\r\nHost: rebound.example\r\n": 421,
        "GET http://localhost/livez HTTP/1.1\r\nHost: rebound.example\r\n": 421,
    }
    statuses = {}
    for head in wanted:
        with socket.create_connection(("127.0.0.1", running.port)) as line:
            line.sendall(f"{head}Connection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: line.recv(65536), b""))
        statuses[head] = int(answer.split()[1])
    assert statuses == wanted


def test_the_port_is_free_again_where_the_process_that_watches_is_killed(running: Running) -> None:
    running.process.kill()
    running.process.communicate(timeout=60)  # until those that it started have let go of its output, too
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(("127.0.0.1", running.port))


def test_a_form_that_cannot_be_read_adds_no_line_to_the_log_but_its_own(running: Running) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    content = b"--x\r\nContent[Type: image/png\r\n\r\n"
    response = httpx.post(f"{running.address}/v1/predict", content=content, headers=form)
    assert response.json()["error"]["code"] == "bad_form"
    lines = running.end()[1].splitlines()
    assert [line for line in lines if "invalid" in line] == []
    assert [json.loads(line)["status"] for line in lines if line.startswith("{")][-1] == 400


def test_it_ends_with_its_terminal_unless_that_is_ignored(model: Path, running: Running) -> None:
    running.process.send_signal(signal.SIGHUP)
    running.process.communicate(timeout=60)
    assert running.process.returncode == 0
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        kept = Running(model)
    finally:
        signal.signal(signal.SIGHUP, before)
    try:
        kept.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        assert kept.post(photo()).status_code == 200
    finally:
        assert kept.end()[0] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_one_that_is_killed_again_as_soon_as_it_is_back_gives_up_and_says_so_on_stderr(
    running: Running,
) -> None:
    for _ in range(2):
        running.wait_ready()
        os.kill(running.worker(), signal.SIGKILL)
        time.sleep(0.1)
    out, said = running.process.communicate(timeout=60)
    assert running.process.returncode == 1
    assert out == f"serving {running.model} at {running.address}\npress Ctrl-C to stop\n"
    assert "[ERROR] Worker crash loop detected, exiting\n" in said


@pytest.mark.parametrize(
    "sent",
    [
        "GET /livez HTTP/1.1\r\nHost: local",
        "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\nx",
    ],
)
def test_no_client_keeps_it_longer_than_it_drains(model: Path, sent: str) -> None:
    running = Running(model, "--drain-seconds", "0.5")
    with socket.create_connection(("127.0.0.1", running.port)) as line:
        line.sendall(sent.encode())
        time.sleep(0.3)
        began = time.monotonic()
        code, said = running.end()
        took = time.monotonic() - began
    assert code == 0 and "Traceback" not in said
    assert took < 9  # 1.5 s on an idle machine; Granian alone waits 10 s for half a head, and 30 s for a body


def test_connections_leave_descriptors_for_what_is_opened_beside_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = [256, 1024]

    def raised(_: int, wanted: tuple[int, int]) -> None:
        limits[:] = wanted

    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", raised)
    assert server._most_connections() == 1024 - 64
    assert limits == [1024, 1024]
    limits[:] = [32, 32]
    assert server._most_connections() == 8
    limits[:] = [1024, resource.RLIM_INFINITY]
    assert server._most_connections() == 8192
    assert limits == [8192 + 64, resource.RLIM_INFINITY]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_host_may_be_a_name_or_a_number(host: str) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    try:
        address = server._free_address(Settings(host=host, port=port))
    except InputError:
        assert host == "::1"  # where the machine has no IPv6
        pytest.skip("no IPv6")
    assert ipaddress.ip_address(address).is_loopback


def test_a_name_that_no_host_has_is_told_in_one_line() -> None:
    with pytest.raises(
        InputError, match=r"^cannot listen on a\.\.b port 1 \(no host has such a name\); wanted an"
    ):
        server._free_address(Settings(host="a..b", port=1))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no such names")
def test_of_two_services_that_begin_together_one_gets_the_port() -> None:
    settings = Settings(port=1)
    with server._claim(settings, "127.0.0.1"):
        with pytest.raises(
            InputError, match=r"^cannot listen on 127\.0\.0\.1 port 1 \(Address already in use\); wanted"
        ):
            server._claim(settings, "127.0.0.1")
        server._claim(settings, "127.0.0.2").close()  # type: ignore[attr-defined]  # a socket
    server._claim(settings, "127.0.0.1").close()  # type: ignore[attr-defined]


def test_a_port_that_is_taken_and_a_file_that_is_no_model_are_told_in_one_line(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.run(["serve", str(model), "--port", str(port)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"clothier: cannot listen on 127.0.0.1 port {port} (Address already in use); wanted an address that is free; "
        "choose another --host or --port\n"
    )
    other = tmp_path / "other.clothier"
    other.write_bytes(b"no model")
    assert cli.run(["serve", str(other)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
