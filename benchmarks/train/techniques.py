"""What each technique of fastnet brings: the recipe as it is, beside the same recipe with one of them left out.

    python -m benchmarks.train.techniques [--seeds 5] [--first 1] [--only skip views] [--kept FILE]

Accuracy is that on 12,000 validation images after training on the other 48,000; the test split is not read. Seconds
are processor time of the whole run, so that they mean something on a busy machine too. Each seed of each recipe runs in
a process of its own; `--kept` is a file of finished runs, a line each, and what it holds is not run again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import common
from benchmarks.common import Row

if TYPE_CHECKING:
    import keras


def _learned_first_layer() -> None:
    from clothier.models import fastnet

    build = fastnet.build

    def unfrozen(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
        model = build(image_shape, num_classes)
        model.get_layer("whiten").trainable = True
        return model

    fastnet.build = unfrozen
    fastnet.adapt = lambda model, images, rng: None


def _usual_kernels() -> None:
    import keras

    from clothier.models import fastnet

    # One for each kernel: the same one again would draw the same numbers.
    fastnet.identity = lambda shape, dtype=None: keras.initializers.GlorotUniform()(shape, dtype=dtype)


def _late_pooling() -> None:
    from keras import layers

    from clothier.models import fastnet

    block = fastnet.block

    def late(x: Any, width: int, name: str, pool: bool = False, add: Any = None) -> Any:
        x = block(x, width, name, False, add)
        return layers.MaxPooling2D(2, name=f"{name}_pool")(x) if pool else x

    fastnet.block = late


def _no_residual() -> None:
    from clothier.models import fastnet

    block = fastnet.block
    fastnet.block = lambda x, width, name, pool=False, add=None: block(x, width, name, pool)


def _own_coins() -> None:
    from dataclasses import replace

    from clothier.augment import POLICIES, alternate_flip

    POLICIES["alternate-flip"] = replace(
        POLICIES["alternate-flip"], throw_for=lambda rng, images, visit: alternate_flip.throw(rng, images)
    )


def _mean_pooling() -> None:
    from keras import layers

    layers.GlobalMaxPooling2D = layers.GlobalAveragePooling2D  # this process has no other use for it


def _whole_logits() -> None:
    from clothier.models import fastnet

    fastnet.LOGIT_SCALE = 1.0


@dataclass(frozen=True)
class Without:
    """The recipe with one technique left out: what is said of it, what changes in the recipe, and in the network."""

    words: str
    changes: dict[str, str] = field(default_factory=dict)
    patch: Callable[[], None] | None = None


VARIANTS = {
    "whole": Without("as it is"),
    "views": Without("the image alone is judged, not six views", {"views": "image"}),
    "shift": Without("no moves by a pixel", {"augment": "alternate-flip"}),
    "flip": Without("no mirror images", {"augment": "shift"}),
    "skip": Without("no image is left out of the middle epochs", {"skip": "0"}),
    "smoothing": Without("no label smoothing", {"label_smoothing": "0"}),
    "schedule": Without(
        "the learning rate stays, at a third", {"schedule": "constant", "learning_rate": "0.02"}
    ),
    "muon": Without("Adam at 0.002 for Muon", {"optimizer": "adam", "learning_rate": "0.002"}),
    "whitening": Without("the first layer is learned, not whitened", patch=_learned_first_layer),
    "identity": Without("kernels begin as Keras's do, not as identities", patch=_usual_kernels),
    "residual": Without("no residual", patch=_no_residual),
    "pooling": Without("pooling after normalisation and activation", patch=_late_pooling),
    "alternate": Without("mirror images by a coin of their own in each epoch", patch=_own_coins),
    "max": Without("the mean of the last map, not its maximum", patch=_mean_pooling),
    "logits": Without("logits are not divided by 8", patch=_whole_logits),
    "bfloat16": Without("float32", {"precision": "float32"}),
}


def leg(name: str, seed: int) -> dict[str, float]:
    from clothier import backend, data, recipes, training
    from clothier.runs import Run

    backend.start()
    variant = VARIANTS[name]
    if variant.patch:
        variant.patch()
    recipe = recipes.change(
        recipes.get("fastnet"), {"validation": "article", **variant.changes, "seed": seed}
    )
    dataset = data.load("fashion-mnist", data.LoadOptions(validation=recipe.validation))
    began = time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        judged = training.train(recipe, dataset, Run.create(recipe.name, Path(scratch)))[-1].validation
    if judged is None:
        raise SystemExit("no validation images")
    return {"accuracy": judged.accuracy, "seconds": time.process_time() - began}


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--leg", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.leg:
        print(json.dumps(leg(given.leg[0], int(given.leg[1]))))
        return
    seeds = range(given.first, given.first + (1 if given.quick else given.seeds))
    with common.reporting(given.json) as rows:
        found = {
            name: [kept(given.kept, name, seed) for seed in seeds]
            for name in dict.fromkeys(["whole", *given.only])
        }
        for name, legs in found.items():
            rows.append(row(name, legs, found["whole"]))


def kept(file: Path | None, name: str, seed: int) -> dict[str, float]:
    """What the leg gives, from the file where it is there."""
    key = f"{name} {seed}"
    lines = file.read_text().splitlines() if file and file.exists() else []
    finished: dict[str, dict[str, float]] = dict(json.loads(line) for line in lines)
    if key not in finished:
        finished[key] = common.alone(__file__, "--leg", name, seed)
        if file:
            with file.open("a") as open_file:
                open_file.write(json.dumps([key, finished[key]]) + "\n")
    print(
        f"{key}: {finished[key]['accuracy']:.4f}, {finished[key]['seconds']:.0f} s of processor time",
        flush=True,
    )
    return finished[key]


def row(name: str, legs: list[dict[str, float]], whole: list[dict[str, float]]) -> Row:
    """Seconds without the technique / seconds with it, and the accuracy of both."""
    accuracies = [leg["accuracy"] for leg in legs]
    mean, usual = statistics.mean(accuracies), statistics.mean(leg["accuracy"] for leg in whole)
    seconds = [one["seconds"] / other["seconds"] for one, other in zip(legs, whole, strict=True)]
    return Row.of(
        f"{VARIANTS[name].words}, seconds",
        f"{mean:.4f} ({min(accuracies):.4f}-{max(accuracies):.4f}), {100 * (mean - usual):+.2f} points",
        f"{usual:.4f}, {len(legs)} seeds",
        seconds,
    )


if __name__ == "__main__":
    main()
