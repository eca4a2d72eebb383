"""Which measure tells clothes from what is none? Networks trained on Fashion-MNIST, and strangers of many kinds.

    python -m benchmarks.predict.strangers RUN [--photos FOLDER] [--tuning] [--held-out SANDAL,BAG] [--epochs 10]

RUN is a finished run on Fashion-MNIST. A second network, cnn3, is trained on one thread without two classes, which it
is then shown. FOLDER holds photos in folders named hat, shorts and skirt, anywhere below it; they go through the photo
doctor as a person's would. For each measure: AUROC, and the share of strangers that pass where 95 % of known images do.
"ours" is what model files hold; "called unlike" is what its own threshold says.

Measures were chosen with --tuning: other kinds of strangers, two other classes, and validation images as the known
ones. Without it, test images are the known ones.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.predict import strange
from clothier import backend, calibrate, data, export, recipes, training
from clothier.calibrate import Outputs
from clothier.calibrate.strangeness import thumbnails
from clothier.photo import doctor
from clothier.predict import Predictor
from clothier.reports import report
from clothier.runs import Run
from clothier.values import Dataset, Floats, Images, Labels, Split

COUNT = 1000  # strangers of each drawn kind
PHOTOS = ("hat", "shorts", "skirt")
HELD_OUT = {False: ("Sandal", "Bag"), True: ("Trouser", "Ankle boot")}  # by --tuning


@dataclass(frozen=True)
class Seen:
    """Images as a network sees them."""

    logits: Floats
    features: Floats
    images: Images

    @classmethod
    def by(cls, predictor: Predictor, images: Images) -> Seen:
        logits, features = predictor.outputs(images)
        return cls(logits, features, images)


Measure = Callable[[Seen], Floats]


def energy(seen: Seen) -> Floats:
    """Source: W. Liu et al., "Energy-based Out-of-distribution Detection", 2020."""
    highest = seen.logits.max(axis=1)
    return np.asarray(-highest - np.log(np.exp(seen.logits - highest[:, None]).sum(axis=1)))


def vim(known: Seen, kept: int = 32) -> Measure:
    """Source: H. Wang et al., "ViM: Out-of-Distribution with Virtual-logit Matching", 2022."""
    centre = known.features.mean(axis=0)
    axes = np.linalg.eigh(np.cov((known.features - centre).T))[1][:, :-kept]

    def residual(seen: Seen) -> Floats:
        return np.asarray(np.linalg.norm((seen.features - centre) @ axes, axis=1))

    scale = known.logits.max(axis=1).mean() / residual(known).mean()
    return lambda seen: scale * residual(seen) + energy(seen)


def nearest(known: Seen, bank: int = 4000) -> Measure:
    """Source: Y. Sun et al., "Out-of-Distribution Detection with Deep Nearest Neighbors", 2022; the nearest one."""
    held = _normed(known.features[:bank])
    return lambda seen: 1 - (_normed(seen.features) @ held.T).max(axis=1)


def nearest_pixels(known: Seen, bank: int = 4000) -> Measure:
    held = thumbnails(known.images[:bank])

    def distance(seen: Seen) -> Floats:
        small = thumbnails(seen.images)
        squares = (small**2).sum(axis=1)[:, None] + (held**2).sum(axis=1) - 2 * small @ held.T
        return np.asarray(squares.min(axis=1))

    return distance


def measures(known: Seen, labels: Labels) -> tuple[dict[str, Measure], calibrate.Calibration]:
    """All of them by name, learned from held-out images of known classes, and ours as a model file has it."""
    ours = calibrate.fit(Outputs(known.logits, known.features, known.images, labels))
    if ours.statistics is None:
        raise SystemExit("too few images to learn from")
    statistics = ours.statistics
    table: dict[str, Measure] = {
        "ours": lambda seen: statistics.strangeness(seen.features, seen.images),
        "confidence": lambda seen: -calibrate.softmax(seen.logits).max(axis=1),
        "energy": energy,
        "ViM": vim(known),
        "neighbours": nearest(known),
        "pixel neighbours": nearest_pixels(known),
    }
    for place, name in enumerate(("features alone", "pixels alone", "share alone")):
        table[name] = lambda seen, place=place: statistics.measures(seen.features, seen.images)[:, place]  # type: ignore[misc] # a default binds the loop's value
    return table, ours


def network(dataset: Dataset, recipe: str, epochs: int, folder: Path) -> Predictor:
    run = Run.create(recipe, folder)
    changes = {"epochs": epochs, "augmented_epochs": 0}
    training.train(recipes.change(recipes.get(recipe), changes), dataset, run, threads=1)
    return Predictor(export.graph(run))


def without(dataset: Dataset, names: tuple[str, ...]) -> tuple[Dataset, Images, Images]:
    """(the data set of the other classes, the validation and the test images of those classes)."""
    kept = [label for label, name in enumerate(dataset.class_names) if name not in names]
    numbers = np.full(dataset.num_classes, -1)
    numbers[kept] = range(len(kept))

    def part(split: Split) -> Split:
        rows = numbers[split.labels] >= 0
        return Split(split.images[rows], numbers[split.labels[rows]])

    rest = {name: part(split) for name, split in dataset.splits().items()}
    left = replace(
        dataset,
        train=rest["train"],
        validation=rest["validation"],
        test=rest["test"],
        class_names=tuple(dataset.class_names[label] for label in kept),
        fingerprint=f"{dataset.fingerprint[:-1]}{'0' if dataset.fingerprint[-1] != '0' else '1'}",
    )
    held, test = dataset.split("validation"), dataset.split("test")
    return left, held.images[numbers[held.labels] < 0], test.images[numbers[test.labels] < 0]


def photos(folder: Path) -> Images:
    paths = sorted(path for name in PHOTOS for path in folder.glob(f"**/{name}/*") if path.is_file())
    return np.stack([doctor.prepare(path, "doctor", (strange.SIDE, strange.SIDE), 1) for path in paths])


def compare(
    predictor: Predictor, dataset: Dataset, strangers: dict[str, Images], tuning: bool
) -> list[tuple[str, ...]]:
    """A row of words a stranger: what it is, how many, what ours calls them, and both figures of each measure."""
    held = dataset.split("validation")
    known = Seen.by(predictor, held.images)
    table, ours = measures(known, held.labels)
    # What thresholds are set on in tuning are the rows that nothing was learned from.
    new = Seen.by(predictor, held.images[1::2] if tuning else dataset.split("test").images)
    rows = []
    for name, images in {"known images": new.images, **strangers}.items():
        other = Seen.by(predictor, images)
        unlike = (ours.judge(other.logits, other.features, images).statuses == "unlike").mean()
        figures = [f"{auroc(m(new), m(other)):.3f} {passing(m(new), m(other)):4.0%}" for m in table.values()]
        rows.append((name, f"{len(images):,}", f"{unlike:.1%}", *figures))
    return [("stranger", "images", "called unlike", *table), *rows]


def auroc(known: Floats, others: Floats) -> float:
    """How often a stranger is stranger than a known image; ties count half."""
    known = np.sort(known)
    below, upto = (np.searchsorted(known, others, side) for side in ("left", "right"))
    return float((below + upto).mean() / 2 / len(known))


def passing(known: Floats, others: Floats, share: float = 0.95) -> float:
    """The share of strangers no stranger than that share of known images: FPR at 95 %."""
    return float((others <= np.quantile(known, share)).mean())


def _normed(features: Floats) -> Floats:
    return np.asarray(features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9))


def _print(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--held-out", help="two class names with a comma between them")
    parser.add_argument("--epochs", type=int, default=10, help="of the network without two classes")
    words = parser.parse_args()
    backend.start(1)
    report.draw, report.render = (lambda *_: {}), (lambda *_: "")
    dataset = data.load("fashion-mnist")
    rng = np.random.default_rng(5)
    kinds = strange.tuning(dataset.split("validation").images) if words.tuning else strange.REPORTED
    strangers = {name: draw(rng, COUNT) for name, draw in kinds.items()}
    if words.photos:
        strangers[", ".join(PHOTOS)] = photos(words.photos)
    predictor = Predictor(export.graph(Run.open(words.run)))
    print(f"{words.run.name}: AUROC, and strangers that pass where 95 % of known images do")
    _print(compare(predictor, dataset, strangers, words.tuning))
    names = tuple(words.held_out.split(",")) if words.held_out else HELD_OUT[words.tuning]
    left, held, test = without(dataset, names)
    if words.epochs:
        with tempfile.TemporaryDirectory() as folder:
            print(f"\ncnn3 trained without {' and '.join(names)}")
            chosen = network(left, "cnn3", words.epochs, Path(folder))
            _print(compare(chosen, left, {" and ".join(names): held if words.tuning else test}, words.tuning))


if __name__ == "__main__":
    main()
