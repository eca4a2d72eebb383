"""The source generated: clothes drawn by clothier's own code, for machines with neither data nor network."""

from __future__ import annotations

import numpy as np

from clothier.data.generated import CLASS_NAMES, draw
from clothier.data.options import LoadOptions
from clothier.data.split import from_arrays
from clothier.errors import InputError
from clothier.values import Dataset, Split

NOTICE = "The data are generated: drawn by clothier's own code, not photographs."
NUM_TRAIN = 12_000
LEAST_TRAIN, MOST_TRAIN = 60, 600_000


def load(argument: str, options: LoadOptions, default_validation: str) -> Dataset:
    """`argument` (12,000 if empty) training images, less those held out, and a sixth as many test images.

    uint8 28 x 28 grey, ten classes; a function of `argument` and `options.seed`. Raises InputError for an argument
    that is no number from 60 to 600,000.
    """
    options.refuse_photo_options("generated")
    if argument and not (argument.isdecimal() and LEAST_TRAIN <= int(argument) <= MOST_TRAIN):
        raise InputError(
            f"generated:{argument} asks for '{argument}' training images; wanted a whole number from "
            f"{LEAST_TRAIN} to {MOST_TRAIN}, such as generated:3000"
        )
    counts = {"train": int(argument or NUM_TRAIN), "test": int(argument or NUM_TRAIN) // 6}
    # Two streams of one seed: no seed's test images are another seed's training images.
    seeds = np.random.SeedSequence(options.seed).generate_state(2).tolist()
    splits, total = {}, sum(counts.values())
    options.report("drawing clothes", 0, total)
    before = 0
    for (name, count), seed in zip(counts.items(), seeds, strict=True):

        def report(done: int, before: int = before) -> None:
            options.report("drawing clothes", before + done, total)

        splits[name] = Split(*draw(count, seed, report))
        before += count
    options.report("drawing clothes", total, total)
    return from_arrays(
        f"generated:{argument}" if argument else "generated",
        splits["train"],
        splits["test"],
        CLASS_NAMES,
        options=options,
        default_validation=default_validation,
        notice=NOTICE,
    )
