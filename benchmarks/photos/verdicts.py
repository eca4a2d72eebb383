"""Do the verdicts keep their promises on photos, and are pictures of other things called unlike?

    python -m benchmarks.photos.others --out OTHERS
    python -m benchmarks.photos.verdicts MODEL --photos FOLDER [--others OTHERS] [--split validation]

FOLDER holds photos as `folder:FOLDER` takes them, which the model did not learn from. Their classes are matched to
those of the model by name, and for a Fashion-MNIST model as in benchmarks/photos/accuracy.py. Thresholds are learned on
four fifths of the photos and tested on the last fifth, five times. OTHERS is what benchmarks/photos/others.py wrote;
its half `report` is reported.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.common import parser
from benchmarks.photos.accuracy import WANTED
from clothier import calibrate, photo, predict
from clothier.calibrate import Calibration, Outputs, Promises
from clothier.photo import ahead, doctor
from clothier.predict import Predictor
from clothier.values import Floats, Images


def prepared(predictor: Predictor, paths: list[Path]) -> Images:
    """The photos as the model takes them, uint8 (n, height, width, channels)."""
    height, width, channels = predictor.image_shape

    def one(path: Path) -> Images:
        return doctor.prepare(path, predictor.photos, (height, width), channels)

    return np.stack(list(ahead(one, paths)))


def of_photos(predictor: Predictor, folder: Path) -> Outputs:
    """What the network gives for the photos in one folder for each class; of photos in colour, several views each. A
    folder of several classes, such as shoes, has for each photo the most probable one of them."""
    names = [path.name for path in sorted(folder.iterdir()) if path.is_dir()]
    numbers = {
        name: [
            row for row, known in enumerate(predictor.class_names) if known in {name, *WANTED.get(name, ())}
        ]
        for name in names
    }
    paths = [path for name in names if numbers[name] for path in photo.walk(folder / name).pictures]
    images = prepared(predictor, paths)
    several = calibrate.views(images) if images.shape[3] == 3 else [images]
    parts = []
    for view in several:
        logits, features = predictor.outputs(view)
        rows = [np.array(numbers[path.parent.name]) for path in paths]
        labels = [own[scores[own].argmax()] for own, scores in zip(rows, logits, strict=True)]
        parts.append(Outputs(logits, features, view, np.array(labels)))
    return Outputs.join(parts)


def of_others(predictor: Predictor, folder: Path) -> tuple[Floats, Floats, Images]:
    """(logits, features, images) of all pictures below a folder."""
    images = prepared(predictor, list(photo.walk(folder).pictures))
    return (*predictor.outputs(images), images)


def learned(predictor: Predictor, held: Outputs) -> Calibration:
    """A calibration for photos, with what the model file knows of features."""
    return calibrate.fit_thresholds(held, predictor.calibration.statistics)


def main() -> None:
    words = parser(__doc__)
    words.add_argument("model")
    words.add_argument("--photos", type=Path, required=True)
    words.add_argument("--others", type=Path)
    words.add_argument("--split", default="validation")
    given = words.parse_args()
    predictor = predict.opened(given.model)
    held = of_photos(predictor, given.photos / given.split)
    known = learned(predictor, held)
    found: dict[str, Promises] = {"all": calibrate.measure(held, known)}
    if given.others:
        for kind in sorted((given.others / "report").iterdir()):
            found[kind.name] = calibrate.measure(held, known, of_others(predictor, kind))
        found["all"] = calibrate.measure(held, known, of_others(predictor, given.others / "report"))
    if given.json:
        print(json.dumps({name: each.as_scores() for name, each in found.items()}))
        return
    print(found["all"].words("photos"))
    for name, each in found.items():
        if each.auroc is not None and name != "all":
            print(
                f"{name:12} {each.others:4} pictures  AUROC {each.auroc:.3f}  called unlike {each.caught:.1%}"
            )
    print(f"temperature {known.temperature:.2f}; thresholds {known.thresholds}")


if __name__ == "__main__":
    main()
