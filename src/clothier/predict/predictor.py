"""The network of a model file, ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import onnxruntime

from clothier.backend import num_cores
from clothier.bundle import Bundle
from clothier.calibrate import Calibration, Verdicts, softmax
from clothier.errors import BundleError, InputError
from clothier.values import Floats, Images, release

_ROWS = 32  # that go through the network together: what a layer makes of them stays in a core's own cache
_PIXELS = 2**18  # at most so many at once, where images are large
_BLOCK = 1024  # rows that are judged together


@dataclass(frozen=True, eq=False)
class Outputs:
    """Of n images: `logits` float32 (n, num_classes), and the `features` that they are computed from, float32
    (n, d)."""

    logits: Floats
    features: Floats


class Predictor:
    """Images -> logits and features, probabilities, or verdicts.

    `model` is a model file's content, or a graph as it holds one, which comes without names and calibration; whether
    a graph of unknown origin may be run is checked by `bundle.read`, not here. `threads` at once, 0 for one a core.
    """

    def __init__(self, model: Bundle | bytes, threads: int = 0) -> None:
        graph = model.graph if isinstance(model, Bundle) else model
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors alone
        # One thread within the network, and as many batches at once as there are threads: on two cores twice as
        # fast as sharing each batch between them, and a single image wakes no other thread.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._run = self._session.run
        self.image_shape: tuple[int, int, int] = tuple(self._session.get_inputs()[0].shape[1:])
        widths = {output.name: output.shape[1] for output in self._session.get_outputs()}
        self.num_classes, self.num_features = int(widths["logits"]), int(widths["features"])
        self.calibration = Calibration()
        self.class_names = tuple(map(str, range(self.num_classes)))
        self.photos = "pad"  # how a photo becomes such an image, as photo.doctor.prepare has it
        if isinstance(model, Bundle):
            said = model.manifest
            self.class_names, self.photos = said.class_names, said.preprocessing["photos"]
            self.calibration = Calibration.of_tensors(said.temperature, said.thresholds, model.statistics)
        known = self.calibration.statistics
        if known is not None and not known.fits(self.num_features, self.image_shape):
            raise BundleError(
                f"the model file's statistics are of another network than one with {self.num_features} features "
                f"of images of {self.image_shape}; export it anew"
            )
        self._threads = threads or num_cores()
        self._pool: ThreadPoolExecutor | None = None
        self._rows = max(1, min(_ROWS, _PIXELS // int(np.prod(self.image_shape))))

    def outputs(self, images: Images) -> Outputs:
        """Logits and features of uint8 images (n, height, width, channels); InputError for another shape or dtype."""
        count = self._checked(images)
        if count <= self._rows:
            return Outputs(*self._run(["logits", "features"], {"images": images}))
        made = Outputs(
            np.empty((count, self.num_classes), np.float32), np.empty((count, self.num_features), np.float32)
        )

        def fill(start: int) -> None:
            rows = slice(start, start + self._rows)
            given = {"images": np.ascontiguousarray(images[rows])}
            made.logits[rows], made.features[rows] = self._run(["logits", "features"], given)

        self._each(fill, range(0, count, self._rows))
        return made

    def probabilities(self, images: Images) -> Floats:
        """Calibrated probabilities, float32 (n, num_classes); images and errors as of `outputs`."""
        if self._checked(images) <= self._rows:
            (logits,) = self._run(["logits"], {"images": images})
            return softmax(logits, self.calibration.temperature)
        return softmax(self.outputs(images).logits, self.calibration.temperature)

    def judge(self, images: Images) -> Verdicts:
        """Probabilities and doubts, as `Calibration.judge` has them; images and errors as of `outputs`."""
        parts = list(self._verdicts(images))
        if len(parts) == 1:
            return parts[0]
        return Verdicts(
            np.concatenate([part.probabilities for part in parts]),
            np.concatenate([part.statuses for part in parts]),
            np.concatenate([part.strangeness for part in parts]),
        )

    def _verdicts(self, images: Images) -> Iterator[Verdicts]:
        for start in range(0, max(len(images), 1), _BLOCK):
            block = images[start : start + _BLOCK]
            outputs = self.outputs(block)
            yield self.calibration.judge(outputs.logits, outputs.features, block)
            release(images)

    def _checked(self, images: Images) -> int:
        if images.shape[1:] != self.image_shape or images.dtype != np.uint8:
            shape = ", ".join(map(str, self.image_shape))
            raise InputError(f"images are {images.dtype} {images.shape}; wanted uint8 (n, {shape})")
        return len(images)

    def _each(self, act: Callable[[int], None], places: Sequence[int]) -> None:
        if self._threads == 1:
            for place in places:
                act(place)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads)
        for _ in self._pool.map(act, places):
            pass
