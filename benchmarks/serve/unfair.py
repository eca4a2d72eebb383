"""Do a few clients with much work hold up everybody else?

    python -m benchmarks.serve.unfair [--model MODEL] [--photos FOLDER] [--rate 10] [--rounds 3] [--json]

clothier alone, on one core, and all clients on another. Ordinary clients send photos at a rate that the service holds
easily, half of its capacity unless --rate gives one: first alone, then beside eight clients that each send one of the
ATTACKS again and again, a tenth of a second after each refusal. Every photo must be answered, 99 of 100 within twice
the time they take alone: the ratio is the median over rounds, each with and without the attack.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import http.client
import json
import math
import statistics
import time
from collections import Counter
from collections.abc import Callable

import numpy as np

from benchmarks.common import Row, reporting
from benchmarks.serve import load
from benchmarks.serve.clients import clients
from benchmarks.serve.hostile import sound
from benchmarks.serve.overload import on_core
from benchmarks.serve.race import OURS, Race, percentile, prepared, started, words

CLIENTS = 8
ORDINARY = 0.5  # of the capacity
PAUSE = 0.1  # seconds after a refusal
WANTED = 2.0  # times the usual


def _post(path: str, kind: str, body: bytes, more: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _tensor(model: str, shape: list[int]) -> bytes:
    """1,024 rows as bytes."""
    tensor = {"name": "images", "datatype": "UINT8", "shape": [1024, *shape]}
    size = 1024 * math.prod(shape)
    head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": size}}]}).encode()
    told = f"Inference-Header-Content-Length: {len(head)}\r\n"
    noise = np.random.default_rng(0).bytes(size)
    return _post(f"/v2/models/{model}/infer", "application/octet-stream", head + noise, told)


def _lists(model: str, shape: list[int]) -> bytes:
    """200,000 lists within a tensor."""
    tensor = {"name": "images", "datatype": "UINT8", "shape": [1, *shape], "data": [[[]]] * 200_000}
    return _post(f"/v2/models/{model}/infer", "application/json", json.dumps({"inputs": [tensor]}).encode())


def _rows_as_json(model: str, shape: list[int]) -> bytes:
    """As many rows as four megabytes of nested lists hold."""
    row = np.full(shape, 9).tolist()
    rows = 4_000_000 // len(json.dumps(row))
    tensor = {"name": "images", "datatype": "UINT8", "shape": [rows, *shape], "data": [row] * rows}
    return _post(f"/v2/models/{model}/infer", "application/json", json.dumps({"inputs": [tensor]}).encode())


def _form(query: str) -> bytes:
    """32 pictures in one form."""
    picture = sound(np.random.default_rng(0), "JPEG")
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + picture + b"\r\n"
    return _post(f"/v1/predict{query}", "multipart/form-data; boundary=x", part * 32 + b"--x--\r\n")


# What each of the eight clients sends, of a model's name and the shape of its images.
ATTACKS: dict[str, Callable[[str, list[int]], bytes]] = {
    "tensors of 1,024 rows": _tensor,
    "JSON of 200,000 lists": _lists,
    "JSON of 4 MB": _rows_as_json,
    "32 pictures with heat": lambda model, shape: _form("?show=heat"),
    "32 pictures, all shown": lambda model, shape: _form("?show=image,heat,lookalikes"),
}


class Attack:
    """Clients that send one request again and again; `statuses` counts the predictions."""

    def __init__(self, port: int, request: bytes) -> None:
        self.port, self.request = port, request
        self.statuses: Counter[int] = Counter()

    async def client(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        while True:
            status = 0
            with contextlib.suppress(OSError):
                _, line = await loop.create_connection(load.Line, "127.0.0.1", self.port)
                try:
                    while line.open:
                        status, _ = await line.ask(self.request)
                        self.statuses[status] += 1
                        if status != 200:
                            await asyncio.sleep(PAUSE)
                finally:
                    line.close()
            await asyncio.sleep(PAUSE)


def beside(race: Race, port: int, name: str, request: bytes, rate: float, rounds: int) -> list[Row]:
    """p99 of photos beside an attack to p99 without it, and how many of them had no answer."""
    pairs, unanswered = [], 0
    for number in range(rounds):
        alone = race.fire(port, OURS.path, number + 1, (rate, race.seconds))
        attack = Attack(port, request)
        with clients(CLIENTS, attack.client):
            shots = race.fire(port, OURS.path, number + 1, (rate, race.seconds))
        settle(port)
        unanswered += sum(status != 200 for _, _, status in shots)
        pairs.append((percentile(shots), percentile(alone)))
        said = "; ".join(
            f"{when} p50 {_ms(percentile(each, 50))}, p99 {_ms(percentile(each))}"
            for when, each in (("alone", alone), ("beside", shots))
        )
        photos, others = (
            dict(Counter(status for _, _, status in shots).most_common()),
            dict(attack.statuses),
        )
        print(f"{name}: {said}; photos {photos}, attack {others}", flush=True)
    ours, peer = (_ms(statistics.median(side)) for side in zip(*pairs, strict=True))
    ratios = [one / other for one, other in pairs]
    row = dataclasses.replace(Row.of(f"p99 beside {name}", ours, peer, ratios, WANTED), at_most=True)
    lost = Row(f"no answer beside {name}", str(unanswered), "0", float(unanswered), 0, at_most=True)
    return [row, lost]


def settle(port: int) -> None:
    """Wait until nothing is left of an attack."""
    while "\nclothier_requests_in_progress 1.0\n" not in _get(port, "/metrics"):
        time.sleep(0.1)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _get(port: int, path: str) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", path)
        return line.getresponse().read().decode()
    finally:
        line.close()


def main() -> None:
    told = words(__doc__, rounds=3, seconds=12.0)
    told.add_argument("--rate", type=float, help="photos a second", default=0)
    told.add_argument("--attack", choices=ATTACKS, action="append", help="this one alone; may be repeated")
    given = told.parse_args()
    with (
        reporting(given.json) as rows,
        prepared(given, quick=6.0) as race,
        contextlib.ExitStack() as stack,
    ):
        with on_core(0):
            picture = load.pictures(race.folder, 1)[0]
            port = stack.enter_context(started(OURS, given.model, picture))
        stack.enter_context(on_core(1))
        rate = given.rate or ORDINARY * race.highest(port, OURS.path, 1)
        print(f"ordinary load: {rate:.0f}/s", flush=True)
        for name in given.attack or ATTACKS:
            model = json.loads(_get(port, "/v1/model"))
            request = ATTACKS[name](model["name"], model["image_shape"])
            rows += beside(race, port, name, request, rate, 1 if given.quick else given.rounds)


if __name__ == "__main__":
    main()
