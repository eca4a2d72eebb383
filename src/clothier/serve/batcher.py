"""The network of this process: a thread for requests of a few images, and one for those of many, which take turns."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from clothier.predict import Predictor
from clothier.serve.budget import Pace
from clothier.values import Images, Predictions

FEW = 8  # rows of a request at most that goes before larger ones
# Rows that go through the network at once, and of each request in turn, for requests of few rows and of many: fewer
# of many at once, as what they leave of the cores is for others.
TOGETHER, TURN = 32, 2
BULK, BULK_TURN = 8, 4
NICE = 7  # by which the thread of many steps back: beside others that want the core it has a sixth of it
_FIRST = 1e-3  # seconds a row, before any was measured


@dataclass(eq=False)
class _Job:
    """A request's images, of which `num_taken` went to the network so far, and what came back of them."""

    images: Images
    future: asyncio.Future[Predictions]
    num_taken: int = 0
    parts: list[Predictions] = field(default_factory=list)

    def turn(self, most: int) -> Images:
        """The next images, at most `most`."""
        start, self.num_taken = self.num_taken, min(self.num_taken + most, len(self.images))
        return self.images[start : self.num_taken]

    @property
    def is_taken(self) -> bool:
        return self.num_taken == len(self.images)


class Batcher:
    """Images -> Predictions, with their features.

    Requests take turns of a few rows, those of FEW rows or fewer among themselves, as do those of more beside them.
    `batches` and `rows` count what went through the network."""

    def __init__(self, predictor: Predictor, together: int = TOGETHER) -> None:
        self.predictor = predictor
        self._few = _Lane(predictor, together, TURN, 0)
        self._many = _Lane(predictor, BULK, BULK_TURN, NICE)

    @property
    def batches(self) -> int:
        return self._few.batches + self._many.batches

    @property
    def rows(self) -> int:
        return self._few.rows + self._many.rows

    @property
    def pace(self) -> Pace:
        """How long a row of the many takes."""
        return self._many.pace

    def warm(self) -> None:
        """Measure the pace: the first time that a network runs is no measure."""
        images = np.zeros((FEW, *self.predictor.image_shape), np.uint8)
        for _ in range(2):
            began = time.thread_time()
            self.predictor.outputs(images)
            self._many.pace = Pace((time.thread_time() - began) / len(images))

    async def predict(self, images: Images) -> Predictions:
        """Predictions for uint8 images (n, height, width, channels). Raises what Predictor.outputs raises."""
        return await (self._few if len(images) <= FEW else self._many).predict(images)

    def close(self) -> None:
        """Let go of the threads; what still waits is never answered."""
        self._few.close()
        self._many.close()


class _Lane:
    """One thread, which takes at most `together` rows at a time, `turn` of each request that waits, one after another
    and again from the first while there is room."""

    def __init__(self, predictor: Predictor, together: int, turn: int, nice: int) -> None:
        self.batches = self.rows = 0
        self.pace = Pace(_FIRST)
        self._predictor, self._together, self._turn = predictor, together, turn
        self._waiting: deque[_Job] = deque()
        self._thread = ThreadPoolExecutor(1, "batcher", _step_back, (nice,))
        self._working: asyncio.Task[None] | None = None

    async def predict(self, images: Images) -> Predictions:
        job = _Job(images, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await job.future

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        """Answer until nothing waits. What comes meanwhile makes up the next batch: none is waited for."""
        loop = asyncio.get_running_loop()
        while batch := self._next():
            try:
                predictions = await loop.run_in_executor(self._thread, self._run, [part for _, part in batch])
            except Exception as error:
                for job, _ in batch:
                    if not job.future.done():
                        job.future.set_exception(error)
                continue
            for (job, _), part in zip(batch, predictions, strict=True):
                job.parts.append(part)
                if sum(len(part) for part in job.parts) == len(job.images) and not job.future.done():
                    job.future.set_result(Predictions.concatenate(job.parts))

    def _next(self) -> list[tuple[_Job, Images]]:
        batch: list[tuple[_Job, Images]] = []
        room = self._together
        while self._waiting and room:
            job = self._waiting.popleft()
            if job.future.done():  # its deadline has passed
                continue
            batch.append((job, job.turn(min(self._turn, room))))
            room -= len(batch[-1][1])
            if not job.is_taken:
                self._waiting.append(job)
        self.batches += bool(batch)
        self.rows += self._together - room
        return batch

    def _run(self, parts: Sequence[Images]) -> list[Predictions]:
        began = time.thread_time(), time.perf_counter()
        images = parts[0] if len(parts) == 1 else np.concatenate(parts)
        predictions = self._predictor.predict(images, keep_features=True)
        self.pace.saw(len(images), time.thread_time() - began[0], time.perf_counter() - began[1])
        if len(parts) == 1:
            return [predictions]
        ends = np.cumsum([len(part) for part in parts]).tolist()
        return [predictions[end - len(part) : end] for part, end in zip(parts, ends, strict=True)]


def _step_back(nice: int) -> None:
    """Let others have the core before this thread. Elsewhere than on Linux a thread has no priority of its own."""
    if nice and sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + nice)
