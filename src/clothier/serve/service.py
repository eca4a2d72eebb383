"""What the handlers share: the model, the decoders, and how much is being done."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from clothier import bundle
from clothier.bundle import Bundle
from clothier.errors import RefusedError
from clothier.predict import Predictor, file_of
from clothier.serve.admission import OccupancyLimit
from clothier.serve.batcher import FEW, Batcher
from clothier.serve.budget import Budget
from clothier.serve.decoders import DecodeOptions, PictureDecoders
from clothier.serve.metrics import Metrics
from clothier.serve.request_body import BodyLimiter
from clothier.serve.settings import Settings
from clothier.serve.tensor_reader import TensorReader
from clothier.system.hardware import num_cores

LOADING, READY, DRAINING, FAILED = "loading", "ready", "draining", "failed"
# Pictures a decoder, where settings do not say. With 4 a service holds fewer a second, as bursts are refused; with 16,
# what is accepted in a flood waits longer (benchmarks/serve/overload.py).
QUEUE = 8
# Bulk work that is taken, in seconds of a core, to the time in which it must be done: of all requests together, and of
# one that comes alone. Beside as much ordinary work as there can be it has a quarter of the decoders' turns and a
# sixth of a core (worker_queue.BULK_EVERY, batcher.NICE).
TOGETHER, ALONE = 1 / 6, 1 / 4
LULL = 0.5  # seconds for which a service that is to end still answers, so that its clients hear of it


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model file, and what answers with it."""

    content: Bundle
    batcher: Batcher
    decoders: PictureDecoders
    reader: TensorReader


class Service:
    """`state` is one of loading, ready, draining, failed. `requests` counts those that are not answered yet.

    Ordinary work is one picture, which takes one of `picture_slots`, or a tensor of few rows, which takes one in
    `tensor_slots`. All that is larger is bulk work and pays its price: `pictures` of forms, which are decoded when
    nothing ordinary waits, and `passes` of the network. `bodies` are the bytes of both.
    """

    def __init__(self, settings: Settings, content: Bundle | None = None) -> None:
        self.settings = settings
        self.num_decoders = settings.decoders or num_cores()
        num_slots = settings.queue or QUEUE * self.num_decoders
        self.picture_slots, self.tensor_slots = OccupancyLimit(num_slots), OccupancyLimit(num_slots)
        self.state = LOADING
        self.requests = 0
        self.bodies = BodyLimiter(settings.reading_bytes, settings.body_seconds)
        together, alone = TOGETHER * settings.work_seconds, ALONE * settings.work_seconds
        self.pictures = Budget(
            "pictures",
            "send fewer pictures",
            lambda: self.model.decoders.pace.within(together) * self.num_decoders,
            lambda: self.model.decoders.pace.alone(alone) * self.num_decoders,
        )
        self.passes = Budget(
            "network passes",
            "send fewer rows or pictures",
            lambda: self.model.batcher.pace.within(together),
            lambda: self.model.batcher.pace.alone(alone),
        )
        self.packing = asyncio.Lock()  # one long answer is written at a time, in small pieces
        self.metrics = Metrics()
        self.name = ""
        self._model: ServedModel | None = None
        self._decoders: PictureDecoders | None = None
        self._given = content
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Load the model meanwhile."""
        self._tasks.append(asyncio.create_task(self._load()))

    def loading_error(self) -> BaseException | None:
        """What loading raised; None while it goes on, and where the model is there."""
        loading = self._tasks[0]
        return loading.exception() if loading.done() and not loading.cancelled() else None

    async def stop(self) -> None:
        """Let everything go."""
        self.state = DRAINING
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.close()

    def close(self) -> None:
        """End what runs beside this process, and its threads."""
        if self._decoders is not None:
            self._decoders.close()
        if self._model is not None:
            self._model.batcher.close()
            self._model.reader.close()

    async def drain(self) -> None:
        """Refuse new work from now on, and wait until all is answered that was taken, at most as long as settings
        say."""
        self.state = DRAINING
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LULL + self.settings.drain_seconds):
                await asyncio.sleep(LULL)
                while self.requests:
                    await asyncio.sleep(0.02)

    @property
    def is_ending(self) -> bool:
        return self.state == DRAINING

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    @property
    def model(self) -> ServedModel:
        """What was loaded; RefusedError 503 where it is not there yet."""
        if self._model is None:
            raise self._unready()
        return self._model

    def admit(self, slots: OccupancyLimit) -> None:
        """RefusedError unless new work can be taken: 503 while there is no model or it ends, 429 where those slots are
        taken already."""
        if self.state != READY:
            raise self._unready()
        _check_free(slots)

    @contextlib.contextmanager
    def price(self, pictures: int, passes: int) -> Iterator[None]:
        """So many pictures of a form and passes of the network, from now until the end of it. Raises RefusedError where
        that is too much; one picture and few passes are free."""
        with contextlib.ExitStack() as stack:
            if passes > FEW:
                stack.enter_context(self.passes.take(passes))
            if pictures > 1:
                stack.enter_context(self.pictures.take(pictures))
            yield

    @contextlib.contextmanager
    def slot(self, slots: OccupancyLimit) -> Iterator[None]:
        """One of the slots, from now until the end of it. Raises RefusedError where others were faster."""
        _check_free(slots)
        slots.change(1)
        try:
            yield
        finally:
            slots.change(-1)

    @contextlib.asynccontextmanager
    async def deadline(self) -> AsyncIterator[None]:
        """RefusedError 504 where what is done in it takes longer than settings allow."""
        try:
            async with asyncio.timeout(self.settings.work_seconds):
                yield
        except TimeoutError:
            raise RefusedError(
                504,
                "too_slow",
                f"the answer took longer than {self.settings.work_seconds:g} s; wanted less work; send "
                "fewer pictures, or try again later",
            ) from None

    def _unready(self) -> RefusedError:
        words = {LOADING: "is loading its model", DRAINING: "is shutting down", FAILED: "has no model"}
        return RefusedError(
            503, self.state, f"the service {words[self.state]}; wanted one that is ready; try again later", 1
        )

    async def _load(self) -> None:
        try:
            loop = asyncio.get_running_loop()
            content = await loop.run_in_executor(None, self._read)
            manifest = content.manifest
            recipe: Any = manifest.recipe.get("name") or "model"
            self.name = re.sub(r"[^A-Za-z0-9._-]+", "-", str(recipe))
            height, width, channels = manifest.image_shape
            limits = self.settings
            options = DecodeOptions(
                manifest.preprocessing["photos"],
                (height, width),
                channels,
                limits.megapixels,
                limits.decoder_bytes,
                math.ceil(limits.decode_seconds),
            )
            # They start while the network is made ready.
            self._decoders = PictureDecoders(options, self.num_decoders)
            batcher = Batcher(await loop.run_in_executor(None, lambda: Predictor(content, 1)))
            await loop.run_in_executor(None, batcher.warm)
            self._model = ServedModel(content, batcher, self._decoders, TensorReader(options, limits.rows))
        except BaseException:
            self.state = FAILED
            raise
        if self.state == LOADING:
            self.state = READY

    def _read(self) -> Bundle:
        return self._given or bundle.read(file_of(self.settings.model))


def _check_free(slots: OccupancyLimit) -> None:
    if slots.is_full:
        raise RefusedError(
            429,
            "busy",
            f"the service is busy: {slots.count} requests are in progress; wanted fewer; try again later",
            1,
        )
