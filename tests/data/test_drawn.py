from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from clothier.data import LoadOptions, drawn, generated, load
from clothier.data.classes import FASHION_MNIST
from clothier.errors import InputError

NOTICE = "The data are generated: drawn by clothier's own code, not photographs."


def test_splits_classes_and_notice() -> None:
    dataset = load("generated:300")
    assert {name: split.images.shape for name, split in dataset.splits().items()} == {
        "train": (240, 28, 28, 1),
        "validation": (60, 28, 28, 1),
        "test": (50, 28, 28, 1),
    }
    assert np.bincount(dataset.split("validation").labels).tolist() == [6] * 10
    assert dataset.class_names == FASHION_MNIST
    assert (dataset.name, dataset.notice) == ("generated:300", NOTICE)


def test_the_seed_decides() -> None:
    first, again, other = (load("generated:60", LoadOptions(seed=seed)) for seed in (1, 1, 2))
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_no_test_image_is_a_training_image() -> None:
    images = [
        image.tobytes()
        for seed in (1, 2)
        for split in load("generated:120", LoadOptions(seed=seed)).splits().values()
        for image in split.images
    ]
    assert len(set(images)) == len(images) == 2 * 140


def test_without_a_number_there_are_twelve_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    draw = generated.draw

    def count(num_images: int, seed: int, report: Callable[[int], None]) -> object:
        asked.append(num_images)
        report(num_images)
        return draw(60, seed)

    monkeypatch.setattr(drawn, "draw", count)
    steps: list[tuple[str, int, int]] = []
    assert load("generated", LoadOptions(progress=lambda *step: steps.append(step))).name == "generated"
    assert asked == [12000, 2000]
    assert steps == [("drawing clothes", done, 14000) for done in (0, 12000, 14000, 14000)]


@pytest.mark.parametrize("argument", ["many", "59", "600001", "-100", "1e3"])
def test_other_arguments_are_refused(argument: str) -> None:
    with pytest.raises(InputError) as caught:
        load(f"generated:{argument}")
    assert str(caught.value) == (
        f"generated:{argument} asks for '{argument}' training images; wanted a whole number from 60 to 600000, "
        "such as generated:3000"
    )


def test_photo_options_do_not_apply() -> None:
    with pytest.raises(InputError, match="--crop does not apply to generated, "):
        load("generated", LoadOptions(crop="centre"))
