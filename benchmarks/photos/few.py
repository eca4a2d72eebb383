"""How much do a few photos of each class teach? Draws of 5, 20 and 100 photos a class, scored on the validation photos.

    python -m benchmarks.photos.few --photos FOLDER [--classes 5,20,100] [--draws 5] [--fine-tune] [--recipe photos]

FOLDER holds photos as `folder:FOLDER` takes them, with a folder `validation`. Each draw trains the recipe on so many
training photos of each class, at its own settings: the head alone, or with `--fine-tune` all phases. No setting was
chosen by these scores.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import clothier
from benchmarks.common import parser
from clothier import recipes
from clothier.models import bases
from clothier.values import Dataset


def drawn(dataset: Dataset, per_class: int, seed: int) -> Dataset:
    """The data set with so many training photos of each class, or all of a class that has fewer."""
    rng, train = np.random.default_rng([seed, per_class]), dataset.train
    rows = np.concatenate(
        [
            np.sort(rng.permutation(np.flatnonzero(train.labels == label))[:per_class])
            for label in range(dataset.num_classes)
        ]
    )
    judged = dataset.split("validation")
    return Dataset.from_arrays(
        (train.images[rows], train.labels[rows]),
        validation=(judged.images, judged.labels),
        class_names=dataset.class_names,
        name=f"{per_class} photos a class",
    )


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--photos", type=Path, required=True)
    words.add_argument("--classes", default="5,20,100", help="photos of each class")
    words.add_argument("--draws", type=int, default=5)
    words.add_argument("--fine-tune", action="store_true")
    words.add_argument("--recipe", default="photos")
    given = words.parse_args()
    side = bases.BASES[recipes.get(given.recipe).model].side
    dataset = clothier.load(f"folder:{given.photos}", clothier.LoadOptions(image_size=(side, side)))
    changes: dict[str, Any] = {} if given.fine_tune else {"fine_tune_epochs": 0}
    found = {}
    for per_class in map(int, given.classes.split(",")):
        scores = []
        for draw in range(given.draws):
            with tempfile.TemporaryDirectory() as root:
                run = clothier.train(
                    given.recipe,
                    drawn(dataset, per_class, draw),
                    root=root,
                    verbose=0,
                    seed=draw,
                    **changes,
                )
                scored = run.read_scores()[-1].validation
                assert scored
                scores.append(scored.accuracy)
        found[per_class] = scores
        if not given.json:
            mean, low, high = statistics.mean(scores), min(scores), max(scores)
            print(
                f"{per_class:4} a class: {mean:.1%} ({low:.1%} to {high:.1%}; {len(scores)} draws)",
                flush=True,
            )
    if given.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
