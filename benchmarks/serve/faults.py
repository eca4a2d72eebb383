"""What a service withstands: hostile uploads by the thousand, killed processes, and its own end under load.

    python -m benchmarks.serve.faults --model MODEL [--uploads 20000] [--seed 1] [--json]

Every hostile upload must be refused with a status of 4xx, every sound picture among them answered; no process may die,
and memory may grow by 64 MB at most. Then, under load, each decoder and the process that answers are killed: the
service must be ready again, and answer. At last SIGTERM: each request that was taken must have been answered. It ends
with status 1 where anything else came to pass.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.common import parser
from benchmarks.serve.hostile import KINDS, RARE, Upload, sound
from benchmarks.serve.serving import Served, kill
from clothier.serve.decoders import KILLED

CLIENTS = 8
SOUND_EVERY = 50  # uploads
RARE_EVERY = 20  # uploads of a rare kind are made and sent once in so many of its turns
GROWTH = 64  # megabytes
SETTLED = 0.1  # share of the uploads after which memory is what it should stay at
LOAD_SECONDS = 4.0
COSTLY = (KILLED, "takes too long to read")  # in an answer: of an upload that cost a process


@dataclass
class FaultCounts:
    """What was counted, and in `faults`, in words, what should not have been."""

    uploads: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    kinds: int = 0
    per_second: float = 0.0
    megabytes_settled: float = 0.0
    megabytes_most: float = 0.0
    decoders_replaced: int = 0
    back_after_kill: float = 0.0
    refused_for_killed_decoders: int = 0
    taken_at_end: int = 0
    lost_at_end: int = 0
    faults: list[str] = field(default_factory=list)


class Client:
    """One connection that is opened again where it was closed."""

    def __init__(self, port: int, name: str = "") -> None:
        self._name = name
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def send(self, upload: Upload) -> tuple[int, bytes]:
        """(status, body); OSError or HTTPException where no answer came."""
        path = upload.path.replace("{name}", self._name)
        headers = {"Content-Type": upload.kind, **upload.headers}
        try:
            # Where it is refused before all of it was sent, the answer is there.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._line.request(upload.method, path, upload.body or None, headers)
            response = self._line.getresponse()
            content = response.read()
        except BaseException:
            self._line.close()
            raise
        if response.will_close:
            self._line.close()
        return response.status, content

    def close(self) -> None:
        self._line.close()


def barrage(served: Served, uploads: int, seed: int, outcome: FaultCounts) -> None:
    """Send that many hostile uploads, and sound pictures between them."""
    names, local, lock = sorted(KINDS), threading.local(), threading.Lock()
    statuses: Counter[str] = Counter()

    def one(number: int) -> None:
        dice = np.random.default_rng([seed, number])
        name = names[number % len(names)]
        if name in RARE and number // len(names) % RARE_EVERY:
            name = "noise"
        good = number % SOUND_EVERY == 0
        upload = Upload(sound(dice, "JPEG"), "image/jpeg") if good else KINDS[name](dice)
        if not hasattr(local, "client"):
            local.client = Client(served.port, served.name)
        try:
            status, content = local.client.send(upload)
        except (OSError, http.client.HTTPException) as error:
            status, content = 0, repr(error).encode()
        with lock:
            statuses[f"{'sound' if good else name}: {status}"] += 1
            said = content[:150].decode(errors="replace")
            if (status != 200 if good else not 400 <= status < 500) or any(each in said for each in COSTLY):
                outcome.faults.append(f"upload {number} ({'sound' if good else name}) got {status}: {said}")

    began, worker = time.perf_counter(), served.worker()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for start in range(0, uploads, 500):
            list(pool.map(one, range(start, min(start + 500, uploads))))
            now = served.megabytes()
            if start <= SETTLED * uploads:
                outcome.megabytes_settled = max(outcome.megabytes_settled, now)
            outcome.megabytes_most = max(outcome.megabytes_most, now)
            done = min(start + 500, uploads)
            pace = done / (time.perf_counter() - began)
            print(f"{done} uploads, {pace:.0f}/s, {now:.0f} MB", file=sys.stderr, flush=True)
    outcome.uploads, outcome.kinds, outcome.per_second = uploads, len(names), pace
    outcome.statuses = dict(sorted(statuses.items()))
    outcome.decoders_replaced = int(served.metric("decoders_replaced_total"))
    if outcome.decoders_replaced or served.worker() != worker:
        outcome.faults.append(f"{outcome.decoders_replaced} decoders died, or the process that answers")
    grown = outcome.megabytes_most - outcome.megabytes_settled
    if grown > GROWTH:
        outcome.faults.append(f"memory grew by {grown:.0f} MB")


class Load:
    """Clients that send sound pictures, one after the other, until told to stop."""

    def __init__(self, port: int, clients: int = 4) -> None:
        self.answers: list[tuple[float, str, int]] = []  # when, id, status; 0 where no answer came
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(port, number)) for number in range(clients)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> list[tuple[float, str, int]]:
        """All answers."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.answers

    def _send(self, port: int, client: int) -> None:
        line = Client(port)
        content, number = sound(np.random.default_rng(client), "JPEG"), 0
        while not self._stop.is_set():
            number += 1
            identity = f"load-{client}-{number}"
            try:
                status, _ = line.send(Upload(content, "image/jpeg", headers={"X-Request-ID": identity}))
            except (OSError, http.client.HTTPException):
                status = 0
                time.sleep(0.01)
            self.answers.append((time.perf_counter(), identity, status))
        line.close()


def kills(served: Served, outcome: FaultCounts) -> None:
    """Kill decoders, then the process that answers, under load."""
    load = Load(served.port)
    time.sleep(LOAD_SECONDS / 4)
    killed = served.decoders()
    for process in killed:
        kill(process)
    time.sleep(LOAD_SECONDS)
    statuses = Counter(status for _, _, status in load.stop())
    outcome.refused_for_killed_decoders = statuses[422]
    if set(statuses) - {200, 422} or statuses[422] > len(killed):
        outcome.faults.append(f"killing {len(killed)} decoders led to {dict(statuses)}")

    load = Load(served.port)
    time.sleep(LOAD_SECONDS / 4)
    kill(served.worker())
    time.sleep(0.1)
    outcome.back_after_kill = 0.1 + served.wait_ready()
    back = time.perf_counter()
    time.sleep(LOAD_SECONDS)
    after = Counter(status for when, _, status in load.stop() if when > back + 0.5)
    if set(after) != {200}:
        outcome.faults.append(f"after the process that answers was killed: {dict(after)}")


def end(served: Served, log: Path, outcome: FaultCounts) -> None:
    """SIGTERM under load: what the service says that it answered must have reached its client."""
    load = Load(served.port, 12)
    time.sleep(LOAD_SECONDS / 2)
    status = served.end()
    answers = {identity: status for _, identity, status in load.stop()}
    taken = {}
    for text in log.read_text().splitlines():
        if text.startswith("{") and (said := json.loads(text))["id"].startswith("load-"):
            taken[said["id"]] = said["status"]
    outcome.taken_at_end = len(taken)
    lost = {name: code for name, code in taken.items() if answers.get(name) != code}
    outcome.lost_at_end = len(lost)
    if lost or status or 200 not in taken.values():
        outcome.faults.append(f"at the end {len(lost)} of {len(taken)} requests were lost; status {status}")


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--model", required=True)
    words.add_argument("--uploads", type=int, default=20_000)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    outcome = FaultCounts()
    served = Served(given.model, "--no-access-log", "--queue", "64")
    barrage(served, 1000 if given.quick else given.uploads, given.seed, outcome)
    kills(served, outcome)
    served.end()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        with path.open("w") as log:
            served = Served(given.model, "--queue", "64", log=log)
            end(served, path, outcome)
    if given.json:
        print(json.dumps(asdict(outcome)))
    else:
        for name, value in asdict(outcome).items():
            shown = (
                "\n".join(map(str, value.items() if isinstance(value, dict) else value[:20]))
                if isinstance(value, dict | list)
                else value
            )
            print(f"{name}: {shown}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
