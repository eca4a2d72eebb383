"""How fast a trained network predicts: ours against Keras, and against ONNX Runtime and OpenVINO as they come.

    python -m benchmarks.predict.race [RUN] [--rounds 3]
    python -m benchmarks.predict.race clothes --photos FOLDER [--rounds 3]

Same weights, same uint8 images, probabilities out; each leg in a process of its own, in turn (A B A B ...). RUN is a
finished run on 28 x 28 images, such as runs/cnn3-1; without, cnn3 is trained for an epoch. Of the model clothes in the
box, the network in Keras is made of the weights in its file, and the images are the validation photos of FOLDER.

batch: images/s over the test images, the median of three passes after one to warm up.
single: one image a call, microseconds from the array to its probabilities, p50 and p99.
cold: the command `clothier predict PHOTO.jpg` from its start to its end, with clothes or else fashion-mnist, against a
script that loads the stock twin and squeezes the photo into its pixels; in turn, after one of each to fill the disk's
cache.

keras.predict is `Model.predict` on the stock twin; compiled, that twin in a `tf.function`, batches of 1,000. "onnx
naive" and "openvino naive" are sessions as they come, all images in one call. Ours: "clothier" is ONNX Runtime in
float32; "clothier int8" a model file made by `clothier export RUN --format clothier --int8`; "clothier openvino" the
first model file with `engine="openvino"`, which computes in bfloat16 where the processor has it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import common
from benchmarks.common import Row
from benchmarks.photos.drawn import draw
from clothier.predict import box
from clothier.values import Floats, Images

OURS = ("clothier", "clothier int8", "clothier openvino")
LEGS = (*OURS, "keras.predict", "compiled", "onnx naive", "openvino naive")
CALLS = {"keras.predict": 60, "compiled": 600}  # of a single image; the others have 3,000
COLD = 1.0  # seconds in which a photo is to have its answer
SINGLE = 120.0  # microseconds in which an image of 28 x 28 pixels is to have its probabilities, by the median
BY_KERAS = """
import sys, keras, numpy as np
from PIL import Image
model = keras.models.load_model(sys.argv[1])
_, height, width, channels = model.input_shape
image = Image.open(sys.argv[2]).convert("L" if channels == 1 else "RGB").resize((width, height))
print(model.predict(np.asarray(image).reshape(1, height, width, channels), verbose=0).argmax())
"""
Predict = Callable[[Images], Floats]


def clothier(file: Path, engine: str = "onnxruntime") -> tuple[Predict, Predict]:
    from clothier import predict

    opened = predict.opened(file, engine=engine)

    def probabilities(images: Images) -> Floats:
        return opened.predict(images).named_probabilities[1]

    return probabilities, probabilities


def keras_predict(file: Path) -> tuple[Predict, Predict]:
    model = _keras(file)

    def many(images: Images) -> Floats:
        return np.asarray(model.predict(images, batch_size=1000, verbose=0))

    return many, many


def compiled(file: Path) -> tuple[Predict, Predict]:
    model = _keras(file)
    import tensorflow as tf

    call = tf.function(lambda images: model(images, training=False), reduce_retracing=True)

    def many(images: Images) -> Floats:
        parts = [call(tf.constant(images[at : at + 1000])).numpy() for at in range(0, len(images), 1000)]
        return np.concatenate(parts)

    return many, many


def naive(file: Path) -> tuple[Predict, Predict]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def many(images: Images) -> Floats:
        return np.asarray(session.run(None, {"images": images})[0])

    return many, many


def openvino(file: Path) -> tuple[Predict, Predict]:
    from importlib import import_module

    core = import_module("openvino").Core()
    model = core.compile_model(core.read_model(file), "CPU")

    def many(images: Images) -> Floats:
        return np.asarray(model(images)[0])

    return many, many


def _keras(file: Path) -> Any:
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    import keras

    return keras.models.load_model(file)


# leg -> the file it reads, and what makes (for many, for one)
SIDES: dict[str, tuple[str, Callable[[Path], tuple[Predict, Predict]]]] = {
    "clothier": ("model.clothier", clothier),
    "clothier int8": ("int8.clothier", clothier),
    "clothier openvino": ("model.clothier", partial(clothier, engine="openvino")),
    "keras.predict": ("model.keras", keras_predict),
    "compiled": ("model.keras", compiled),
    "onnx naive": ("model.onnx", naive),
    "openvino naive": ("model.onnx", openvino),
}


def leg(name: str, folder: Path) -> dict[str, float]:
    file, make = SIDES[name]
    given = np.load(folder / "images.npz")
    images, labels = given["images"], given["labels"]
    many, one = make(folder / file)
    right = float(np.mean(many(images).argmax(axis=1) == labels))
    passes = []
    for _ in range(3):
        began = time.perf_counter()
        many(images)
        passes.append(len(images) / (time.perf_counter() - began))
    calls = CALLS.get(name, 3000)
    times = []
    for number in range(calls + calls // 5):
        image = images[number % len(images)][None]
        began = time.perf_counter()
        one(image)
        times.append(time.perf_counter() - began)
    p50, p99 = np.percentile(times[calls // 5 :], [50, 99]) * 1e6
    return {"images/s": statistics.median(passes), "p50": p50, "p99": p99, "accuracy": right}


def prepare(run: str, folder: Path) -> None:
    """The files of every leg, in a process that may load Keras."""
    from clothier import backend, data, export, recipes, training
    from clothier.runs import Run

    backend.start()
    dataset = data.load("fashion-mnist")
    if run:
        opened = Run.open(run)
    else:
        opened = Run.create("cnn3", folder)
        changes = {"epochs": 1, "augmented_epochs": 0}
        training.train(recipes.change(recipes.get("cnn3"), changes), dataset, opened)
    for form, name, int8 in (
        ("clothier", "model.clothier", False),
        ("clothier", "int8.clothier", True),
        ("keras", "model.keras", False),
        ("onnx", "model.onnx", False),
    ):
        export.export(opened, dataset, form, folder / name, int8=int8)
    test = dataset.split("test")
    np.savez(folder / "images.npz", images=test.images, labels=test.labels)


def cold(folder: Path, rounds: int, model: str) -> list[Row]:
    """Seconds of whole commands, ours with that model."""
    draw(folder, 1)
    photo = str(folder / "00.jpg")
    ours = [sys.executable, "-m", "clothier", "predict", photo, "--model", model]
    keras = [sys.executable, "-c", BY_KERAS, str(folder / "model.keras"), photo]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}

    def seconds(command: list[str]) -> float:
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        return time.perf_counter() - began

    pairs = [(seconds(ours), seconds(keras)) for _ in range(rounds + 1)][1:]
    mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return [
        Row("cold, seconds", f"{mine:.2f} s", f"{COLD:g} s", mine / COLD, 1, at_most=True),
        Row.of("cold", f"{mine:.2f} s", f"keras.predict {theirs:.2f} s", [b / a for a, b in pairs]),
    ]


def contest(rounds: list[dict[str, dict[str, float]]], single: float | None) -> list[Row]:
    """The rows of all rounds; `single` is how many microseconds an image may take."""

    def median(name: str, figure: str) -> float:
        return statistics.median(figures[name][figure] for figures in rounds)

    def row(ours: str, peer: str, figure: str, wanted: float | None = None) -> Row:
        def told(name: str) -> str:
            if figure == "images/s":
                return f"{name} {median(name, figure):,.0f} images/s"
            return f"{name} p50 {median(name, 'p50'):,.0f} us, p99 {median(name, 'p99'):,.0f} us"

        ratios = [figures[ours][figure] / figures[peer][figure] for figures in rounds]
        if figure == "p50":
            ratios = [1 / ratio for ratio in ratios]
        what = "batch" if figure == "images/s" else "single image"
        return Row.of(what, told(ours), told(peer), ratios, wanted)

    peers = [name for name in rounds[0] if name not in OURS]
    batch = {"keras.predict": 1.5}
    rows = [row("clothier", peer, "images/s", batch.get(peer)) for peer in peers]
    rows += [row(name, "keras.predict", "images/s", 2.5) for name in rounds[0] if name in OURS[1:]]
    rows += [row("clothier", peer, "p50") for peer in peers]
    mine = median("clothier", "p50")
    if single:
        limit = f"{single:g} us"
        rows.append(Row("single image, p50", f"{mine:,.0f} us", limit, mine / single, 1, at_most=True))
    accuracy = {name: median(name, "accuracy") for name in rounds[0]}
    print("accuracy  " + "  ".join(f"{name} {share:.4f}" for name, share in accuracy.items()), flush=True)
    return rows


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("run", nargs="?", default="", metavar="RUN|clothes")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="of the clothing data set, for clothes")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--leg", nargs=2)
    parser.add_argument("--prepare")
    words = parser.parse_args()
    is_boxed = words.run == box.FOR_PHOTOS
    if is_boxed and not words.photos:
        parser.error(f"the model {words.run} needs --photos FOLDER")
    if words.prepare:
        if is_boxed:
            from benchmarks.predict import boxed

            boxed.prepare(words.run, words.photos, Path(words.prepare))
        else:
            prepare(words.run, Path(words.prepare))
        print("{}")
        return
    if words.leg:
        print(json.dumps(leg(words.leg[0], Path(words.leg[1]))))
        return
    legs = [name for name in LEGS if "openvino" not in name or importlib.util.find_spec("openvino")]
    with common.reporting(words.json) as rows, tempfile.TemporaryDirectory() as folder:
        photos = ["--photos", words.photos] if is_boxed else []
        common.alone(__file__, words.run, "--prepare", folder, *photos)
        rounds: list[dict[str, dict[str, float]]] = []
        for number in range(words.rounds or (1 if words.quick else 3)):
            rounds.append({name: common.alone(__file__, "--leg", name, folder) for name in legs})
            for name, figures in rounds[-1].items():
                told = "  ".join(
                    f"{what} {figure:,.{4 if figure < 1 else 0}f}" for what, figure in figures.items()
                )
                print(f"round {number + 1}  {name:17}  {told}", flush=True)
        rows += contest(rounds, None if is_boxed else SINGLE)
        rows += cold(Path(folder), 3 * len(rounds), words.run if is_boxed else "fashion-mnist")


if __name__ == "__main__":
    main()
