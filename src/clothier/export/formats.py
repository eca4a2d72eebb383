"""The formats a run is exported in: how each is made, and how it predicts.

To add one: a function here, a line in FORMATS.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from clothier import bundle
from clothier.errors import InputError
from clothier.export import bundling, int8, running, stock
from clothier.export.graph import emit
from clothier.models.plan import Plan
from clothier.runs import Run, trained
from clothier.system.version import __version__
from clothier.values import Dataset, Floats, Images, softmax

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class Work:
    """What is exported: a run, the data it was trained on where they are at hand, and whether to bytes."""

    run: Run
    dataset: Dataset | None
    int8: bool

    @property
    def data(self) -> Dataset:
        """The data, for what cannot be made without."""
        if self.dataset is None:
            raise InputError(
                "model files and --int8 need the images that the run was trained on; give the data, or choose another "
                "format"
            )
        return self.dataset

    @cached_property
    def model(self) -> keras.Model:
        return trained.load(self.run)

    @cached_property
    def plan(self) -> Plan:
        return trained.plan(self.run)

    @cached_property
    def temperature(self) -> float | None:
        return trained.temperature(self.run)

    @cached_property
    def onnx(self) -> bytes:
        """The graph of probabilities, with `metadata` beside it."""
        graph = emit(self.model, views=self.plan.views, temperature=self.temperature or 1.0)
        if self.int8:
            graph = int8.quantize(graph, self.data.train.images)
        made = onnx.load_from_string(graph)
        onnx.helper.set_model_props(made, self.metadata)
        return bytes(made.SerializeToString(deterministic=True))

    @property
    def metadata(self) -> dict[str, str]:
        """What whoever prepares images for the file must know, and where it comes from; lists are JSON."""
        shape, own = self.plan.image_shape, self.run.description().data
        return {
            "class_names": json.dumps(list(own.class_names)),
            "image_shape": json.dumps(list(shape)),
            "colour": "grey" if shape[2] == 1 else "RGB",
            "photos": self._photos(),
            "calibrated": "no" if self.temperature is None else "yes",
            "recipe": self.run.recipe().name,
            "data": bundling.without_folders(own.name),
            "fingerprint": own.fingerprint,
            "clothier": __version__,
        }

    def _photos(self) -> str:
        """How photos are prepared: as the given data were, else as the run's model file says, else as the run's data
        were cropped."""
        if self.dataset is not None:
            return bundling.photos_of(self.dataset)
        if self.run.model_file.is_file():
            return bundle.read(self.run.model_file).manifest.preprocessing["photos"]
        return self.run.description().data.reading.crop


@dataclass(frozen=True, eq=False)
class Made:
    """The finished files by suffix, the first the one that is named, and what they predict: uint8 images ->
    probabilities float32 (n, num_classes)."""

    files: dict[str, bytes]
    probabilities: Callable[[Images], Floats]


@dataclass(frozen=True)
class Format:
    make: Callable[[Work], Made]
    suffix: str
    runtime: str  # what predicts with it
    description: str


def _clothier(work: Work) -> Made:
    made = bundling.bundle_of(work.run, work.data, int8=work.int8)
    data = bundle.pack(made)

    def probabilities(images: Images) -> Floats:
        graph = bundle.read(io.BytesIO(data)).graph
        logits = running.onnx_outputs(graph, images, ["logits"])[0]
        return softmax(logits, made.manifest.temperature)

    return Made({".clothier": data}, probabilities)


def _onnx(work: Work) -> Made:
    return Made(
        {".onnx": work.onnx}, lambda images: running.onnx_outputs(work.onnx, images, ["probabilities"])[0]
    )


def _keras(work: Work) -> Made:
    if work.int8:
        raise InputError("--int8 does not work with --format keras; wanted --format onnx or openvino")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        twin = stock.twin(work.model, views=work.plan.views, temperature=work.temperature or 1.0)
        stock.save(twin, file)
        data = file.read_bytes()
    return Made({".keras": data}, _opening({".keras": data}, running.keras_outputs))


def _openvino(work: Work) -> Made:
    openvino = running.openvino()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.xml"
        made = openvino.Core().read_model(work.onnx)
        for key, value in work.metadata.items():
            made.set_rt_info(value, ["clothier", key])
        openvino.save_model(made, file, compress_to_fp16=False)
        files = {suffix: file.with_suffix(suffix).read_bytes() for suffix in (".xml", ".bin")}
    return Made(files, _opening(files, running.openvino_outputs))


def _opening(
    files: dict[str, bytes], outputs: Callable[[Path, Images], Floats]
) -> Callable[[Images], Floats]:
    """Puts the files side by side for as long as they are asked."""

    def probabilities(images: Images) -> Floats:
        with tempfile.TemporaryDirectory() as folder:
            for suffix, data in files.items():
                (Path(folder) / f"model{suffix}").write_bytes(data)
            return outputs(Path(folder) / f"model{next(iter(files))}", images)

    return probabilities


FORMATS: dict[str, Format] = {
    "clothier": Format(
        _clothier, ".clothier", "ONNX Runtime", "our own model file, for predict, doctor and serve"
    ),
    "keras": Format(_keras, ".keras", "Keras", "opens in Keras without clothier; gives probabilities"),
    "onnx": Format(
        _onnx, ".onnx", "ONNX Runtime", "for any ONNX runtime; uint8 images in, probabilities out"
    ),
    "openvino": Format(
        _openvino, ".xml", "OpenVINO", "for OpenVINO, with a .bin beside it; gives probabilities"
    ),
}
