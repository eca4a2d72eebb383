"""The network of this process: one thread that answers, with all that waits at a time in one batch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from clothier.calibrate import Verdicts
from clothier.predict import Predictor
from clothier.values import Floats, Images

TOGETHER = 32  # rows from several requests that go through the network at once


@dataclass(frozen=True, eq=False)
class Outcome:
    """Of n images: `verdicts` as Calibration.judge has them, `logits` float32 (n, num_classes), `features` float32
    (n, d)."""

    verdicts: Verdicts
    logits: Floats
    features: Floats

    def rows(self, start: int, stop: int) -> Outcome:
        """Those of some images alone."""
        part, said = slice(start, stop), self.verdicts
        verdicts = Verdicts(said.probabilities[part], said.statuses[part], said.strangeness[part])
        return Outcome(verdicts, self.logits[part], self.features[part])


Waiting = tuple[Images, asyncio.Future[Outcome]]


class Engine:
    """Images -> Outcome, in the order they come, at most `together` at once. `batches` and `rows` count what
    went through the network."""

    def __init__(self, predictor: Predictor, together: int = TOGETHER) -> None:
        self.predictor = predictor
        self.batches = 0
        self.rows = 0
        self._together = together
        self._waiting: deque[Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, "engine")
        self._working: asyncio.Task[None] | None = None

    async def answer(self, images: Images) -> Outcome:
        """Of uint8 images (n, height, width, channels). Raises what Predictor.outputs raises."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((images, future))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await future

    def close(self) -> None:
        """Let go of the thread; what still waits is never answered."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        """Answer until nothing waits. What comes meanwhile makes up the next batch: none is waited for."""
        loop = asyncio.get_running_loop()
        while batch := self._next():
            try:
                outcomes = await loop.run_in_executor(
                    self._thread, self._run, [images for images, _ in batch]
                )
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():  # its deadline may have passed
                    future.set_result(outcome)

    def _next(self) -> list[Waiting]:
        batch: list[Waiting] = []
        rows = 0
        while self._waiting and (not batch or rows + len(self._waiting[0][0]) <= self._together):
            images, future = self._waiting.popleft()
            if not future.done():
                batch.append((images, future))
                rows += len(images)
        self.batches += bool(batch)
        self.rows += rows
        return batch

    def _run(self, parts: Sequence[Images]) -> list[Outcome]:
        images = parts[0] if len(parts) == 1 else np.concatenate(parts)
        made = self.predictor.outputs(images)
        verdicts = self.predictor.calibration.judge(made.logits, made.features, images)
        outcome = Outcome(verdicts, made.logits, made.features)
        if len(parts) == 1:
            return [outcome]
        ends = np.cumsum([len(part) for part in parts]).tolist()
        return [outcome.rows(end - len(part), end) for part, end in zip(parts, ends, strict=True)]
